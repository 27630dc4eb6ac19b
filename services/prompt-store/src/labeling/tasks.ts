import { and, eq, notExists, sql } from 'drizzle-orm';
import type { Bus } from '@minchat/bus';
import type { Init, LabelingTask, LeaseTaskRequest, SkipTaskRequest, SubmitTaskRequest } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import { digestOf } from '../digest.ts';
import { imports, labelingOutcomes, labelingQueues, labelingTasks, prompts } from '../schema.ts';
import { isUnanswered } from './queues.ts';

/** How long a task is a labeler's; taking it again begins anew. */
const leaseMinutes = 15;

type Task = typeof labelingTasks.$inferSelect;

/**
 * A task for this labeler: one they hold already, else one that nobody holds. The reply has no id
 * when there is none.
 */
export function leaseTask(db: Db, request: LeaseTaskRequest): Promise<Init<LabelingTask>> {
  return withDatabaseErrors(async () => {
    const task = (await leaseExisting(db, request)) ?? (request.kind === 'write' ? await leaseUnanswered(db, request) : undefined);
    if (task === undefined) return {};
    const [queue] = task.jobId === null ? [] : await db.select().from(labelingQueues).where(eq(labelingQueues.jobId, task.jobId));
    return {
      taskId: task.id,
      kind: task.kind,
      runId: queue?.runId ?? '',
      stage: queue?.stage ?? '',
      promptId: task.promptId,
      messages: task.messages,
      answers: task.answers,
      leasedUntilMs: task.leasedUntil?.getTime() ?? 0,
    };
  });
}

const lease = (labelerId: string) => ({ leasedBy: labelerId, leasedUntil: sql`now() + make_interval(mins => ${leaseMinutes})` });

async function leaseExisting(db: Db, { labelerId, kind, runId, holding }: LeaseTaskRequest): Promise<Task | undefined> {
  const free = sql`(${labelingTasks.leasedBy} is null or ${labelingTasks.leasedUntil} < now() or ${labelingTasks.leasedBy} = ${labelerId})`;
  const fitting = db
    .select({ id: labelingTasks.id })
    .from(labelingTasks)
    .leftJoin(labelingQueues, eq(labelingQueues.jobId, labelingTasks.jobId))
    .where(and(
      sql`${labelingTasks.kind} = ${kind} and ${labelingTasks.done} < ${labelingTasks.wanted}`,
      sql`coalesce(${labelingQueues.open}, true)`,
      runId === '' ? undefined : eq(labelingQueues.runId, runId),
      free,
      ...holding.map((id) => sql`${labelingTasks.id} <> ${id}`),
      notExists(db.select({ one: sql`1` }).from(labelingOutcomes).where(and(eq(labelingOutcomes.taskId, labelingTasks.id), eq(labelingOutcomes.labelerId, labelerId)))),
    ))
    // Those held already first; then what has waited longest, and of that what fewest have done.
    .orderBy(sql`${labelingTasks.leasedBy} is not distinct from ${labelerId} desc`, labelingQueues.createdAt, labelingTasks.done, labelingTasks.id)
    .limit(1)
    .for('update', { of: labelingTasks, skipLocked: true });
  const [task] = await db.update(labelingTasks).set(lease(labelerId)).where(eq(labelingTasks.id, sql`(${fitting})`)).returning();
  return task;
}

/** Makes a task of a prompt that nobody has answered. */
async function leaseUnanswered(db: Db, { labelerId }: LeaseTaskRequest): Promise<Task | undefined> {
  // Of several labelers who meet at one prompt one gets it; the others take the next.
  for (let tries = 0; tries < 5; tries += 1) {
    const known = db.select({ one: sql`1` }).from(labelingTasks).where(and(eq(labelingTasks.kind, 'write'), eq(labelingTasks.promptId, prompts.id)));
    const [prompt] = await db
      .select({ id: prompts.id, messages: prompts.messages })
      .from(prompts)
      .innerJoin(imports, eq(imports.id, prompts.importId))
      .where(and(isUnanswered(db), notExists(known)))
      .orderBy(prompts.importId, prompts.id)
      .limit(1);
    if (prompt === undefined) return undefined;
    const [task] = await db
      .insert(labelingTasks)
      .values({ id: digestOf('write', prompt.id), kind: 'write', promptId: prompt.id, messages: prompt.messages, answers: [], ...lease(labelerId) })
      .onConflictDoNothing()
      .returning();
    if (task !== undefined) return task;
  }
  return undefined;
}

/**
 * Publishes what a labeler decided as feedback, and ends the task for them. A crash in between
 * gives the task again; feedback that comes twice is stored once. Throws MC_CONFLICT when somebody
 * else has the task by now, MC_USAGE, MC_NOT_FOUND.
 */
export function submitTask(db: Db, bus: Pick<Bus, 'publishFeedback'>, request: SubmitTaskRequest): Promise<Record<string, never>> {
  return withDatabaseErrors(async () => {
    const task = await heldTask(db, request.taskId, request.labelerId);
    const { labelerId, verdicts, completion } = request;
    const common = { promptId: task.promptId, labelerId, messages: task.messages, atMs: Date.now() };
    const id = `task-${task.id}-${digestOf(labelerId)}`;
    if (task.kind === 'write') {
      if (completion.trim() === '') throw new MinchatError('MC_USAGE', 'expected an answer, found none');
      await bus.publishFeedback('demonstration', { ...common, demonstrationId: id, completion });
    } else {
      if (verdicts.length !== task.answers.length) throw new MinchatError('MC_USAGE', `expected a verdict on each of ${task.answers.length} answers, found ${verdicts.length}`);
      if (verdicts.some(({ rating }) => rating > 7)) throw new MinchatError('MC_USAGE', 'expected ratings from 1 to 7');
      const answers = task.answers.map((answer, i) => ({ ...answer, ...verdicts[i], model: task.model ?? '' }));
      await bus.publishFeedback('ranking', { ...common, rankingId: id, taskId: task.id, answers });
    }
    await end(db, task, labelerId, 'done', null);
    return {};
  });
}

/** Gives a task back for good, as far as this labeler is concerned. */
export function skipTask(db: Db, { taskId, labelerId, reason }: SkipTaskRequest): Promise<Record<string, never>> {
  return withDatabaseErrors(async () => {
    await end(db, await heldTask(db, taskId, labelerId), labelerId, 'skipped', reason.slice(0, 500));
    return {};
  });
}

async function heldTask(db: Db, taskId: string, labelerId: string): Promise<Task> {
  const [task] = await db.select().from(labelingTasks).where(eq(labelingTasks.id, taskId));
  if (task === undefined) throw new MinchatError('MC_NOT_FOUND', `expected a labeling task, found none called ${taskId.slice(0, 64)}`);
  if (task.leasedBy !== labelerId) {
    throw new MinchatError('MC_CONFLICT', 'expected a task of yours, found that it was given to somebody else or is done', { hint: 'Take the next one: a task is yours for a quarter of an hour.' });
  }
  return task;
}

async function end(db: Db, task: Task, labelerId: string, outcome: 'done' | 'skipped', reason: string | null): Promise<void> {
  await db.transaction(async (tx) => {
    const added = await tx.insert(labelingOutcomes).values({ taskId: task.id, labelerId, outcome, reason }).onConflictDoNothing().returning();
    const counts = added.length > 0 && outcome === 'done' ? 1 : 0;
    await tx.update(labelingTasks).set({ leasedBy: null, leasedUntil: null, done: sql`${labelingTasks.done} + ${counts}` }).where(eq(labelingTasks.id, task.id));
    if (counts > 0 && task.jobId !== null) await tx.update(labelingQueues).set({ done: sql`${labelingQueues.done} + 1` }).where(eq(labelingQueues.jobId, task.jobId));
  });
}
