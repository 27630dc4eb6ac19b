import type { Bus } from '@minchat/bus';
import { JobState, runStatusWords, type JobRecord, type RunRecord } from '@minchat/contracts';
import { MinchatError, toMinchatError } from '@minchat/errors';
import type { Logger } from '@minchat/telemetry';
import { isAtWork } from './machine.ts';
import { artifactsOf, jobIdOf } from './run.ts';

interface Deps {
  bus: Bus;
  log: Logger;
}

type StoredRun = NonNullable<Awaited<ReturnType<Bus['runs']['get']>>>;
type Removed = Awaited<ReturnType<Bus['artifacts']['collect']>>;

/**
 * Deletes runs, all or none, with what was told of them; then jobs without a run and artifacts that no run or job needs. Throws
 * MC_CONFLICT for a run that is at work.
 */
export async function deleteRuns({ bus, log }: Deps, doomed: readonly StoredRun[], dryRun: boolean): Promise<Removed> {
  for (const { record } of doomed) requireOver(record);
  const runIds = doomed.map(({ record }) => record.runId);
  if (dryRun) return collect({ bus, log }, runIds, true);
  try {
    await deleteRecords({ bus, log }, doomed);
  } catch (error) {
    if (toMinchatError(error).code !== 'MC_DISK_FULL') throw error;
    // The mark that a record leaves takes space, too: what the runs have goes first.
    for (const runId of runIds) await bus.deleteEvents(runId);
    const removed = await collect({ bus, log }, runIds, false);
    await deleteRecords({ bus, log }, doomed);
    return removed;
  }
  return collect({ bus, log }, runIds, false);
}

/** Throws MC_CONFLICT while a run, or a stage beside one that failed, is at work. */
function requireOver({ runId, status, stages }: RunRecord): void {
  const atWork = stages.find(isAtWork);
  if (runStatusWords[status] !== 'running' && atWork === undefined) return;
  throw new MinchatError('MC_CONFLICT', `run ${runId}: expected one that is over, found ${atWork ? `its stage ${atWork.stage}` : 'it'} at work`, { hint: `Cancel it first: \`npm run minchat -- cancel ${runId}\`.` });
}

async function deleteRecords({ bus, log }: Deps, doomed: readonly StoredRun[]): Promise<void> {
  for (const { record: { runId, stages }, revision } of doomed) {
    if (!(await bus.runs.delete(runId, revision))) throw new MinchatError('MC_CONFLICT', `run ${runId} was changed while it was to be deleted`);
    // Also those that nobody has taken yet: nobody shall.
    for (const { jobId, stage } of stages) if (jobId === jobIdOf(runId, stage)) await bus.jobs.delete(jobId);
    // Texts that its stages told of, among others.
    await bus.deleteEvents(runId);
    log.info({ run: runId }, 'run deleted');
  }
}

/** Removes the artifacts that no run needs but those of `without`, then jobs that have no run any more. */
async function collect({ bus, log }: Deps, without: readonly string[], dryRun: boolean): Promise<Removed> {
  const removed = await bus.artifacts.collect(async () => {
    const { runs, jobs } = await records(bus, without);
    return [
      ...runs.flatMap(artifactsOf),
      // The result of a job may not be in its run's record yet.
      ...jobs.flatMap(({ result }) => result?.outputs ?? []).flatMap(({ artifact }) => artifact ?? []),
      ...jobs.flatMap(({ state, checkpoint }) => (checkpoint?.artifact && state !== JobState.JOB_STATE_COMPLETED ? [checkpoint.artifact] : [])),
    ];
  }, { dryRun });
  log.info({ ...removed, dryRun }, 'removed what no run uses');
  if (!dryRun) for (const { jobId } of (await records(bus, without)).left) await bus.jobs.delete(jobId);
  return removed;
}

/** All runs but those of `without`, their jobs, and the jobs that are left of others. */
async function records(bus: Bus, without: readonly string[]): Promise<{ runs: RunRecord[]; jobs: JobRecord[]; left: JobRecord[] }> {
  // Jobs first: a run is there before its jobs are.
  const all = await bus.jobs.list();
  const runs = (await bus.runs.list()).filter(({ runId }) => !without.includes(runId));
  const known = new Set(runs.map(({ runId }) => runId));
  const { jobs = [], left = [] } = Object.groupBy(all, ({ runId }) => (known.has(runId) ? 'jobs' : 'left'));
  return { runs, jobs, left };
}
