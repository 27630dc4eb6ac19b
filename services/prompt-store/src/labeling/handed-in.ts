import { and, desc, eq, exists, gte, isNotNull, isNull, ne, not, or, sql, type SQL } from 'drizzle-orm';
import type { GetHandedInReply, GetHandedInRequest, Init, ListHandedInReply, SkipTaskRequest, SubmitTaskRequest } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import type { FeedbackStore } from '../feedback.ts';
import { BadRecordError } from '../imports/records.ts';
import { imports, labelingOutcomes, labelingQueues, labelingTasks, snapshots, type FormerOutcome } from '../schema.ts';
import { countDone, doneBy, feedbackId, keep, longestTime, madeOf, skippedBy, timeOf } from './outcomes.ts';
import { offered, type Task } from './tasks.ts';

// What a labeler has handed in, a ranking, an answer or a skip, may be changed into any of these until something may have
// been trained on it: for as long as the stage waits that a task is of, and an answer to a prompt until a run is given what
// people wrote. To look at it again changes nothing; handed in again it takes the place of the former in one transaction, and
// what was before is kept with it. With a gold question it is the same in all that a labeler sees: so a skip can be taken
// back even where others have seen to the task meanwhile, which is wanted from one more then.

const listed = 20;
const promptCharacters = 200;

/** What this labeler has made of tasks, with what was asked, the queue that it is for, and whether it may be changed now. */
function handedIn(db: Db, labelerId: string, which?: SQL) {
  const skipped = eq(labelingOutcomes.outcome, 'skipped');
  const since = sql`coalesce(${labelingOutcomes.changedAt}, ${labelingOutcomes.createdAt})`;
  const feedback = db.select({ id: sql`to_jsonb(${imports.id})` }).from(imports).where(eq(imports.format, 'feedback'));
  const given = exists(db.select({ one: sql`1` }).from(snapshots).where(and(ne(snapshots.runId, ''), gte(snapshots.createdAt, since), sql`${snapshots.imports} @> (${feedback})`)));
  const open = sql<boolean>`${or(eq(labelingQueues.open, true), and(isNull(labelingTasks.jobId), or(skipped, not(given))))}`;
  return db
    .select({ made: labelingOutcomes, task: labelingTasks, queue: labelingQueues, open })
    .from(labelingOutcomes)
    .innerJoin(labelingTasks, eq(labelingTasks.id, labelingOutcomes.taskId))
    .leftJoin(labelingQueues, eq(labelingQueues.jobId, labelingTasks.jobId))
    // Of what was handed in before all of it was kept there is nothing to show.
    .where(and(eq(labelingOutcomes.labelerId, labelerId), or(skipped, isNotNull(labelingOutcomes.ratings), isNotNull(labelingOutcomes.completion)), which ?? open));
}

/** What a labeler may change of what they have handed in, the latest first. */
export function listHandedIn(db: Db, labelerId: string): Promise<Init<ListHandedInReply>> {
  return withDatabaseErrors(async () => {
    const rows = await handedIn(db, labelerId).orderBy(desc(labelingOutcomes.createdAt)).limit(listed);
    return {
      tasks: rows.map(({ made, task, queue }) => ({
        taskId: task.id,
        runId: queue?.runId ?? '',
        prompt: task.messages.at(-1)?.content.slice(0, promptCharacters).toWellFormed() ?? '',
        atMs: made.createdAt.getTime(),
        kind: task.kind,
        skipped: made.outcome === 'skipped',
      })),
    };
  });
}

/** One of them as it was handed in. Throws MC_NOT_FOUND, MC_LABELING_OVER. */
export function getHandedIn(db: Db, request: GetHandedInRequest): Promise<Init<GetHandedInReply>> {
  return withDatabaseErrors(async () => {
    const { made, task, queue } = await mayChange(db, request);
    const verdicts = made.ranks?.map((rank, i) => ({ rank, rating: made.ratings?.[i] ?? 0, flags: made.flags?.[i] ?? [] })) ?? [];
    return { task: offered(task, queue ?? undefined), verdicts, completion: made.completion ?? '', note: made.note ?? '', skipped: made.outcome === 'skipped', reason: made.reason ?? '' };
  });
}

/**
 * Puts a ranking or an answer in the place of what the labeler has handed in of a task. Throws MC_LABELING_OVER, with nothing
 * changed, when something may have been trained on that, MC_NOT_FOUND, MC_USAGE.
 */
export function submitAgain(db: Db, store: FeedbackStore, request: SubmitTaskRequest): Promise<Record<string, never>> {
  return changeHandedIn(db, request, (task, change) => {
    const { outcome, feedback } = madeOf(task, request);
    return keep(db, store, feedback, (tx) => change(tx, outcome));
  });
}

/** Puts a skip in its place: what was stored of it is there no more, and others are given the task. Throws the same. */
export function skipAgain(db: Db, store: FeedbackStore, request: SkipTaskRequest): Promise<Record<string, never>> {
  return changeHandedIn(db, request, (task, change) =>
    store.remove(task.kind === 'rank' ? 'ranking' : 'demonstration', feedbackId(task, request.labelerId), (tx) => change(tx, skippedBy(request))));
}

type Change = (tx: Db, outcome: ReturnType<typeof skippedBy>) => Promise<void>;

function changeHandedIn(db: Db, request: SubmitTaskRequest | SkipTaskRequest, work: (task: Task, change: Change) => Promise<void>): Promise<Record<string, never>> {
  return withDatabaseErrors(async () => {
    const { task } = await mayChange(db, request);
    const { labelerId } = request;
    const own = and(eq(labelingOutcomes.taskId, task.id), eq(labelingOutcomes.labelerId, labelerId));
    const change: Change = async (tx, outcome) => {
      // The stage ends before this or after it, and takes what there is then.
      if (task.jobId !== null) await tx.select({ open: labelingQueues.open }).from(labelingQueues).where(eq(labelingQueues.jobId, task.jobId)).for('share');
      await tx.select({ one: sql`1` }).from(labelingOutcomes).where(own).for('update');
      const { made: former } = await mayChange(tx, request);
      await tx
        .update(labelingOutcomes)
        .set({
          ...outcome,
          activeMs: sql`nullif(least(coalesce(${labelingOutcomes.activeMs}, 0) + ${timeOf(request) ?? 0}, ${longestTime}), 0)`,
          changedAt: sql`now()`,
          former: [...former.former, asFormer(former)],
        })
        .where(own);
      await countDone(tx, task, doneBy(outcome) - doneBy(former));
    };
    try {
      await work(task, change);
    } catch (error) {
      if (error instanceof BadRecordError) throw new MinchatError('MC_CONFLICT', error.message, { hint: 'Nothing is kept of it: there is nothing to change.' });
      throw error;
    }
    return {};
  });
}

function asFormer({ createdAt, changedAt, outcome, reason, ranks, ratings, flags, completion, note }: typeof labelingOutcomes.$inferSelect): FormerOutcome {
  return { at: (changedAt ?? createdAt).toISOString(), outcome, reason, ranks, ratings, flags, completion, note };
}

async function mayChange(db: Db, { taskId, labelerId }: Pick<GetHandedInRequest, 'taskId' | 'labelerId'>) {
  const [found] = await handedIn(db, labelerId, eq(labelingTasks.id, taskId));
  if (found === undefined) throw new MinchatError('MC_NOT_FOUND', `expected a task that you have handed in, found none called ${taskId.slice(0, 64)}`, { hint: 'Choose one of those that you may change.' });
  if (found.open !== true) {
    const [expected, was] = found.task.jobId === null ? ['an answer that no run was given', 'that one was'] : ['a task of a run that waits for more', 'that it waits no longer'];
    throw new MinchatError('MC_LABELING_OVER', `expected ${expected}, found ${was}`);
  }
  return found;
}
