import { setTimeout as sleep } from 'node:timers/promises';
import { rpc, type Bus, type Subscription } from '@minchat/bus';
import { parseRunSpec } from '@minchat/config';
import { create, encode, errorToWire, JobState, namePattern, RunRecord, RunStatus, runStatusWords, StageEvent, type Init, type JobRecord } from '@minchat/contracts';
import { MinchatError, toMinchatError } from '@minchat/errors';
import type { Logger } from '@minchat/telemetry';
import { deleteRuns } from './deletion.ts';
import { isAtWork, stageState, type Command } from './machine.ts';
import { withoutOtherRuns } from './other-runs.ts';
import { requireArtifacts, requireSettings } from './requirements.ts';
import { artifactsOf, jobOf, newRun, newRunId, planFork } from './run.ts';
import { isBegun, obligations, transition, type RunEvent } from './transition.ts';
import { isFree, withUnattended } from './unattended.ts';

export interface CoordinatorOptions {
  bus: Bus;
  log: Logger;
  /** How often runs are compared with what became of their jobs, in milliseconds. */
  sweepMs?: number;
  /** Told after each sweep how many runs have which status, of all that there are. */
  onSweep?: (counts: ReadonlyMap<string, number>) => void;
}

const runIdPattern = /^[a-z0-9][a-z0-9_-]{0,63}$/;
// Several coordinators may write one record; each try starts from what the other wrote.
const maxTries = 50;

/** How long after a run was cancelled its jobs are told so: as long as a worker could still be starting on them. */
const cancellingMs = 600_000;

/** What all runs of a list may take; a message has 1 MB. */
const listBytes = 900_000;

function inList(run: RunRecord): RunRecord {
  const stages = run.stages.map((stage) => ({ ...stage, metrics: [], ...(stage.result && { result: { ...stage.result, metrics: [] } }) }));
  return { ...run, specJson: '{}', stages };
}

/** What tells how a round of a job ended; undefined when it has not. */
function endOf({ state, result, error, attempt, round: last }: JobRecord, round: number): Init<StageEvent> | undefined {
  if (state === JobState.JOB_STATE_COMPLETED) return { completed: { result, seconds: 0 } };
  if (state === JobState.JOB_STATE_FAILED && last === round) return { failed: { error, attempt, final: true } };
  return undefined;
}

/**
 * Answers the requests about runs and turns the events of workers into the next jobs. Any number
 * of coordinators may run: a run's record is changed by compare-and-set only, and whatever
 * follows from a change may be done twice.
 */
export class Coordinator {
  readonly #bus: Bus;
  readonly #log: Logger;
  readonly #options: CoordinatorOptions;
  readonly #stopping = new AbortController();
  readonly #subscriptions: Subscription[] = [];
  #sweeping: Promise<void> = Promise.resolve();

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#bus = options.bus;
    this.#log = options.log;
  }

  /** Starts to listen; returns when requests are answered. */
  async start(): Promise<void> {
    const bus = this.#bus;
    this.#subscriptions.push(
      bus.serve(rpc.submitRun, ({ specJson, runId }) => this.submit(specJson, runId)),
      bus.serve(rpc.getRun, async ({ runId }) => withUnattended(bus, (await this.#load(runId)).record, Date.now())),
      bus.serve(rpc.listRuns, ({ limit }) => this.list(limit)),
      bus.serve(rpc.cancelRun, ({ runId }) => this.#change(runId, { type: 'cancel' })),
      bus.serve(rpc.resumeRun, ({ runId }) => this.#change(runId, { type: 'resume' })),
      bus.serve(rpc.deleteRuns, ({ runIds, dryRun }) => this.delete(runIds, dryRun)),
      bus.serve(rpc.forkRun, ({ runId, fromStage, settingsJson, replace }) => this.fork(runId, fromStage, settingsJson, replace)),
      await bus.subscribeEvents({ durable: 'coordinator', from: 'all' }, (event) => this.#take(event)),
    );
    this.#sweeping = this.#sweepForever();
  }

  /** Ends what is in flight, then returns. The bus stays open. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#subscriptions.map((subscription) => subscription.stop()));
    await this.#sweeping;
  }

  async submit(specJson: string, givenId: string): Promise<RunRecord> {
    const written = parseRunSpec(specJson);
    if (givenId !== '' && !runIdPattern.test(givenId)) {
      throw new MinchatError('MC_USAGE', `expected a run id of at most 64 small letters, digits, - and _, found "${givenId}"`);
    }
    await requireSettings(this.#bus, written.stages);
    const spec = withoutOtherRuns(written, await this.#readable());
    await requireArtifacts(this.#bus, spec.stages);
    return this.#begin(newRun(spec, givenId === '' ? newRunId(spec.name) : givenId, Date.now()));
  }

  async fork(runId: string, fromStage: string, settingsJson: string, replace: boolean): Promise<RunRecord> {
    const { record } = await this.#load(runId);
    const { spec, taken } = planFork(record, fromStage, settingsJson, replace);
    const again = spec.stages.filter(({ name }) => !taken.has(name));
    await requireSettings(this.#bus, again);
    await requireArtifacts(this.#bus, again);
    return this.#begin(newRun(spec, newRunId(spec.name), Date.now(), { taken, forkedFrom: runId }));
  }

  /** See deleteRuns. */
  async delete(runIds: readonly string[], dryRun: boolean): Promise<{ artifacts: number; bytes: number }> {
    return deleteRuns(this.#options, await Promise.all(runIds.map((runId) => this.#load(runId))), dryRun);
  }

  /** The latest runs first, without specs and metrics, as many as one message holds; a limit of 0 means 50. */
  async list(limit: number): Promise<{ runs: RunRecord[] }> {
    const latest = (await this.#readable()).toSorted((a, b) => b.createdAtMs - a.createdAtMs).slice(0, limit || 50);
    let bytes = 0;
    return { runs: latest.map(inList).filter((run) => (bytes += encode(RunRecord, run).length + 8) <= listBytes) };
  }

  /**
   * Compares every run that is going on with what became of its jobs; what was missed is made good. With `sinceMs`
   * as far back as that for runs that were cancelled.
   */
  async sweep(sinceMs = 0): Promise<void> {
    const runs = await this.#readable();
    for (const run of runs) {
      if (this.#stopping.signal.aborted) return;
      try {
        await this.#reconcile(run, sinceMs);
      } catch (error) {
        this.#log.warn({ run: run.runId, err: error }, 'could not compare a run with its jobs');
      }
    }
    const counts = new Map<string, number>(Object.values(runStatusWords).map((word) => [word, 0]));
    for (const { status } of runs) counts.set(runStatusWords[status], (counts.get(runStatusWords[status]) ?? 0) + 1);
    this.#options.onSweep?.(counts);
  }

  /** One record that cannot be read holds up no other. */
  #readable(): Promise<RunRecord[]> {
    return this.#bus.runs.list((error) => this.#log.warn({ err: error, hint: error.hint }, 'a run that cannot be read is left out'));
  }

  async #sweepForever(): Promise<void> {
    const { signal } = this.#stopping;
    // At first all that was cancelled, ever: whoever was to tell its jobs may have ended there.
    for (let sinceMs = 0; !signal.aborted; sinceMs = Date.now() - cancellingMs) {
      await this.sweep(sinceMs).catch((error: unknown) => this.#log.warn({ err: error }, 'could not sweep'));
      await sleep(this.#options.sweepMs ?? 10_000, undefined, { signal }).catch(() => undefined);
    }
  }

  async #reconcile(run: RunRecord, sinceMs: number): Promise<void> {
    // Whoever was to begin it may have ended there.
    if (runStatusWords[run.status] === 'running' && !isBegun(parseRunSpec(run.specJson, run.runId), run)) await this.#start(run.runId);
    for (const stage of run.stages) {
      if (!isAtWork(stage)) continue;
      const job = await this.#bus.jobs.get(stage.jobId);
      const detail = job && endOf(job, stage.round);
      if (detail === undefined) {
        // Should the queue have lost it: else nobody would take it over.
        if (job && isFree(job, stage.round, Date.now())) await this.#carryOut(run, [{ do: 'publish', stage: stage.stage }]);
        continue;
      }
      const event = create(StageEvent, { eventId: 'swept', runId: run.runId, jobId: stage.jobId, stage: stage.stage, atMs: Date.now(), ...detail });
      await this.#change(run.runId, { type: 'stage', event });
    }
    if (obligations(run).length === 0 || (runStatusWords[run.status] === 'cancelled' && run.updatedAtMs < sinceMs)) return;
    const { record } = await this.#load(run.runId);
    await this.#carryOut(record, obligations(record));
  }

  async #take(event: StageEvent): Promise<void> {
    if (event.runChanged || event.checkpointed) return;
    try {
      await this.#change(event.runId, { type: 'stage', event });
    } catch (error) {
      const known = toMinchatError(error);
      if (known.code === 'MC_NOT_FOUND') {
        // Its worker was still ending when the run was deleted: what it told since goes, too.
        if (await this.#bus.runs.wasDeleted(event.runId)) await this.#bus.deleteEvents(event.runId);
        return;
      }
      // What may go better has the event delivered again; what never will would hold up the events of all runs.
      if (known.retryable) throw error;
      this.#log.error({ run: event.runId, stage: event.stage, err: error }, 'an event that cannot be taken');
      const { runId, jobId, stage } = event;
      // Of the try that is told of: news of an earlier one would be passed over.
      const attempt = (await this.#bus.jobs.get(jobId))?.attempt ?? 1;
      const failed = create(StageEvent, { eventId: 'refused', runId, jobId, stage, atMs: Date.now(), failed: { error: errorToWire(known), attempt, final: true } });
      await this.#change(runId, { type: 'stage', event: failed }).catch((again: unknown) => this.#log.error({ run: runId, err: again }, 'could not fail the stage'));
    }
  }

  async #begin(blank: RunRecord): Promise<RunRecord> {
    // So that one that cannot be begun leaves no trace.
    await this.#requireTaken(blank);
    // One that was submitted before counts, and what it asks for may not have been done.
    await this.#bus.runs.create(blank);
    const record = await this.#start(blank.runId);
    await this.#carryOut(record, obligations(record));
    return record;
  }

  /**
   * Begins a run, if it is not begun yet, when all that it takes is there: looked at once its record is, since a
   * deletion spares what records name. If something is not, there is no such run. Throws MC_ARTIFACT_MISSING.
   */
  async #start(runId: string): Promise<RunRecord> {
    const { record, revision } = await this.#load(runId);
    if (isBegun(parseRunSpec(record.specJson, runId), record)) return record;
    try {
      await this.#requireTaken(record);
    } catch (error) {
      if (toMinchatError(error).code === 'MC_ARTIFACT_MISSING') await this.#bus.runs.delete(runId, revision);
      throw error;
    }
    this.#log.info({ run: runId, stages: record.stages.length }, 'run begun');
    return this.#change(runId, { type: 'begin' });
  }

  /** Throws MC_ARTIFACT_MISSING when something that a run takes, of its spec or of a run that it is forked from, is not there. */
  async #requireTaken(record: RunRecord): Promise<void> {
    const taken = artifactsOf(record);
    const there = await Promise.all(taken.map((artifact) => this.#bus.artifacts.has(artifact)));
    const missing = taken[there.indexOf(false)];
    if (missing === undefined) return;
    throw new MinchatError('MC_ARTIFACT_MISSING', `run ${record.runId} was not begun: expected ${missing.digest}, which it takes over, in the artifact store, found none`, {
      hint: 'It was deleted, or lies in another ARTIFACT_STORE: take what another run has made, or begin with the stage that makes it.',
    });
  }

  async #load(runId: string): Promise<{ record: RunRecord; revision: number }> {
    const found = namePattern.test(runId) ? await this.#bus.runs.get(runId) : undefined;
    if (found === undefined) throw new MinchatError('MC_NOT_FOUND', `there is no run ${runId}`);
    return found;
  }

  async #change(runId: string, event: RunEvent): Promise<RunRecord> {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const { record: before, revision } = await this.#load(runId);
      const { record, commands } = transition(parseRunSpec(before.specJson), before, event, Date.now());
      if (record !== before && (await this.#bus.runs.update(record, revision)) === undefined) {
        await sleep(Math.random() * 20);
        continue;
      }
      this.#logChange(before, record);
      await this.#carryOut(record, commands);
      return record;
    }
    throw new MinchatError('MC_TIMEOUT', `run ${runId} was changed by others ${maxTries} times in a row`);
  }

  async #carryOut(record: RunRecord, commands: readonly Command[]): Promise<void> {
    const spec = parseRunSpec(record.specJson);
    const { runId } = record;
    for (const command of commands) {
      const stage = 'stage' in command ? record.stages.find((other) => other.stage === command.stage) : undefined;
      if (command.do === 'announce') {
        const eventId = `${runId}-${command.status}-${record.updatedAtMs}`;
        await this.#bus.publishEvent({ eventId, runId, stage: 'run', runChanged: { status: command.status } });
      } else if (stage !== undefined && command.do === 'cancel') {
        await this.#bus.cancelJob({ jobId: stage.jobId, runId, stage: stage.stage, round: stage.round });
      } else if (stage !== undefined) {
        await this.#bus.publishJob(jobOf(spec, record, stage.stage));
      }
    }
  }

  #logChange(before: RunRecord, after: RunRecord): void {
    if (before === after) return;
    after.stages.forEach((stage, index) => {
      const was = before.stages[index];
      if (was === undefined || was.status === stage.status) return;
      const error = stage.error && { code: stage.error.code, message: stage.error.message };
      this.#log.info({ run: after.runId, stage: stage.stage, job: stage.jobId, from: stageState(was), to: stageState(stage), error }, 'stage changed');
    });
    if (before.status !== after.status) {
      const level = after.status === RunStatus.RUN_STATUS_FAILED ? 'warn' : 'info';
      this.#log[level]({ run: after.runId, from: runStatusWords[before.status], to: runStatusWords[after.status] }, 'run changed');
    }
  }
}
