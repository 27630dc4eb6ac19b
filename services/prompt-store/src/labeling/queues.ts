import { and, desc, eq, inArray, isNotNull, notExists, notInArray, sql, type SQL } from 'drizzle-orm';
import type { JobRecords } from '@minchat/bus';
import { JobState, type Init, type ListQueuesReply } from '@minchat/contracts';
import type { AnswersRecord } from '@minchat/datasets';
import type { Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import { digestOf } from '../digest.ts';
import { comparisons, demonstrations, imports, labelingQueues, labelingTasks, prompts } from '../schema.ts';
import { storable } from '../storable.ts';
import { goldImports } from './gold.ts';
import { fitsMessage } from './task-size.ts';

const tasksAtOnce = 500;
/** Counting goes no further: nobody needs to know more exactly how much is left to write. */
const countedUnanswered = 1000;

export interface QueueSettings {
  /** How many rankings are waited for, those that there are among them. */
  readonly wanted: number;
  readonly labelersPerTask: number;
  /** The ids of labelers who are given none of the tasks. */
  readonly excluded?: readonly string[];
  readonly gold?: { readonly collection: string; readonly rate: number } | undefined;
}

/** A ranking that there is of a record's answers, of whichever stage it was asked. */
export interface KnownRanking {
  readonly answersId: string;
  readonly taskId: string | null;
  readonly labeler: string | null;
}

/**
 * Offers a stage's answers to labelers. Called again after a restart it changes nothing. Where more
 * rankings are wanted than that, each prompt goes to more labelers. What was ranked for another
 * stage, as for the run that this one is a fork of, is asked of as many less, and of nobody again;
 * `known` finds it once the collection of gold questions is gold.
 */
export async function openQueue(db: Db, job: { jobId: string; runId: string; stage: string; seed: number }, records: readonly AnswersRecord[], { wanted, labelersPerTask, excluded = [], gold }: QueueSettings, known: (tx: Db) => Promise<readonly KnownRanking[]> = () => Promise.resolve([])): Promise<void> {
  const { jobId, runId, stage, seed } = job;
  const each = Math.max(labelersPerTask, Math.ceil(wanted / records.length));
  const rows = records.map((record) => storable(record)).map((record) => ({
    id: taskIdOf(jobId, record.id),
    kind: 'rank' as const,
    jobId,
    promptId: record.id,
    messages: record.messages,
    // In an order that tells nothing of the one in which they were sampled.
    answers: record.answers.map(({ text, finished }, i) => ({ text, finished, by: digestOf(seed, record.id, i) })).toSorted((a, b) => (a.by < b.by ? -1 : 1)).map(({ text, finished }) => ({ text, finished })),
    model: record.model ?? null,
  }));
  await db.transaction(async (tx) => {
    const queue = { jobId, runId, stage, wanted, goldRate: gold?.rate ?? 0, goldCollection: gold?.collection ?? null, excluded: [...excluded] };
    await tx.insert(labelingQueues).values(queue).onConflictDoUpdate({ target: labelingQueues.jobId, set: { open: true } });
    const elsewhere = (await known(tx)).filter(({ answersId, taskId }) => taskId !== taskIdOf(jobId, answersId));
    await tx.update(labelingQueues).set({ wanted: Math.max(0, wanted - elsewhere.length) }).where(eq(labelingQueues.jobId, jobId));
    const byTask = Map.groupBy(elsewhere, ({ answersId }) => taskIdOf(jobId, answersId));
    const tasks = rows.map((row) => {
      const before = byTask.get(row.id) ?? [];
      return { ...row, wanted: Math.max(0, each - before.length), rankedBy: [...new Set(before.flatMap(({ labeler }) => labeler ?? []))] };
    });
    for (let from = 0; from < tasks.length; from += tasksAtOnce) {
      await tx.insert(labelingTasks).values(tasks.slice(from, from + tasksAtOnce)).onConflictDoNothing();
    }
  });
}

const taskIdOf = (jobId: string, answersId: string): string => digestOf('rank', jobId, answersId);

/** The labelers who are left out of a stage's rankings, by the ids that they have now: whoever was forgotten meanwhile has another. */
export async function excludedOf(db: Db, jobId: string): Promise<readonly string[]> {
  const [queue] = await db.select({ excluded: labelingQueues.excluded }).from(labelingQueues).where(eq(labelingQueues.jobId, jobId));
  return queue?.excluded ?? [];
}

/** Takes a stage's tasks from the labelers; what they did stays. */
export const closeQueue = (db: Db, jobId: string): Promise<void> => setOpen(db, jobId, false);

/** Gives them back: the stage waits for more. */
export const reopenQueue = (db: Db, jobId: string): Promise<void> => setOpen(db, jobId, true);

async function setOpen(db: Db, jobId: string, open: boolean): Promise<void> {
  await db.update(labelingQueues).set({ open }).where(eq(labelingQueues.jobId, jobId));
}

/**
 * Takes from the labelers what no stage waits for any more and none could take away itself: its job was cancelled while
 * nobody was at it, or given up, or its run deleted. A resumed one opens its queue again.
 */
export async function closeAbandoned(db: Db, jobs: Pick<JobRecords, 'get'>): Promise<void> {
  const waitedFor = async (jobId: string): Promise<boolean> => {
    const state = (await jobs.get(jobId))?.state;
    return state === JobState.JOB_STATE_HELD || state === JobState.JOB_STATE_RELEASED;
  };
  for (const { jobId } of await db.select({ jobId: labelingQueues.jobId }).from(labelingQueues).where(eq(labelingQueues.open, true))) {
    if (await waitedFor(jobId)) continue;
    await closeQueue(db, jobId);
    // Resumed in between, its stage may have opened the queue just before it was closed here.
    if (await waitedFor(jobId)) await reopenQueue(db, jobId);
  }
}

/**
 * How many of a stage's rankings are still to come (people may have been forgotten with theirs), and how many there are beyond
 * those that were wanted of their tasks, since somebody took a skip back that others had seen to.
 */
export async function tallyOf(db: Db, jobId: string): Promise<{ toCome: number; beyond: number }> {
  const ofJob = and(eq(labelingTasks.jobId, jobId), sql`${labelingTasks.gold} is null`);
  const stored = db
    .select({ taskId: comparisons.taskId, count: sql<number>`count(*)`.as('count') })
    .from(comparisons)
    .where(inArray(comparisons.taskId, db.select({ id: labelingTasks.id }).from(labelingTasks).where(ofJob)))
    .groupBy(comparisons.taskId)
    .as('stored');
  const missing = sql`${labelingTasks.wanted} - coalesce(${stored.count}, 0)`;
  const [row] = await db
    .select({ toCome: sql<number>`coalesce(sum(greatest(${missing}, 0)), 0)`.mapWith(Number), beyond: sql<number>`coalesce(sum(greatest(-(${missing}), 0)), 0)`.mapWith(Number) })
    .from(labelingTasks)
    .leftJoin(stored, eq(stored.taskId, labelingTasks.id))
    .where(ofJob);
  return row ?? { toCome: 0, beyond: 0 };
}

/**
 * The queues that wait for rankings, the latest first. Their figures are those of tasks, with gold
 * questions among them at the share that is expected: they tell of no task whether it was one.
 */
export function listQueues(db: Db): Promise<Init<ListQueuesReply>> {
  return withDatabaseErrors(async () => {
    const rows = await db
      .select({
        queue: labelingQueues,
        // One that more have done than it was wanted from, since somebody took a skip back, counts for those it was wanted from.
        done: sql<number>`sum(least(${labelingTasks.done}, ${labelingTasks.wanted}))`.mapWith(Number),
        leased: sql<number>`count(*) filter (where ${labelingTasks.leasedUntil} > now())`.mapWith(Number),
      })
      .from(labelingQueues)
      .innerJoin(labelingTasks, eq(labelingTasks.jobId, labelingQueues.jobId))
      .where(eq(labelingQueues.open, true))
      .groupBy(labelingQueues.jobId)
      .orderBy(desc(labelingQueues.createdAt));
    const queues = rows.map(({ queue, done, leased }) => {
      const wanted = Math.round(queue.wanted / (1 - queue.goldRate));
      return { runId: queue.runId, stage: queue.stage, wanted, done, open: Math.max(0, wanted - done), leased };
    });
    const unanswered = db.select({ id: sql<string>`open.id`.as('id') }).from(openPrompts(db)).where(fitsMessage(sql`open.messages::text`)).limit(countedUnanswered).as('unanswered');
    const [row] = await db.select({ count: sql<number>`count(distinct ${unanswered.id})`.mapWith(Number) }).from(unanswered);
    return { queues, unanswered: row?.count ?? 0 };
  });
}

/**
 * The prompts that can be offered and that no person has answered, as `open`, in no order: sorting very many takes seconds.
 * Whether a message can carry one is for the caller to ask: it takes to read the whole of it, and OFFSET 0 keeps it from
 * being asked of those that are answered.
 */
export function openPrompts(db: Db, where?: SQL): SQL {
  const open = db
    .select({ importId: prompts.importId, id: prompts.id, userId: prompts.userId, messages: prompts.messages })
    .from(prompts)
    .innerJoin(imports, eq(imports.id, prompts.importId))
    .where(and(
      isNotNull(imports.collectionId),
      notInArray(imports.id, goldImports(db)),
      notExists(db.select({ one: sql`1` }).from(demonstrations).where(eq(demonstrations.promptId, prompts.id))),
      notExists(db.select({ one: sql`1` }).from(labelingTasks).where(and(eq(labelingTasks.kind, 'write'), eq(labelingTasks.promptId, prompts.id), sql`${labelingTasks.done} > 0`))),
      where,
    ));
  return sql`(${open} offset 0) open`;
}
