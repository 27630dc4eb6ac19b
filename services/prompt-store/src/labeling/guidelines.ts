import type { Guidelines, Init } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
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

/** Throws MC_USAGE for a text that is too long. */
export function saveGuidelines(db: Db, text: string): Promise<Init<Guidelines>> {
  return withDatabaseErrors(async () => {
    if (text.length > longestText) throw new MinchatError('MC_USAGE', `expected guidelines of at most ${longestText} characters, found ${text.length}`);
    const values = { text: storable(text), updatedAt: new Date() };
    await db.insert(guidelines).values({ id: 1, ...values }).onConflictDoUpdate({ target: guidelines.id, set: values });
    return { text: values.text, updatedAtMs: values.updatedAt.getTime() };
  });
}
