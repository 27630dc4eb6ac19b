import { and, eq, inArray, notInArray, sql } from 'drizzle-orm';
import { MinchatError } from '@minchat/errors';
import { importsOf } from '../collections.ts';
import type { Db } from '../database.ts';
import { digestOf } from '../digest.ts';
import { feedbackCollection } from '../feedback.ts';
import { collections, comparisons, imports, itsPrompt, labelingOutcomes, labelingQueues, labelingTasks, prompts, rankedAnswers } from '../schema.ts';
import { fullAnswersOf, runsGiven } from '../snapshot.ts';
import { fitsMessage } from './task-size.ts';

// Gold questions: comparisons of a collection, whose ranking is known, given to labelers among their
// tasks. Nothing that a labeler is sent tells them from the others. What they make of one is kept
// as a score only: it is no comparison of the run, and nothing is trained on it. A collection that
// was ever asked so is gold: no snapshot is made of it, its rankings are nobody's of a run, and its
// prompts are not offered to be answered.

type Queue = typeof labelingQueues.$inferSelect;

/** The imports of all collections that are gold, to be left out. */
export function goldImports(db: Db) {
  return db.select({ id: imports.id }).from(imports).innerJoin(collections, eq(collections.id, imports.collectionId)).innerJoin(labelingQueues, eq(labelingQueues.goldCollection, collections.name));
}

/** Throws MC_STAGE_SETTINGS for a collection that is gold, which nothing may be trained on. */
export async function checkNotGold(db: Db, collection: string): Promise<void> {
  const [queue] = await db.select({ runId: labelingQueues.runId }).from(labelingQueues).where(eq(labelingQueues.goldCollection, collection)).limit(1);
  if (queue === undefined) return;
  throw new MinchatError('MC_STAGE_SETTINGS', `${collection}: expected a collection to train on, found the gold questions of the run ${queue.runId}`, { hint: 'Import what is to be trained on into another collection.' });
}

/**
 * Throws MC_NOT_FOUND or MC_DATA_EMPTY when a collection has no comparisons to ask, and
 * MC_STAGE_SETTINGS when it is one that runs are given data of.
 */
export async function checkGold(db: Db, collection: string): Promise<void> {
  const hint = 'Import gold questions into a collection of their own.';
  if (collection === feedbackCollection) throw new MinchatError('MC_STAGE_SETTINGS', `${collection}: expected a collection of gold questions, found the one that people's rankings go to`, { hint });
  const importIds = await importsOf(db, collection);
  const [given] = await runsGiven(db, importIds);
  if (given !== undefined) throw new MinchatError('MC_STAGE_SETTINGS', `${collection}: expected a collection of gold questions, found one that the run ${given} was given`, { hint });
  const [found] = await db.select({ id: comparisons.id }).from(comparisons).where(inArray(comparisons.importId, importIds)).limit(1);
  if (found === undefined) throw new MinchatError('MC_DATA_EMPTY', `${collection}: expected comparisons to ask as gold questions, found none`, { hint });
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
  const texts = db.select({ all: sql`string_agg(${rankedAnswers.text}, '')` }).from(rankedAnswers).where(and(eq(rankedAnswers.importId, comparisons.importId), eq(rankedAnswers.comparisonId, comparisons.id)));
  const [row] = await db
    .select({ id: comparisons.id, importId: comparisons.importId, promptId: prompts.id, messages: prompts.messages })
    .from(comparisons)
    .innerJoin(prompts, itsPrompt(comparisons))
    .where(and(inArray(comparisons.importId, importIds), notInArray(comparisons.id, had), fitsMessage(sql`${prompts.messages}::text`, sql`(${texts})`)))
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
