import { isDeepStrictEqual } from 'node:util';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Bus } from '@minchat/bus';
import type { Init, RankingSubmitted, SkipTaskRequest, SubmitTaskRequest } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import { digestOf, promptId } from '../digest.ts';
import { highestRank } from '../imports/records.ts';
import { demonstrations, labelingOutcomes, labelingQueues, labelingTasks } from '../schema.ts';
import { goldScore } from './agreement.ts';
import { heldBy, taskOf, type Task } from './tasks.ts';

/**
 * Publishes what a labeler decided as feedback, and ends the task for them. A crash in between
 * gives the task again; feedback that comes twice is stored once. What was handed in already may be
 * sent again, as by who has not heard of it. Throws MC_CONFLICT when somebody else has the task by
 * now, MC_USAGE, MC_NOT_FOUND.
 */
export function submitTask(db: Db, bus: Pick<Bus, 'publishFeedback'>, request: SubmitTaskRequest): Promise<Record<string, never>> {
  return withDatabaseErrors(async () => {
    const task = await taskOf(db, request.taskId);
    if (task.leasedBy !== request.labelerId && (await isHandedIn(db, task, request))) return {};
    heldBy(request.labelerId, task);
    const { labelerId, completion } = request;
    const outcome = { labelerId, outcome: 'done', activeMs: timeOf(request) } as const;
    if (task.kind === 'write') {
      if (completion.trim() === '') throw new MinchatError('MC_USAGE', 'expected an answer, found none');
      await bus.publishFeedback('demonstration', { ...feedbackOn(task, request), demonstrationId: feedbackId(task, labelerId), completion });
      await end(db, task, outcome);
    } else {
      const ranking = rankingOf(task, request);
      // What is made of a gold question is scored, and is no feedback.
      if (task.gold === null) await bus.publishFeedback('ranking', ranking);
      await end(db, task, { ...outcome, ...verdictsOf(task, request) });
    }
    return {};
  });
}

/** Of what a labeler makes of a task there is one. */
const feedbackId = (task: Task, labelerId: string): string => `task-${task.id}-${digestOf(labelerId)}`;
const feedbackOn = (task: Task, { labelerId, note }: SubmitTaskRequest) => ({ promptId: task.promptId, labelerId, messages: task.messages, note, atMs: Date.now() });

/** A ranking as feedback. Throws MC_USAGE. */
export function rankingOf(task: Task, request: SubmitTaskRequest): Init<RankingSubmitted> {
  const { labelerId, verdicts } = request;
  if (verdicts.length !== task.answers.length) throw new MinchatError('MC_USAGE', `expected a verdict on each of ${task.answers.length} answers, found ${verdicts.length}`);
  if (verdicts.some(({ rank }) => rank > highestRank)) throw new MinchatError('MC_USAGE', `expected ranks up to ${highestRank}`);
  if (verdicts.some(({ rating }) => rating > 7)) throw new MinchatError('MC_USAGE', 'expected ratings from 1 to 7');
  const answers = task.answers.map((answer, i) => ({ ...answer, ...verdicts[i], model: task.model ?? '' }));
  return { ...feedbackOn(task, request), rankingId: feedbackId(task, labelerId), taskId: task.id, answers };
}

/** A ranking as it is kept with its task. */
export function verdictsOf({ gold }: Task, { verdicts, note }: SubmitTaskRequest) {
  const ranks = verdicts.map(({ rank }) => rank);
  return {
    ranks,
    ratings: verdicts.map(({ rating }) => rating),
    flags: verdicts.map(({ flags }) => flags),
    note: remarkOf(note),
    goldScore: gold === null ? null : (goldScore(gold, ranks) ?? null),
  };
}

/** Whether this is what the labeler has handed in of the task. An answer to a prompt is known by its words once it is stored. */
async function isHandedIn(db: Db, task: Task, request: SubmitTaskRequest): Promise<boolean> {
  const { labelerId, completion } = request;
  if (task.kind === 'write') {
    const stored = and(inArray(demonstrations.promptId, [task.promptId, promptId(task.messages)]), eq(demonstrations.id, feedbackId(task, labelerId)), eq(demonstrations.completion, completion));
    return (await db.select({ id: demonstrations.id }).from(demonstrations).where(stored)).length > 0;
  }
  const made = await outcomeOf(db, task, labelerId);
  if (made?.outcome !== 'done') return false;
  const { ranks, ratings, flags, note } = verdictsOf(task, request);
  return isDeepStrictEqual([made.ranks, made.ratings, made.flags, made.note], [ranks, ratings, flags, note]);
}

async function outcomeOf(db: Db, { id }: Task, labelerId: string): Promise<typeof labelingOutcomes.$inferSelect | undefined> {
  const [made] = await db.select().from(labelingOutcomes).where(and(eq(labelingOutcomes.taskId, id), eq(labelingOutcomes.labelerId, labelerId)));
  return made;
}

/** Gives a task back for good, as far as this labeler is concerned. It may be told twice. */
export function skipTask(db: Db, request: SkipTaskRequest): Promise<Record<string, never>> {
  return withDatabaseErrors(async () => {
    const { taskId, labelerId, reason, note } = request;
    const task = await taskOf(db, taskId);
    if (task.leasedBy !== labelerId && (await outcomeOf(db, task, labelerId))?.outcome === 'skipped') return {};
    heldBy(labelerId, task);
    await end(db, task, { labelerId, outcome: 'skipped', reason: reason.slice(0, 500), note: remarkOf(note), activeMs: timeOf(request) });
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

async function end(db: Db, task: Task, outcome: Omit<typeof labelingOutcomes.$inferInsert, 'taskId'>): Promise<void> {
  await db.transaction(async (tx) => {
    const added = await tx.insert(labelingOutcomes).values({ taskId: task.id, ...outcome }).onConflictDoNothing().returning();
    const counts = added.length > 0 && outcome.outcome === 'done' ? 1 : 0;
    await tx.update(labelingTasks).set({ done: sql`${labelingTasks.done} + ${counts}` }).where(eq(labelingTasks.id, task.id));
    // Whoever was given it meanwhile, since this labeler's time was over, keeps it.
    await tx.update(labelingTasks).set({ leasedBy: null, leasedUntil: null }).where(and(eq(labelingTasks.id, task.id), eq(labelingTasks.leasedBy, outcome.labelerId)));
    if (counts > 0 && task.jobId !== null && task.gold === null) await tx.update(labelingQueues).set({ done: sql`${labelingQueues.done} + 1` }).where(eq(labelingQueues.jobId, task.jobId));
  });
}
