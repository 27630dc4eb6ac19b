import { mkdir, readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { touchArtifact, type Bus, type JobDelivery, type Lease } from '@minchat/bus';
import { JobState, type JobRecord, errorFromWire, errorToWire, type Checkpoint, type Job, type NamedArtifact, type StageResult } from '@minchat/contracts';
import { MinchatError, toMinchatError } from '@minchat/errors';
import type { Logger, ServiceMetrics } from '@minchat/telemetry';
import type { Metrics, Progress, StopReason } from './define.ts';
import { tellCompleted, tellFailed, tellOf, type Tell } from './events.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { createLogSink, type LogSink } from './log-sink.ts';
import { createProgressSink, toMetrics } from './progress.ts';
import type { Runner } from './runner.ts';
import { checkShape } from './shape.ts';
import type { Assignment, StageShape } from './thread-messages.ts';

/** After so many tries without progress a job is given up. */
export const maxTries = 5;

/** How a delivery ended, for metrics. */
export type Outcome = 'completed' | 'failed' | 'retried' | 'released' | 'cancelled' | 'lost' | 'held' | 'over';

export interface JobRunDeps {
  bus: Bus;
  metrics: ServiceMetrics;
  workerId: string;
  leaseMs: number;
  checkpointSeconds: number;
  shutdownSeconds: number;
  /** Folder for the job's outputs and checkpoints while they are made. */
  workFolder: string;
  /** Aborts when the service is asked to stop. */
  shutdown: AbortSignal;
  log: Logger;
  /** Loads the stage that the job asks for, until `stopping` aborts; `onLog` is told what it logs. */
  load: (job: Job, onLog: (line: string) => void, stopping: AbortSignal) => Promise<{ plugin: string; runner: Runner }>;
}

/** Takes one delivered job, does it or hands it on, and settles the delivery; `onWaiting` is told when the stage only waits, for people. Never rejects. */
export async function runJob(delivery: JobDelivery, deps: JobRunDeps, onWaiting: () => void): Promise<Outcome> {
  const { bus, workerId } = deps;
  const { job } = delivery;
  const log = deps.log.child({ run: job.runId, job: job.jobId, stage: job.stage });
  try {
    const taken = await bus.jobs.take(job, workerId, deps.leaseMs);
    switch (taken.outcome) {
      case 'held':
        log.info({ holder: taken.record.workerId }, 'another worker has the job');
        delivery.nak(Math.max(100, taken.untilMs - Date.now() + 50));
        return 'held';
      case 'over':
        await tellAgain(delivery, deps, taken.record);
        return 'over';
      case 'taken':
        return await new JobRun(delivery, taken.lease, deps, log).run(onWaiting);
    }
  } catch (error) {
    // The record could not be read or written: whoever gets the delivery next sees what is so.
    log.error({ err: error }, 'gave up on a delivery');
    delivery.nak(5000);
    return 'lost';
  }
}

/** A job whose result is stored but whose event or ack was lost. */
async function tellAgain(delivery: JobDelivery, { bus }: JobRunDeps, record: JobRecord): Promise<void> {
  const { job } = delivery;
  const tell = tellOf(bus, job, record.workerId);
  if (record.state === JobState.JOB_STATE_FAILED && record.error) {
    await tellFailed(tell, job, record.error, record.attempt);
    await delivery.deadLetter(errorFromWire(record.error));
    return;
  }
  if (record.state === JobState.JOB_STATE_COMPLETED && record.result) await tellCompleted(tell, job, record.result);
  await delivery.ack();
}

class JobRun {
  readonly #delivery: JobDelivery;
  readonly #lease: Lease;
  readonly #deps: JobRunDeps;
  readonly #log: Logger;
  readonly #tell: Tell;
  readonly #keeper: LeaseKeeper;
  readonly #logged: LogSink;
  readonly #folder: string;
  readonly #began = performance.now();
  #runner: Runner | undefined;
  /** The folders of the inputs, which must stay in the cache. */
  #inputs: string[] = [];
  #lastCheckpoint = performance.now();
  /** Aborts when the stage is asked to stop: what it was to begin with is needed no more. */
  readonly #stopping = new AbortController();
  readonly #overdue = Promise.withResolvers<never>();
  #patience: NodeJS.Timeout | undefined;

  constructor(delivery: JobDelivery, lease: Lease, deps: JobRunDeps, log: Logger) {
    this.#delivery = delivery;
    this.#lease = lease;
    this.#deps = deps;
    this.#log = log;
    this.#tell = tellOf(deps.bus, delivery.job, deps.workerId);
    this.#keeper = new LeaseKeeper(deps.bus.jobs, lease, log, ({ code }) => this.#askToStop(code === 'MC_CANCELLED' ? 'cancelled' : 'lease-lost'));
    this.#folder = join(deps.workFolder, delivery.job.jobId);
    this.#logged = createLogSink(this.#tell, log);
    // It may come while nobody waits for it.
    this.#overdue.promise.catch(() => undefined);
  }

  async run(onWaiting: () => void): Promise<Outcome> {
    const { bus, shutdown } = this.#deps;
    const { job } = this.#delivery;
    const { record } = this.#lease;
    this.#log.info({ attempt: record.attempt, delivery: this.#delivery.delivery, fromStep: record.checkpoint?.step ?? 0 }, 'took a job');
    const stopBeating = this.#keeper.start(this.#delivery, this.#deps.leaseMs / 3, () => this.#onBeat());
    const stopListening = bus.onCancel(job.jobId, () => this.#keeper.renew());
    const onShutdown = (): void => this.#askToStop('shutdown');
    shutdown.addEventListener('abort', onShutdown);
    if (shutdown.aborted) onShutdown();
    try {
      if (record.failures >= maxTries) throw new MinchatError('MC_STAGE_FAILED', `given up after ${record.failures} tries without progress, the last of which ended without a word`);
      return await this.#complete(await Promise.race([this.#work(onWaiting), this.#overdue.promise]));
    } catch (thrown) {
      return await this.#ended(toMinchatError(thrown));
    } finally {
      stopBeating();
      clearTimeout(this.#patience);
      stopListening();
      shutdown.removeEventListener('abort', onShutdown);
      await this.#runner?.dispose();
      await this.#logged.flush();
      await rm(this.#folder, { recursive: true, force: true });
    }
  }

  #onBeat(): void {
    // Shows that the folder is in use.
    const now = new Date();
    void utimes(this.#deps.workFolder, now, now).catch(() => undefined);
    for (const folder of this.#inputs) void touchArtifact(folder);
    this.#askForCheckpoint();
  }

  /** If it is time for one; with 0 seconds between them every step is. */
  #askForCheckpoint(): void {
    const seconds = (performance.now() - this.#lastCheckpoint) / 1000;
    if (seconds >= this.#deps.checkpointSeconds) this.#runner?.setCheckpointDue(true);
  }

  /** A stage that does not stop in time is left, and its thread ended; so is one that waits for a store that does not answer. */
  #askToStop(reason: StopReason): void {
    const { shutdownSeconds } = this.#deps;
    this.#stopping.abort();
    this.#runner?.stop(reason);
    this.#patience ??= setTimeout(() => this.#overdue.reject(new MinchatError('MC_TIMEOUT', `the stage did not stop within ${shutdownSeconds} s`)), shutdownSeconds * 1000);
  }

  async #work(onWaiting: () => void): Promise<StageResult> {
    const { load, metrics } = this.#deps;
    const { job } = this.#delivery;
    const { record } = this.#lease;
    const { plugin, runner } = await load(job, (line) => this.#logged.write(line), this.#stopping.signal);
    this.#runner = runner;
    this.#stopping.signal.throwIfAborted();
    checkShape(job, plugin, runner.shape);
    const checkpoint = this.#checkpointOf(plugin);
    await this.#tell({ started: { attempt: record.attempt, plugin, fromStep: checkpoint?.step ?? 0 } });
    const assignment = await this.#prepare(runner.shape, checkpoint);
    this.#stopping.signal.throwIfAborted();
    const sink = createProgressSink(this.#tell, job.kind, metrics, this.#log);
    this.#lastCheckpoint = performance.now();
    this.#askForCheckpoint();
    let final: Metrics;
    try {
      const report = (progress: Progress): void => {
        if (progress.waiting) onWaiting();
        sink.report(progress);
      };
      final = await runner.run(assignment, { progress: report, save: (step, folder) => this.#save(step, folder, plugin) });
    } finally {
      // Whoever follows the run stops at its end.
      await Promise.all([sink.flush(), this.#logged.flush()]);
    }
    this.#keeper.assertOurs();
    return { outputs: await this.#store(runner.shape, assignment), metrics: toMetrics(final) };
  }

  /** Fetches inputs and the last checkpoint, makes empty folders for outputs. */
  async #prepare(shape: StageShape, checkpoint: Checkpoint | undefined): Promise<Assignment> {
    const { bus } = this.#deps;
    const { job } = this.#delivery;
    await rm(this.#folder, { recursive: true, force: true });
    const inputs: Record<string, string> = {};
    for (const { name, artifact } of job.inputs) {
      if (!artifact || !Object.hasOwn(shape.inputs, name)) continue;
      inputs[name] = await bus.artifacts.get(artifact, { signal: this.#stopping.signal });
      this.#inputs.push(inputs[name]);
    }
    const outputs: Record<string, string> = {};
    for (const name of Object.keys(shape.outputs)) {
      outputs[name] = join(this.#folder, 'outputs', name);
      await mkdir(outputs[name], { recursive: true });
    }
    const scratch = join(this.#folder, 'checkpoints');
    await mkdir(scratch, { recursive: true });
    const { runId, jobId, stage, seed } = job;
    return { runId, jobId, stage, seed, inputs, outputs, scratch, restore: await this.#restore(checkpoint) };
  }

  /** The last checkpoint, if it is this implementation's: another one's may have files of the same names, and mean something else by them. */
  #checkpointOf(plugin: string): Checkpoint | undefined {
    const { checkpoint } = this.#lease.record;
    // An older version did not say whose it is.
    if (!checkpoint?.plugin || checkpoint.plugin === plugin) return checkpoint ?? undefined;
    const message = `the checkpoint is of ${checkpoint.plugin}: ${plugin} starts from the beginning`;
    this.#log.warn({ step: checkpoint.step }, message);
    // Whoever watches the run sees it go back.
    this.#logged.write(JSON.stringify({ level: 'warn', msg: message, step: checkpoint.step }));
    return undefined;
  }

  async #restore(checkpoint: Checkpoint | undefined): Promise<Assignment['restore']> {
    if (!checkpoint?.artifact) return undefined;
    try {
      return { step: checkpoint.step, folder: await this.#deps.bus.artifacts.get(checkpoint.artifact, { signal: this.#stopping.signal }) };
    } catch (thrown) {
      const error = toMinchatError(thrown);
      if (error.code !== 'MC_ARTIFACT_CORRUPT' && error.code !== 'MC_ARTIFACT_MISSING') throw error;
      // From the beginning it ends where it would have ended, only later.
      this.#log.error({ err: error, step: checkpoint.step }, 'the checkpoint cannot be read: starting from the beginning');
      return undefined;
    }
  }

  async #save(step: number, folder: string, plugin: string): Promise<void> {
    const { bus, metrics } = this.#deps;
    const { job } = this.#delivery;
    this.#keeper.assertMaySave();
    const done = metrics.checkpointSeconds.startTimer({ kind: job.kind });
    const before = this.#lease.record.checkpoint?.artifact;
    let checkpoint: Checkpoint;
    try {
      const artifact = await bus.artifacts.put(folder, 'checkpoint', { scope: job.jobId });
      checkpoint = { step, artifact, plugin };
      await bus.jobs.checkpoint(this.#lease, checkpoint).catch((error: unknown) => this.#keeper.lost(error));
    } catch (thrown) {
      const error = toMinchatError(thrown);
      if (error.code !== 'MC_NATS_UNAVAILABLE' && error.code !== 'MC_STORE_UNAVAILABLE') throw error;
      // Hours of work do not end because a checkpoint could not be stored; the next one may be.
      this.#log.warn({ err: error, step }, 'could not store a checkpoint');
      return;
    } finally {
      this.#lastCheckpoint = performance.now();
      this.#runner?.setCheckpointDue(false);
      this.#askForCheckpoint();
    }
    done();
    this.#log.info({ step }, 'stored a checkpoint');
    await this.#tell({ checkpointed: { checkpoint } });
    if (before && before.digest !== checkpoint.artifact?.digest) await this.#removing(bus.artifacts.remove(before, checkpoint.artifact));
  }

  async #removing(checkpoints: Promise<void>): Promise<void> {
    await checkpoints.catch((error: unknown) => this.#log.warn({ err: error }, 'could not remove old checkpoints'));
  }

  async #store(shape: StageShape, { outputs }: Assignment): Promise<NamedArtifact[]> {
    const stored: NamedArtifact[] = [];
    for (const [name, { kind }] of Object.entries(shape.outputs)) {
      const folder = outputs[name] ?? '';
      if ((await readdir(folder)).length === 0) throw new MinchatError('MC_STAGE_FAILED', `output ${name}: expected files in its folder, found none`);
      this.#keeper.assertOurs();
      stored.push({ name, artifact: await this.#deps.bus.artifacts.put(folder, kind) });
    }
    return stored;
  }

  async #complete(result: StageResult): Promise<Outcome> {
    const { bus } = this.#deps;
    const { job } = this.#delivery;
    // In this order: the record is the fence and the proof, the event tells it, the ack ends it.
    await bus.jobs.complete(this.#lease, result).catch((error: unknown) => this.#keeper.lost(error));
    const seconds = (performance.now() - this.#began) / 1000;
    try {
      await tellCompleted(this.#tell, job, result, seconds);
      await this.#delivery.ack();
    } catch (error) {
      // Whoever gets the job next finds it over and tells.
      this.#log.warn({ err: error }, 'could not tell that the job is completed');
      this.#delivery.nak(5000);
    }
    this.#log.info({ seconds }, 'completed the job');
    await this.#removing(bus.artifacts.removeScope(job.jobId));
    return 'completed';
  }

  async #ended(error: MinchatError): Promise<Outcome> {
    const { gone } = this.#keeper;
    if (gone?.code === 'MC_CANCELLED') {
      await this.#delivery.ack();
      this.#log.info('the job was cancelled');
      return 'cancelled';
    }
    // An ack or nak of ours could end the delivery of the worker that has the job now.
    if (gone) return 'lost';
    try {
      if (this.#deps.shutdown.aborted) return await this.#handBack();
      return error.retryable && this.#lease.record.failures + 1 < maxTries ? await this.#retry(error) : await this.#giveUp(error);
    } catch (thrown) {
      const late = toMinchatError(thrown);
      if (late.code === 'MC_CANCELLED') await this.#delivery.ack();
      this.#log.warn({ err: late }, 'could not hand the job on: its lease runs out by itself');
      return late.code === 'MC_CANCELLED' ? 'cancelled' : 'lost';
    }
  }

  async #handBack(): Promise<Outcome> {
    await this.#deps.bus.jobs.release(this.#lease);
    const { attempt, checkpoint } = this.#lease.record;
    const step = checkpoint?.step ?? 0;
    await this.#tell({ released: { step, attempt } });
    this.#delivery.nak();
    this.#log.info({ step }, 'handed the job back');
    return 'released';
  }

  async #retry(error: MinchatError): Promise<Outcome> {
    const { attempt, failures } = this.#lease.record;
    await this.#deps.bus.jobs.release(this.#lease, error);
    await this.#tell({ failed: { error: errorToWire(error), attempt, final: false } });
    const delayMs = Math.min(60_000, 1000 * 4 ** failures);
    this.#delivery.nak(delayMs);
    this.#log.warn({ err: error, tries: failures + 1, delayMs }, 'the job failed; it is tried again');
    return 'retried';
  }

  async #giveUp(error: MinchatError): Promise<Outcome> {
    await this.#deps.bus.jobs.fail(this.#lease, error);
    await tellFailed(this.#tell, this.#delivery.job, errorToWire(error), this.#lease.record.attempt);
    await this.#delivery.deadLetter(error);
    this.#log.error({ err: error }, 'the job failed');
    return 'failed';
  }
}
