import { isDeepStrictEqual } from 'node:util';
import { and, eq, sql } from 'drizzle-orm';
import type { Bus } from '@minchat/bus';
import { DemonstrationWritten, RankingSubmitted, create, type SkipTaskRequest, type SubmitTaskRequest } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import { digestOf } from '../digest.ts';
import type { FeedbackStore } from '../feedback.ts';
import { BadRecordError, highestRank } from '../imports/records.ts';
import { labelingOutcomes, labelingTasks } from '../schema.ts';
import { goldScore } from './agreement.ts';
import { heldBy, notTheirs, taskOf, type Task } from './tasks.ts';

/**
 * Publishes what a labeler decided as feedback, and ends the task for them, with what they decided in the collection. A
 * failure in between gives the task again: what is made of it then takes the place of what was published, stored by now or
 * not. What was handed in already may be sent again, as by who has not heard of it. Throws MC_CONFLICT when somebody else has
 * the task by now, MC_USAGE, MC_NOT_FOUND.
 */
export function submitTask(db: Db, bus: Pick<Bus, 'publishFeedback'>, store: FeedbackStore, request: SubmitTaskRequest): Promise<Record<string, never>> {
  return withDatabaseErrors(async () => {
    const task = await taskOf(db, request.taskId);
    if (task.leasedBy !== request.labelerId && (await isHandedIn(db, task, request))) return {};
    heldBy(request.labelerId, task);
    const { outcome, feedback } = madeOf(task, request);
    if (feedback?.kind === 'ranking') await bus.publishFeedback('ranking', feedback.message);
    if (feedback?.kind === 'demonstration') await bus.publishFeedback('demonstration', feedback.message);
    const ended = (tx: Db): Promise<void> => end(tx, task, { labelerId: request.labelerId, activeMs: timeOf(request), ...outcome });
    try {
      await keep(db, store, feedback, ended).catch((error: unknown) => {
        // Nothing is kept of what was forgotten meanwhile; whoever is told of it by the message sees to the rest.
        if (!(error instanceof BadRecordError)) throw error;
        return db.transaction(ended);
      });
    } catch (error) {
      // It was handed in elsewhere meanwhile.
      if (!(await isHandedIn(db, task, request))) throw error;
    }
    return {};
  });
}

/** What became of a task, as it is kept with it. */
type Made = Pick<typeof labelingOutcomes.$inferSelect, 'outcome' | 'reason' | 'ranks' | 'ratings' | 'flags' | 'completion' | 'note' | 'goldScore'>;
/** What is stored of it in the collection. */
type MadeFeedback = { readonly kind: 'ranking'; readonly message: RankingSubmitted } | { readonly kind: 'demonstration'; readonly message: DemonstrationWritten };

/** What a labeler has made of a task. What is made of a gold question is scored, and is no feedback. Throws MC_USAGE. */
export function madeOf(task: Task, request: SubmitTaskRequest): { outcome: Made; feedback: MadeFeedback | undefined } {
  const { labelerId, verdicts, completion, note } = request;
  const outcome: Made = { ...nothing, outcome: 'done', note: remarkOf(note) };
  if (task.kind === 'write') {
    if (completion.trim() === '') throw new MinchatError('MC_USAGE', 'expected an answer, found none');
    const message = create(DemonstrationWritten, { ...feedbackOn(task, request), demonstrationId: feedbackId(task, labelerId), completion });
    return { outcome: { ...outcome, completion }, feedback: { kind: 'demonstration', message } };
  }
  if (verdicts.length !== task.answers.length) throw new MinchatError('MC_USAGE', `expected a verdict on each of ${task.answers.length} answers, found ${verdicts.length}`);
  if (verdicts.some(({ rank }) => rank > highestRank)) throw new MinchatError('MC_USAGE', `expected ranks up to ${highestRank}`);
  if (verdicts.some(({ rating }) => rating > 7)) throw new MinchatError('MC_USAGE', 'expected ratings from 1 to 7');
  const ranks = verdicts.map(({ rank }) => rank);
  const ranked = { ...outcome, ranks, ratings: verdicts.map(({ rating }) => rating), flags: verdicts.map(({ flags }) => flags) };
  if (task.gold !== null) return { outcome: { ...ranked, goldScore: goldScore(task.gold, ranks) ?? null }, feedback: undefined };
  const answers = task.answers.map((answer, i) => ({ ...answer, ...verdicts[i], model: task.model ?? '' }));
  return { outcome: ranked, feedback: { kind: 'ranking', message: create(RankingSubmitted, { ...feedbackOn(task, request), rankingId: feedbackId(task, labelerId), answers }) } };
}

/** What a skip is. */
export function skippedBy({ reason, note }: SkipTaskRequest): Made {
  return { ...nothing, outcome: 'skipped', reason: reason.slice(0, 500), note: remarkOf(note) };
}

const nothing = { reason: null, ranks: null, ratings: null, flags: null, completion: null, note: null, goldScore: null };

/** Stores what was made in the place of what is there of it, in one transaction with what `also` does first. Throws BadRecordError for what was forgotten. */
export function keep(db: Db, store: FeedbackStore, feedback: MadeFeedback | undefined, also: (tx: Db) => Promise<void>): Promise<void> {
  if (feedback === undefined) return db.transaction(also);
  return feedback.kind === 'ranking' ? store.replaceRanking(feedback.message, also) : store.replaceDemonstration(feedback.message, also);
}

/** Of what a labeler makes of a task there is one. */
export const feedbackId = (task: Task, labelerId: string): string => `task-${task.id}-${digestOf(labelerId)}`;
const feedbackOn = (task: Task, { labelerId, note }: SubmitTaskRequest) => ({ promptId: task.promptId, taskId: task.id, labelerId, messages: task.messages, note, atMs: Date.now() });

/** Whether this is what the labeler has handed in of the task. */
async function isHandedIn(db: Db, task: Task, request: SubmitTaskRequest): Promise<boolean> {
  const made = await outcomeOf(db, task, request.labelerId);
  if (made?.outcome !== 'done') return false;
  const { outcome } = madeOf(task, request);
  return isDeepStrictEqual([made.ranks, made.ratings, made.flags, made.completion, made.note], [outcome.ranks, outcome.ratings, outcome.flags, outcome.completion, outcome.note]);
}

async function outcomeOf(db: Db, { id }: Task, labelerId: string): Promise<typeof labelingOutcomes.$inferSelect | undefined> {
  const [made] = await db.select().from(labelingOutcomes).where(and(eq(labelingOutcomes.taskId, id), eq(labelingOutcomes.labelerId, labelerId)));
  return made;
}

/** Gives a task back for good, as far as this labeler is concerned. It may be told twice. */
export function skipTask(db: Db, request: SkipTaskRequest): Promise<Record<string, never>> {
  return withDatabaseErrors(async () => {
    const { taskId, labelerId } = request;
    const task = await taskOf(db, taskId);
    if (task.leasedBy !== labelerId && (await outcomeOf(db, task, labelerId))?.outcome === 'skipped') return {};
    heldBy(labelerId, task);
    try {
      await db.transaction((tx) => end(tx, task, { labelerId, activeMs: timeOf(request), ...skippedBy(request) }));
    } catch (error) {
      if ((await outcomeOf(db, task, labelerId))?.outcome !== 'skipped') throw error;
    }
    return {};
  });
}

/** Nothing but spaces is no remark. */
const remarkOf = (note: string): string | null => (note.trim() === '' ? null : note);

/** A day is more than anybody is at a task. */
export const longestTime = 86_400_000;

/** 0 is what a client sends that does not measure. */
export function timeOf({ activeMs }: { activeMs: number }): number | null {
  return activeMs === 0 ? null : Math.min(activeMs, longestTime);
}

async function end(tx: Db, task: Task, outcome: Omit<typeof labelingOutcomes.$inferInsert, 'taskId'>): Promise<void> {
  const added = await tx.insert(labelingOutcomes).values({ taskId: task.id, ...outcome }).onConflictDoNothing().returning();
  // Else the ranking that is stored would be another than the one that is shown and counted.
  if (added.length === 0) throw notTheirs();
  await countDone(tx, task, doneBy(outcome));
  // Whoever was given it meanwhile, since this labeler's time was over, keeps it.
  await tx.update(labelingTasks).set({ leasedBy: null, leasedUntil: null }).where(and(eq(labelingTasks.id, task.id), eq(labelingTasks.leasedBy, outcome.labelerId)));
}

/** How many of those that a task is wanted from it is done for by this. */
export const doneBy = ({ outcome }: Pick<Made, 'outcome'>): number => (outcome === 'done' ? 1 : 0);

export async function countDone(tx: Db, task: Task, more: number): Promise<void> {
  if (more !== 0) await tx.update(labelingTasks).set({ done: sql`${labelingTasks.done} + ${more}` }).where(eq(labelingTasks.id, task.id));
}
