import { setImmediate } from 'node:timers/promises';
import { sql, type SQL } from 'drizzle-orm';
import { prompts } from './schema.ts';

export interface HasId {
  readonly id: string;
}

const pageSize = 500;

/** Reads a table in the order of ids, a page at a time: memory stays flat whatever its size. */
export async function* byPages<T extends HasId>(fetch: (after: string, limit: number) => Promise<T[]>, limit = pageSize): AsyncGenerator<T> {
  let after = '';
  for (;;) {
    const page = await fetch(after, limit);
    // The embedded database computes in this thread: what cannot wait for the last page, as signs of life, goes first.
    await setImmediate();
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    after = last.id;
  }
}

/** What tells a prompt of an import from its others, ordered as by id and user: neither has U+0000. */
export function promptKey({ id, userId }: { id: string; userId: string }): string {
  return `${id}\0${userId}`;
}

/** The prompts of an import behind the one that has this key. */
export function behindPrompt(after: string): SQL {
  const [id = '', user = ''] = after.split('\0');
  return sql`(${prompts.id}, ${prompts.userId}) > (${id}, ${user})`;
}

/** By bytes of UTF-8, as the database orders its ids. */
export function compareIds(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/**
 * Merges sources that are each in the order of ids; of several with one id the first source's stays, but for one that is
 * preferred.
 */
export async function* mergeById<T extends HasId>(sources: readonly AsyncIterator<T>[], isPreferred: (value: T) => boolean = () => false): AsyncGenerator<T> {
  const heads: { value: T; source: AsyncIterator<T> }[] = [];
  const advance = async (source: AsyncIterator<T>): Promise<{ value: T; source: AsyncIterator<T> } | undefined> => {
    const next = await source.next();
    return next.done === true ? undefined : { value: next.value, source };
  };
  for (const source of sources) {
    const head = await advance(source);
    if (head !== undefined) heads.push(head);
  }
  while (heads.length > 0) {
    const least = heads.reduce((best, head) => {
      const order = compareIds(head.value.id, best.value.id);
      return order < 0 || (order === 0 && isPreferred(head.value) && !isPreferred(best.value)) ? head : best;
    });
    yield least.value;
    for (let i = heads.length - 1; i >= 0; i -= 1) {
      const head = heads[i];
      if (head === undefined || head.value.id !== least.value.id) continue;
      const next = await advance(head.source);
      if (next === undefined) heads.splice(i, 1);
      else heads[i] = next;
    }
  }
}

/** At most `limit` of them. */
export async function* take<T>(source: AsyncIterable<T>, limit: number): AsyncGenerator<T> {
  let left = limit;
  if (left <= 0) return;
  for await (const value of source) {
    yield value;
    left -= 1;
    if (left <= 0) return;
  }
}
