/**
 * A value as the database can hold it: U+0000, which PostgreSQL refuses and a model that has not
 * learned yet may write, and halves of surrogate pairs become what a page shows for them, U+FFFD.
 * Everything that comes in passes through here: imports, feedback, requests, answers to rank.
 */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll('\0', '\uFFFD').toWellFormed() as T;
  if (Array.isArray(value)) return value.map((part: unknown) => storable(part)) as T;
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, storable(part as unknown)])) as T;
  return value;
}

const shortCharacters = 500;

/** The same of a text that somebody typed for others to read in a line: names, notes, addresses. */
export function shortStorable(text: string): string {
  return storable(text.slice(0, shortCharacters));
}
