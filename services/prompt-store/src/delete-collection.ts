import { and, eq, inArray, sql } from 'drizzle-orm';
import type { DeleteCollectionReply, Init } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { importsOf } from './collections.ts';
import { lockSpace, type Database, type Db } from './database.ts';
import { withDatabaseErrors } from './database-errors.ts';
import { feedbackCollection } from './feedback.ts';
import { deleteRows } from './imports/sweep.ts';
import { collections, imports, labelingQueues, snapshots } from './schema.ts';
import { runsGiven } from './snapshot.ts';

/**
 * Deletes a collection that was imported. It is gone for everybody at once; its rows follow bit by bit, and what is left of
 * them when this process ends is taken for an import that was broken off (imports/sweep.ts). The reply names the runs that
 * were given data of it, whose datasets and models stay. Throws MC_NOT_FOUND, MC_USAGE for what people submit, and
 * MC_CONFLICT for gold questions that are being asked.
 */
export function deleteCollection(database: Database, name: string, signal?: AbortSignal): Promise<Init<DeleteCollectionReply>> {
  return withDatabaseErrors(async () => {
    if (name === feedbackCollection) {
      throw new MinchatError('MC_USAGE', `expected a collection that was imported, found ${feedbackCollection}, which is what people submitted`, { hint: 'What one person submitted is deleted by: npm run minchat -- forget USER' });
    }
    const session = await database.session();
    try {
      const { ids, reply } = await session.db.transaction((tx) => takeAway(tx, name));
      for (const id of ids) await deleteRows(session.db, id, 'deleted', signal);
      return reply;
    } finally {
      session.release();
    }
  });
}

/** Makes a collection's imports such as nobody has seen, with their locks held by this session. */
async function takeAway(tx: Db, name: string): Promise<{ ids: number[]; reply: Init<DeleteCollectionReply> }> {
  // An import that ends meanwhile waits for this, and makes the collection anew.
  await tx.execute(sql`select 1 from collections where name = ${name} for update`);
  const ids = await importsOf(tx, name);
  const [asked] = await tx.select({ runId: labelingQueues.runId }).from(labelingQueues).where(and(eq(labelingQueues.goldCollection, name), eq(labelingQueues.open, true))).limit(1);
  if (asked !== undefined) {
    throw new MinchatError('MC_CONFLICT', `${name}: expected a collection that nothing needs now, found the gold questions of the run ${asked.runId}`, { hint: 'Wait until its rank stage is over, or cancel the run.' });
  }
  for (const id of ids) await tx.execute(sql`select pg_advisory_lock(${lockSpace}, ${id}::int)`);
  const counts = await tx.update(imports).set({ collectionId: null, state: 'running' }).where(inArray(imports.id, ids)).returning();
  await tx.delete(collections).where(eq(collections.name, name));
  const runs = await runsGiven(tx, ids);
  // What the rules were seen to decide is of nothing any more.
  await tx.delete(snapshots).where(and(eq(snapshots.collection, name), eq(snapshots.runId, '')));
  // Prompts that were offered to be answered and that nobody is at.
  const offered = sql`
    select t.id from labeling_tasks t where t.kind = 'write' and t.done = 0 and (t.leased_until is null or t.leased_until < now())
    and exists (select 1 from prompts p where p.id = t.prompt_id and p.import_id in ${ids})
    and not exists (select 1 from prompts p join imports i on i.id = p.import_id where p.id = t.prompt_id and i.collection_id is not null)`;
  await tx.execute(sql`delete from labeling_outcomes where task_id in (${offered})`);
  await tx.execute(sql`delete from labeling_tasks where id in (${offered})`);
  const sum = (kind: 'prompts' | 'demonstrations' | 'comparisons' | 'texts'): number => counts.reduce((total, one) => total + one[kind], 0);
  return { ids, reply: { prompts: sum('prompts'), demonstrations: sum('demonstrations'), comparisons: sum('comparisons'), texts: sum('texts'), runs } };
}
