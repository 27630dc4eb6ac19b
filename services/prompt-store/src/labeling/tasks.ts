import { and, eq, inArray, notExists, sql, type SQL } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { Init, LabelingTask, LeaseTaskRequest, RenewTaskReply, RenewTaskRequest } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import { digestOf } from '../digest.ts';
import { labelingOutcomes, labelingQueues, labelingTasks, prompts } from '../schema.ts';
import { makeGold } from './gold.ts';
import { openPrompts } from './queues.ts';
import { fitsMessage } from './task-size.ts';

/** How long a task is a labeler's; taking it again or renewing it begins anew. */
const leaseMinutes = 15;

export type Task = typeof labelingTasks.$inferSelect;

/**
 * A task for this labeler: one they hold already, else one that nobody holds. The reply has no id
 * when there is none.
 */
export function leaseTask(db: Db, request: LeaseTaskRequest): Promise<Init<LabelingTask>> {
  return withDatabaseErrors(async () => {
    const task = (await leaseHeld(db, request)) ?? (await leaseGold(db, request)) ?? (await leaseFree(db, request)) ?? (request.kind === 'write' ? await leaseUnanswered(db, request) : undefined);
    if (task === undefined) return {};
    const [queue] = task.jobId === null ? [] : await db.select().from(labelingQueues).where(eq(labelingQueues.jobId, task.jobId));
    return offered(task, queue);
  });
}

/** A task as a labeler is sent it: nothing tells a gold question from the others. */
export function offered(task: Task, queue: typeof labelingQueues.$inferSelect | undefined): Init<LabelingTask> {
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
}

const lease = (labelerId: string) => ({ leasedBy: labelerId, leasedUntil: sql`now() + make_interval(mins => ${leaseMinutes})` });

/** What a labeler has already, as after a page was loaded again: what they took first comes first. */
function leaseHeld(db: Db, request: LeaseTaskRequest): Promise<Task | undefined> {
  return take(db, request, sql`${labelingTasks.leasedBy} = ${request.labelerId}`, labelingTasks.leasedUntil, labelingTasks.id);
}

/** What has waited longest, and of that what fewest have done. */
function leaseFree(db: Db, request: LeaseTaskRequest): Promise<Task | undefined> {
  return take(db, request, unclaimed, labelingQueues.createdAt, labelingTasks.done, labelingTasks.id);
}

/** A gold question in place of the next task, when there is one and the question's turn has come. */
async function leaseGold(db: Db, request: LeaseTaskRequest): Promise<Task | undefined> {
  if (request.kind !== 'rank') return undefined;
  const [next] = await db
    .select({ queue: labelingQueues })
    .from(labelingTasks)
    .innerJoin(labelingQueues, eq(labelingQueues.jobId, labelingTasks.jobId))
    .where(couldDo(db, request, unclaimed))
    .orderBy(labelingQueues.createdAt)
    .limit(1);
  return next === undefined ? undefined : makeGold(db, next.queue, request.labelerId, lease(request.labelerId));
}

const unclaimed = sql`${labelingTasks.gold} is null and (${labelingTasks.leasedBy} is null or ${labelingTasks.leasedUntil} < now())`;

/** The tasks of those that `whose` says which a labeler could do, and has not. */
function couldDo(db: Db, { labelerId, kind, runId, holding }: LeaseTaskRequest, whose: SQL): SQL | undefined {
  return and(
    sql`${labelingTasks.kind} = ${kind} and ${labelingTasks.done} < ${labelingTasks.wanted}`,
    sql`coalesce(${labelingQueues.open} and ${labelerId} <> all(${labelingQueues.excluded}), true)`,
    runId === '' ? undefined : eq(labelingQueues.runId, runId),
    sql`${labelerId} <> all(${labelingTasks.rankedBy})`,
    whose,
    ...holding.map((id) => sql`${labelingTasks.id} <> ${id}`),
    notExists(db.select({ one: sql`1` }).from(labelingOutcomes).where(and(eq(labelingOutcomes.taskId, labelingTasks.id), eq(labelingOutcomes.labelerId, labelerId)))),
  );
}

async function take(db: Db, request: LeaseTaskRequest, whose: SQL, ...order: (SQL | AnyPgColumn)[]): Promise<Task | undefined> {
  const found = db
    .select({ id: labelingTasks.id })
    .from(labelingTasks)
    .leftJoin(labelingQueues, eq(labelingQueues.jobId, labelingTasks.jobId))
    .where(couldDo(db, request, whose))
    .orderBy(...order)
    .limit(1)
    .for('update', { of: labelingTasks, skipLocked: true });
  const [task] = await db.update(labelingTasks).set(lease(request.labelerId)).where(eq(labelingTasks.id, sql`(${found})`)).returning();
  return task;
}

/** Makes a task of a prompt that nobody has answered. */
async function leaseUnanswered(db: Db, { labelerId }: LeaseTaskRequest): Promise<Task | undefined> {
  // Of several labelers who meet at one prompt one gets it; the others take the next.
  for (let tries = 0; tries < 5; tries += 1) {
    const known = db.select({ one: sql`1` }).from(labelingTasks).where(and(eq(labelingTasks.kind, 'write'), eq(labelingTasks.promptId, prompts.id)));
    // One by one behind those that are open: by a join the database would first find them all, and of the first alone it would
    // go from prompt to prompt, past tens of thousands that are answered.
    const its = db.select({ messages: prompts.messages }).from(prompts).where(sql`(open.import_id, open.id, open.user_id) = (${prompts.importId}, ${prompts.id}, ${prompts.userId})`);
    const [prompt] = await db
      .select({ id: sql<string>`open.id`, messages: sql`its.messages`.mapWith(prompts.messages) })
      .from(openPrompts(db, notExists(known)))
      .crossJoin(sql`lateral (${its} offset 0) its`)
      .where(fitsMessage(sql`its.messages::text`))
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
 * Makes the lease begin anew for a labeler who is still at it; one that is over too, as long as
 * nobody else has taken the task. Throws MC_CONFLICT when somebody has, MC_NOT_FOUND.
 */
export function renewTask(db: Db, { taskId, labelerId, formerly }: RenewTaskRequest): Promise<Init<RenewTaskReply>> {
  return withDatabaseErrors(async () => {
    const [renewed] = await db.update(labelingTasks).set(lease(labelerId)).where(and(eq(labelingTasks.id, taskId), inArray(labelingTasks.leasedBy, [labelerId, ...(formerly === '' ? [] : [formerly])]))).returning();
    return { leasedUntilMs: (renewed ?? heldBy(labelerId, await taskOf(db, taskId))).leasedUntil?.getTime() ?? 0 };
  });
}

/** Throws MC_NOT_FOUND. */
export async function taskOf(db: Db, taskId: string): Promise<Task> {
  const [task] = await db.select().from(labelingTasks).where(eq(labelingTasks.id, taskId));
  if (task === undefined) throw new MinchatError('MC_NOT_FOUND', `expected a labeling task, found none called ${taskId.slice(0, 64)}`);
  return task;
}

/** The task, which this labeler has. Throws MC_CONFLICT. */
export function heldBy(labelerId: string, task: Task): Task {
  if (task.leasedBy !== labelerId) throw notTheirs();
  return task;
}

export function notTheirs(): MinchatError {
  return new MinchatError('MC_CONFLICT', 'expected a task of yours, found that it was given to somebody else or is done', { hint: 'Take the next one: a task is yours until nothing was done at it for a quarter of an hour.' });
}
