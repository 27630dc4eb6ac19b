import { and, eq, inArray, notInArray, sql } from 'drizzle-orm';
import { MinchatError } from '@minchat/errors';
import { importsOf } from '../collections.ts';
import type { Db } from '../database.ts';
import { digestOf } from '../digest.ts';
import { comparisons, labelingOutcomes, labelingTasks, prompts, type labelingQueues } from '../schema.ts';
import { fullAnswersOf } from '../snapshot.ts';

// Gold questions: comparisons of a collection, whose ranking is known, given to labelers among their
// tasks. Nothing that a labeler is sent tells them from the others. What they make of one is kept
// as a score only: it is no comparison of the run, and nothing is trained on it.

type Queue = typeof labelingQueues.$inferSelect;

/** Throws MC_NOT_FOUND or MC_DATA_EMPTY when a collection has no comparisons to ask. */
export async function checkGold(db: Db, collection: string): Promise<void> {
  const [found] = await db.select({ id: comparisons.id }).from(comparisons).where(inArray(comparisons.importId, await importsOf(db, collection))).limit(1);
  if (found === undefined) throw new MinchatError('MC_DATA_EMPTY', `${collection}: expected comparisons to ask as gold questions, found none`, { hint: 'Import ranked answers into a collection of their own.' });
}

/**
 * Makes a gold question for a labeler, when their next task is to be one: of all that they are given
 * a share of `goldRate`, in places that no one can foresee and that stay when they are asked for again.
 */
export async function makeGold(db: Db, queue: Queue, labelerId: string, lease: { leasedBy: string }): Promise<typeof labelingTasks.$inferSelect | undefined> {
  if (queue.goldCollection === null || queue.goldRate === 0) return undefined;
  const [given] = await db
    .select({ count: sql<number>`count(distinct ${labelingTasks.id})`.mapWith(Number) })
    .from(labelingTasks)
    .leftJoin(labelingOutcomes, and(eq(labelingOutcomes.taskId, labelingTasks.id), eq(labelingOutcomes.labelerId, labelerId)))
    .where(and(eq(labelingTasks.jobId, queue.jobId), sql`(${labelingOutcomes.labelerId} is not null or ${labelingTasks.leasedBy} = ${labelerId})`));
  const draw = Number.parseInt(digestOf('gold', queue.jobId, labelerId, given?.count ?? 0).slice(0, 8), 16) / 2 ** 32;
  if (draw >= queue.goldRate) return undefined;

  const importIds = await importsOf(db, queue.goldCollection);
  const had = db.select({ id: labelingTasks.goldOf }).from(labelingTasks).where(and(eq(labelingTasks.jobId, queue.jobId), eq(labelingTasks.goldFor, labelerId)));
  const [row] = await db
    .select({ id: comparisons.id, importId: comparisons.importId, promptId: prompts.id, messages: prompts.messages })
    .from(comparisons)
    .innerJoin(prompts, and(eq(prompts.importId, comparisons.importId), eq(prompts.id, comparisons.promptId)))
    .where(and(inArray(comparisons.importId, importIds), notInArray(comparisons.id, had)))
    .orderBy(sql`md5(${comparisons.id} || ${labelerId})`)
    .limit(1);
  if (row === undefined) return undefined;
  const answers = ((await fullAnswersOf(db, row.importId, [row.id])).get(row.id) ?? []).toSorted((a, b) => (digestOf(labelerId, row.id, a.position) < digestOf(labelerId, row.id, b.position) ? -1 : 1));
  const [task] = await db
    .insert(labelingTasks)
    .values({
      id: digestOf('rank', queue.jobId, row.id, labelerId),
      kind: 'rank',
      jobId: queue.jobId,
      promptId: row.promptId,
      messages: row.messages,
      answers: answers.map(({ text, finished }) => ({ text, finished })),
      gold: answers.map(({ rank }) => rank),
      goldOf: row.id,
      goldFor: labelerId,
      ...lease,
    })
    .onConflictDoNothing()
    .returning();
  return task;
}
