import { and, desc, eq, isNotNull, sql, type SQL } from 'drizzle-orm';
import { RankingSubmitted, create, type GetHandedInReply, type GetHandedInRequest, type Init, type ListHandedInReply, type SubmitTaskRequest } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import type { FeedbackStore } from '../feedback.ts';
import { BadRecordError } from '../imports/records.ts';
import { labelingOutcomes, labelingQueues, labelingTasks } from '../schema.ts';
import { longestTime, rankingOf, timeOf, verdictsOf } from './outcomes.ts';
import { offered } from './tasks.ts';

// A ranking that was handed in may be changed by its labeler for as long as the stage waits that it was made for: behind
// that a reward model may have learned from it. To look at one again changes nothing; handed in again it takes the place
// of the former in one transaction. With a gold question it is the same in all that a labeler sees.

const listed = 20;
const promptCharacters = 200;

/** What this labeler has ranked, with what was asked and the queue that it is for. */
function handedIn(db: Db, labelerId: string, which: SQL) {
  return db
    .select({ made: labelingOutcomes, task: labelingTasks, queue: labelingQueues })
    .from(labelingOutcomes)
    .innerJoin(labelingTasks, eq(labelingTasks.id, labelingOutcomes.taskId))
    .innerJoin(labelingQueues, eq(labelingQueues.jobId, labelingTasks.jobId))
    .where(and(eq(labelingOutcomes.labelerId, labelerId), isNotNull(labelingOutcomes.ratings), which));
}

/** What a labeler may change of what they have handed in, the latest first. */
export function listHandedIn(db: Db, labelerId: string): Promise<Init<ListHandedInReply>> {
  return withDatabaseErrors(async () => {
    const rows = await handedIn(db, labelerId, eq(labelingQueues.open, true)).orderBy(desc(labelingOutcomes.createdAt)).limit(listed);
    return { tasks: rows.map(({ made, task, queue }) => ({ taskId: task.id, runId: queue.runId, prompt: task.messages.at(-1)?.content.slice(0, promptCharacters).toWellFormed() ?? '', atMs: made.createdAt.getTime() })) };
  });
}

/** One of them as it was handed in. Throws MC_NOT_FOUND, MC_LABELING_OVER. */
export function getHandedIn(db: Db, request: GetHandedInRequest): Promise<Init<GetHandedInReply>> {
  return withDatabaseErrors(async () => {
    const { made, task, queue } = await mayChange(db, request);
    const verdicts = task.answers.map((_, i) => ({ rank: made.ranks?.[i] ?? 0, rating: made.ratings?.[i] ?? 0, flags: made.flags?.[i] ?? [] }));
    return { task: offered(task, queue), verdicts, note: made.note ?? '' };
  });
}

/**
 * Puts a ranking in the place of the one that the labeler has handed in. Throws MC_LABELING_OVER, with nothing changed,
 * when its stage has ended, MC_NOT_FOUND, MC_USAGE.
 */
export function changeHandedIn(db: Db, store: Pick<FeedbackStore, 'replaceRanking'>, request: SubmitTaskRequest): Promise<Record<string, never>> {
  return withDatabaseErrors(async () => {
    const { task, queue } = await mayChange(db, request);
    const ranking = create(RankingSubmitted, rankingOf(task, request));
    const keep = async (tx: Db): Promise<void> => {
      // The stage ends before this or after it, and takes what there is then.
      const [now] = await tx.select({ open: labelingQueues.open }).from(labelingQueues).where(eq(labelingQueues.jobId, queue.jobId)).for('share');
      if (now?.open !== true) throw over();
      const [changed] = await tx
        .update(labelingOutcomes)
        .set({ ...verdictsOf(task, request), activeMs: sql`nullif(least(coalesce(${labelingOutcomes.activeMs}, 0) + ${timeOf(request) ?? 0}, ${longestTime}), 0)` })
        .where(and(eq(labelingOutcomes.taskId, task.id), eq(labelingOutcomes.labelerId, request.labelerId)))
        .returning({ taskId: labelingOutcomes.taskId });
      if (changed === undefined) throw notTheirs(task.id);
    };
    try {
      await (task.gold === null ? store.replaceRanking(ranking, keep) : db.transaction(keep));
    } catch (error) {
      if (error instanceof BadRecordError) throw new MinchatError('MC_CONFLICT', error.message, { hint: 'Nothing is kept of it: there is nothing to change.' });
      throw error;
    }
    return {};
  });
}

async function mayChange(db: Db, { taskId, labelerId }: Pick<SubmitTaskRequest, 'taskId' | 'labelerId'>) {
  const [found] = await handedIn(db, labelerId, eq(labelingTasks.id, taskId));
  if (found === undefined) throw notTheirs(taskId);
  if (!found.queue.open) throw over();
  return found;
}

function notTheirs(taskId: string): MinchatError {
  return new MinchatError('MC_NOT_FOUND', `expected a ranking that you have handed in, found none of the task ${taskId.slice(0, 64)}`, { hint: 'Choose one of those that you may change.' });
}

function over(): MinchatError {
  return new MinchatError('MC_LABELING_OVER', 'expected a ranking of a run that waits for more, found that it waits no longer');
}
