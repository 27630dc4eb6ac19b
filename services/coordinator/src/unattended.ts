import type { Bus } from '@minchat/bus';
import { errorToWire, JobState, type JobRecord, type RunRecord, type StageRecord } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { isAtWork } from './machine.ts';

/** Within this time a job is taken, or taken over, where there is a worker for it. */
const graceMs = 15_000;
/** How long after its lease a worker counts as gone; the server's clock, which tells when it renewed it, may differ from ours. */
const silentMs = 60_000;

/**
 * The run as those see it who ask for it: a stage that goes on only when somebody starts a worker says so, as the
 * error that it has until then. Told, not stored: it is so as long as it is so.
 */
export async function withUnattended(bus: Pick<Bus, 'jobs' | 'queueOf'>, run: RunRecord, now: number): Promise<RunRecord> {
  const stages = run.stages.map(async (stage) => {
    // Why it is tried again is told already.
    if (!isAtWork(stage) || stage.error !== undefined) return stage;
    return (await isAttended(bus, stage, now)) ? stage : { ...stage, error: errorToWire(nobody(stage)) };
  });
  return { ...run, stages: await Promise.all(stages) };
}

async function isAttended(bus: Pick<Bus, 'jobs' | 'queueOf'>, { jobId, kind, queuedAtMs, round }: StageRecord, now: number): Promise<boolean> {
  if (now < queuedAtMs + graceMs) return true;
  const job = await bus.jobs.get(jobId);
  // It may just have been given back.
  if (job && (!isFree(job, round, now) || now < job.renewedAtMs + graceMs)) return true;
  const { waiting, underway } = await bus.queueOf(kind);
  // Workers that are at other jobs come to it; its own may be underway for a worker that is gone.
  return waiting > 0 || underway > (job ? 1 : 0);
}

/** Whether a round of a job waits for a worker: given back, over in an earlier round only, or its worker has been silent for long. */
export function isFree({ state, round: last, renewedAtMs, leaseMs }: JobRecord, round: number, now: number): boolean {
  if (state === JobState.JOB_STATE_HELD) return now > renewedAtMs + leaseMs + silentMs;
  return state === JobState.JOB_STATE_RELEASED || (state !== JobState.JOB_STATE_COMPLETED && last < round);
}

function nobody({ kind }: StageRecord): MinchatError {
  return new MinchatError('MC_SERVICE_UNAVAILABLE', `expected a worker that takes jobs of kind ${kind}, found none`, {
    hint: 'Start the service that does: `npm run minchat -- up` starts all of them, and keeps their logs in .minchat/logs. Where workers are started as they are needed, one is on its way.',
  });
}
