import { inArray, isNull, notInArray, or, sql, type SQL } from 'drizzle-orm';
import { MinchatError } from '@minchat/errors';
import type { Db } from '../database.ts';
import { loadTombstones, tombstoneOf } from '../forget/tombstones.ts';
import { accountIds } from '../people/accounts.ts';
import { comparisons, demonstrations, labelingOutcomes } from '../schema.ts';

// Labelers whose work is not taken, as that of who turned out to be careless. Nothing of it is deleted: without the setting it
// is there again.

/**
 * The ids of labelers that are named as people know them: by their id, and by the name of their account; of those that were
 * forgotten with their labels kept, the names that stand for theirs, too. Throws MC_STAGE_SETTINGS for a name that nobody has
 * or had, of which one would believe that it was left out.
 */
export async function labelersNamed(db: Db, names: readonly string[]): Promise<string[]> {
  const ids = new Set<string>();
  for (const name of names) {
    const ofAccounts = await accountIds(db, name);
    for (const id of ofAccounts) ids.add(id);
    const forgotten = await loadTombstones(db, [name, ...ofAccounts].map((id) => tombstoneOf('labeler', id)));
    for (const pseudonym of forgotten.values()) if (pseudonym !== null) ids.add(pseudonym);
    const [given] = await db
      .select({ one: sql`1` })
      .from(sql`(select 1) as one`)
      .where(or(...[demonstrations, comparisons, labelingOutcomes].map((table) => sql`exists (select 1 from ${table} where ${table.labelerId} = ${name})`)));
    if (given !== undefined || forgotten.has(tombstoneOf('labeler', name))) ids.add(name);
    else if (ofAccounts.length === 0) {
      throw new MinchatError('MC_STAGE_SETTINGS', `excludeLabelers: expected labelers that there are, found ${JSON.stringify(name)}`, { hint: 'Name them as the page Agreement does.' });
    }
  }
  return [...ids].toSorted();
}

type WithLabeler = typeof demonstrations | typeof comparisons;

/** That something is by none of these labelers. */
export function byOthers(table: WithLabeler, excluded: readonly string[]): SQL | undefined {
  return excluded.length === 0 ? undefined : or(isNull(table.labelerId), notInArray(table.labelerId, [...excluded]));
}

/** How much there is by them in these imports. */
export async function countBy(db: Db, table: WithLabeler, importIds: readonly number[], excluded: readonly string[]): Promise<number> {
  return excluded.length === 0 ? 0 : db.$count(table, sql`${inArray(table.importId, [...importIds])} and ${inArray(table.labelerId, [...excluded])}`);
}
