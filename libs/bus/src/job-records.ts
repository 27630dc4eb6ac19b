import { JobRecord, JobState, create, encode, errorToWire, type Checkpoint, type Init, type Job, type StageResult } from '@minchat/contracts';
import { MinchatError, isMinchatError } from '@minchat/errors';
import { deleteRecord, listRecords, recordLimit, storedRecord, wasDeleted, writeRecord, type Bucket, type Stored } from './kv-records.ts';
import { retrying } from './nats-errors.ts';
import type { JobRecords, Lease, Taken } from './types.ts';

const over: readonly JobState[] = [JobState.JOB_STATE_COMPLETED, JobState.JOB_STATE_FAILED, JobState.JOB_STATE_CANCELLED];

/** Whether nothing is left to do of a round: a result is for good, a failure or a cancelling for its own round and those before. */
function isOver({ state, round: last }: JobRecord, round: number): boolean {
  return state === JobState.JOB_STATE_COMPLETED || (over.includes(state) && round <= last);
}

/** A lease and the revision of its last write. Its writes go one after the other. */
interface HeldLease extends Lease {
  record: JobRecord;
  revision: number;
  lastWrite: Promise<unknown>;
  lost: MinchatError | undefined;
}

/**
 * The records of `jobs`. Clocks decide only when a lease may be taken over; that a worker whose
 * lease was taken over cannot write is decided by the revision.
 */
export function createJobRecords(bucket: Bucket, now: () => number = Date.now): JobRecords {
  const { kv } = bucket;
  /** Renewed when the server stored it: the clock of who wrote it may tell any time. */
  async function read(jobId: string): Promise<Stored<JobRecord> | undefined> {
    const entry = await retrying('reading a job record', () => kv.get(jobId));
    const stored = storedRecord(JobRecord, entry);
    if (entry === null || stored === undefined) return undefined;
    return { ...stored, record: { ...stored.record, renewedAtMs: entry.created.getTime() } };
  }

  /** The record as it is now; undefined when the entry is not at `revision` any more (0: not there yet). */
  async function write(init: Init<JobRecord>, revision: number): Promise<Stored<JobRecord> | undefined> {
    const record = create(JobRecord, init);
    const next = await writeRecord(kv, record.jobId, encode(JobRecord, record, recordLimit), revision, 'a job record');
    return next === undefined ? undefined : { record, revision: next };
  }

  async function lostTo(lease: HeldLease): Promise<MinchatError> {
    const current = await read(lease.jobId);
    if (current?.record.state === JobState.JOB_STATE_CANCELLED) {
      return new MinchatError('MC_CANCELLED', `job ${lease.jobId} was cancelled`);
    }
    const holder = current === undefined ? 'no record' : `attempt ${current.record.attempt} by ${current.record.workerId}`;
    return new MinchatError('MC_LEASE_LOST', `job ${lease.jobId}: expected attempt ${lease.record.attempt} by ${lease.workerId}, found ${holder}`);
  }

  function update(lease: Lease, change: (record: JobRecord) => Init<JobRecord>): Promise<void> {
    const held = lease as HeldLease;
    const next = held.lastWrite.then(async () => {
      if (held.lost) throw held.lost;
      if (over.includes(held.record.state)) throw new MinchatError('MC_CONFLICT', `job ${lease.jobId}: expected it not to be over, found it is`);
      const done = await write({ ...change(held.record), renewedAtMs: now() }, held.revision);
      if (!done) {
        held.lost = await lostTo(held);
        throw held.lost;
      }
      held.record = done.record;
      held.revision = done.revision;
    });
    held.lastWrite = next.catch(() => undefined);
    return next;
  }

  /** Also of a job that was cancelled, as long as no other worker has had it since. */
  async function checkpoint(lease: Lease, saved: Checkpoint): Promise<void> {
    // A job that gets on is not failing, however often its workers are taken away.
    const change = (record: JobRecord): JobRecord => ({ ...record, checkpoint: saved, failures: saved.step > (record.checkpoint?.step ?? 0) ? 0 : record.failures });
    try {
      await update(lease, change);
    } catch (error) {
      if (!isMinchatError(error) || error.code !== 'MC_CANCELLED') throw error;
      for (;;) {
        const current = await read(lease.jobId);
        if (current?.record.state !== JobState.JOB_STATE_CANCELLED || current.record.attempt !== lease.record.attempt) throw error;
        if (await write(change(current.record), current.revision)) break;
      }
      const held = lease as HeldLease;
      held.record = change(held.record);
    }
  }

  /** The leases of others, by job: which write of one we saw, and when by our clock. */
  const seen = new Map<string, { revision: number; atMs: number }>();

  /** A lease is over, at the latest, when it was not renewed for its time by our own clock: its holder's may be ahead. */
  function heldUntil({ record: { jobId, renewedAtMs, leaseMs }, revision }: Stored<JobRecord>): number {
    const known = seen.get(jobId);
    const { atMs } = known?.revision === revision ? known : { atMs: now() };
    seen.set(jobId, { revision, atMs });
    return Math.min(renewedAtMs, atMs) + leaseMs;
  }

  async function take(job: Job, workerId: string, leaseMs: number): Promise<Taken> {
    for (;;) {
      const current = await read(job.jobId);
      if (current?.record.state !== JobState.JOB_STATE_HELD) seen.delete(job.jobId);
      if (current && isOver(current.record, job.round)) return { outcome: 'over', record: current.record };
      // Its run was deleted while it waited.
      if (!current && (await wasDeleted(kv, job.jobId))) return { outcome: 'over', record: create(JobRecord, { jobId: job.jobId, runId: job.runId, stage: job.stage, state: JobState.JOB_STATE_CANCELLED }) };
      const expired = current?.record.state === JobState.JOB_STATE_HELD;
      const untilMs = expired ? heldUntil(current) : 0;
      if (current && now() < untilMs) return { outcome: 'held', record: current.record, untilMs };
      const { jobId, runId, stage } = job;
      const before: Init<JobRecord> = current?.record ?? { jobId, runId, stage };
      const next: Init<JobRecord> = {
        ...before,
        // What ended an earlier round does not count in this one.
        ...(current && over.includes(current.record.state) ? { error: undefined, failures: 0, completedAtMs: 0 } : { failures: (before.failures ?? 0) + (expired ? 1 : 0) }),
        state: JobState.JOB_STATE_HELD,
        workerId,
        leaseMs,
        renewedAtMs: now(),
        attempt: (before.attempt ?? 0) + 1,
        round: Math.max(before.round ?? 0, job.round),
      };
      const done = await write(next, current?.revision ?? 0);
      if (!done) continue;
      seen.delete(jobId);
      const lease: HeldLease = { jobId, workerId, ...done, lastWrite: Promise.resolve(), lost: undefined };
      return { outcome: 'taken', lease };
    }
  }

  async function cancel({ jobId, runId, stage, round }: Parameters<JobRecords['cancel']>[0]): Promise<JobRecord> {
    for (;;) {
      const current = await read(jobId);
      if (current && (current.record.round > round || isOver(current.record, round))) return current.record;
      const done = await write({ ...(current?.record ?? { jobId, runId, stage }), state: JobState.JOB_STATE_CANCELLED, round, renewedAtMs: now() }, current?.revision ?? 0);
      if (done) return done.record;
    }
  }

  return {
    get: async (jobId) => (await read(jobId))?.record,
    list: () => listRecords(bucket, JobRecord),
    delete: async (jobId) => void (await deleteRecord(kv, jobId)),
    take,
    cancel,
    renew: (lease) => update(lease, (record) => record),
    checkpoint,
    complete: (lease, result: StageResult) =>
      update(lease, (record) => ({ ...record, state: JobState.JOB_STATE_COMPLETED, result, error: undefined, completedAtMs: now() })),
    fail: (lease, error) =>
      update(lease, (record) => ({ ...record, state: JobState.JOB_STATE_FAILED, error: errorToWire(error), failures: record.failures + 1, completedAtMs: now() })),
    release: (lease, failure) =>
      update(lease, (record) => ({
        ...record,
        state: JobState.JOB_STATE_RELEASED,
        ...(failure === undefined ? {} : { error: errorToWire(failure), failures: record.failures + 1 }),
      })),
  };
}
