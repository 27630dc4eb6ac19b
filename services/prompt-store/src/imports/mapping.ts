import { MinchatError } from '@minchat/errors';

/** One field that has another name in the file; dots in `from` lead into objects. */
export interface FieldMapping {
  readonly field: string;
  readonly from: string;
}

/** The fields that a record may have (trl.ts). */
const mappableFields = ['prompt', 'completion', 'chosen', 'rejected', 'messages', 'system', 'text', 'instruction', 'input', 'output', 'label', 'answers', 'user_id', 'labeler', 'use_case', 'note', 'reference'] as const;

/** Throws MC_USAGE for a field that there is none of, or one that is mapped twice. */
export function checkMapping(mapping: readonly FieldMapping[]): void {
  for (const [i, { field, from }] of mapping.entries()) {
    if (!mappableFields.some((known) => known === field)) throw new MinchatError('MC_USAGE', `expected a field out of ${mappableFields.join(', ')}, found ${field.slice(0, 64)}`);
    if (from === '') throw new MinchatError('MC_USAGE', `${field}: expected the name of a field of the file, found none`);
    if (mapping.findIndex((other) => other.field === field) !== i) throw new MinchatError('MC_USAGE', `expected ${field} once, found it mapped twice`);
  }
}

/**
 * The object with its fields under the names that are asked for; what is not mapped keeps its name. An object that a mapping
 * leads into is there no more, unless it is a turn: by its name it may be taken for a field of ours, which it is not.
 */
export function mapFields(value: unknown, mapping: readonly FieldMapping[]): unknown {
  if (mapping.length === 0 || !isObject(value)) return value;
  const moved = new Set(mapping.flatMap(({ field, from }) => [field, from]));
  const isSpent = (name: string, part: unknown): boolean => isObject(part) && !('content' in part || 'value' in part) && mapping.some(({ from }) => from.startsWith(`${name}.`));
  const kept = Object.entries(value).filter(([name, part]) => !moved.has(name) && !isSpent(name, part));
  const mapped = mapping.map(({ field, from }) => [field, valueAt(value, from)] as const).filter(([, found]) => found !== undefined);
  return Object.fromEntries([...kept, ...mapped]);
}

function valueAt(value: object, path: string): unknown {
  // A name with a dot in it goes before a way into an object.
  if (Object.hasOwn(value, path)) return (value as Record<string, unknown>)[path];
  let found: unknown = value;
  for (const part of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Record<string, unknown>)[part];
  }
  return found;
}

/** The names that a mapping may ask for: an object's fields, and those of objects in it. */
export function fieldNames(value: unknown): string[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, part]) => (isObject(part) ? [name, ...Object.keys(part).map((inner) => `${name}.${inner}`)] : [name]));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
