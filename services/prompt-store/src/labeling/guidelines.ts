import type { Guidelines, Init } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { sql } from 'drizzle-orm';
import type { Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import { guidelines } from '../schema.ts';
import { storable } from '../storable.ts';

const longestText = 100_000;

/** What labelers are told to go by; empty when nobody has written anything. */
export function getGuidelines(db: Db): Promise<Init<Guidelines>> {
  return withDatabaseErrors(async () => {
    const [row] = await db.select().from(guidelines);
    return row === undefined ? {} : { text: row.text, updatedAtMs: row.updatedAt.getTime() };
  });
}

/**
 * Stores a text that was written from the guidelines of a time, 0 when there were none. Throws MC_CONFLICT when they are
 * others by now, MC_USAGE for a text that is too long.
 */
export function saveGuidelines(db: Db, text: string, writtenFromMs?: number): Promise<Init<Guidelines>> {
  return withDatabaseErrors(async () => {
    if (text.length > longestText) throw new MinchatError('MC_USAGE', `expected guidelines of at most ${longestText} characters, found ${text.length}`);
    const values = { text: storable(text), updatedAt: new Date() };
    // Later than those before by any clock: the time tells one text from another.
    const set = { ...values, updatedAt: sql`greatest(excluded.updated_at, ${guidelines.updatedAt} + interval '1 millisecond')` };
    // The same text once more, of whoever did not hear that it was stored, takes nothing away.
    const where = writtenFromMs === undefined ? {} : { setWhere: sql`round(extract(epoch from ${guidelines.updatedAt}) * 1000) = ${writtenFromMs} or ${guidelines.text} = ${values.text}` };
    const [row] = await db.insert(guidelines).values({ id: 1, ...values }).onConflictDoUpdate({ target: guidelines.id, set, ...where }).returning();
    if (row === undefined) {
      throw new MinchatError('MC_CONFLICT', 'expected the guidelines that this text was written from, found that somebody has changed them since', { hint: 'Read them again, bring your changes into them, and save that.' });
    }
    return { text: row.text, updatedAtMs: row.updatedAt.getTime() };
  });
}
