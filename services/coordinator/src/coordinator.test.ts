import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus, rpc, type Bus } from '@minchat/bus';
import { startNatsServer, type TestNats } from '@minchat/bus/testing';
import { stageKinds } from '@minchat/config';
import { Job, RunRecord, RunStatus, StageStatus, create, type ArtifactRef, type Init, type StageResult } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { createLogger } from '@minchat/telemetry';
import { connect as natsConnect } from 'nats';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Coordinator } from './coordinator.ts';
import { stageState } from './machine.ts';
import { withUnattended } from './unattended.ts';

const log = createLogger('test', { level: 'silent' });
const specJson = JSON.stringify({ name: 'short', stages: { data: {}, pretrain: {}, sft: { gate: { stopIf: 'loss > 1' } }, sample: {} } });

/** A model that is nothing but its name. */
async function artifactOf(bus: Bus, name: string): Promise<ArtifactRef> {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-model-'));
  await writeFile(join(folder, 'name'), name);
  const artifact = await bus.artifacts.put(folder, 'model');
  await rm(folder, { recursive: true });
  return artifact;
}

/** A real worker on the bus, as the stage host is, whose work is a function. */
async function worker(bus: Bus, kind: string, work: (job: Job, attempt: number) => Promise<StageResult['metrics']>, stop: AbortSignal) {
  await bus.plugins.announce(kind, 'test');
  const queue = await bus.jobQueue(kind);
  for (let delivery = await queue.next(stop); delivery !== undefined; delivery = await queue.next(stop)) {
    const { job } = delivery;
    const taken = await bus.jobs.take(job, `worker-${kind}`, 5000);
    if (taken.outcome !== 'taken') {
      await delivery.ack();
      continue;
    }
    const { attempt } = taken.lease.record;
    const about = { runId: job.runId, jobId: job.jobId, stage: job.stage };
    await bus.publishEvent({ ...about, started: { attempt } });
    try {
      const metrics = await work(job, attempt);
      const result: Init<StageResult> = {
        metrics,
        outputs: await Promise.all(Object.keys(stageKinds[kind as keyof typeof stageKinds].outputs).map(async (name) => ({ name, artifact: await artifactOf(bus, `${job.jobId} ${name}`) }))),
      };
      await bus.jobs.complete(taken.lease, result as StageResult);
      await bus.publishEvent({ ...about, completed: { result, seconds: 1 } });
    } catch (error) {
      if (error instanceof MinchatError && ['MC_CANCELLED', 'MC_LEASE_LOST'].includes(error.code)) {
        await delivery.ack();
        continue;
      }
      await bus.jobs.fail(taken.lease, error);
      await bus.publishEvent({ ...about, failed: { error: { code: 'MC_STAGE_FAILED', message: String(error) }, attempt, final: true } });
    }
    await delivery.ack();
  }
}

const yesterday = Date.now() - 86_400_000;
/** A run as a coordinator left it that ended in the midst of its work, with one stage. */
const leftRun = (runId: string, status: RunStatus, stageStatus: StageStatus): Init<RunRecord> => ({
  runId, name: 'left', specJson, status, createdAtMs: yesterday, updatedAtMs: yesterday,
  stages: [{ stage: 'pretrain', kind: 'pretrain', status: stageStatus, jobId: `${runId}_pretrain`, queuedAtMs: yesterday, attempt: 1 }],
});
const leftJob = (runId: string): Job => create(Job, { jobId: `${runId}_pretrain`, runId, stage: 'pretrain', kind: 'pretrain' });

describe('Coordinator', () => {
  let nats: TestNats;
  let folder: string;
  const opened: Bus[] = [];
  const running: Coordinator[] = [];
  const stop = new AbortController();
  const done: string[] = [];
  /** What the workers do, by stage; replaced by tests. */
  let behaviour: Record<string, (job: Job, attempt: number) => Promise<StageResult['metrics']>> = {};

  const connect = async (): Promise<Bus> => {
    const bus = await connectBus({ url: nats.url, name: 'test', log, waitMs: 5000, cacheFolder: join(folder, String(opened.length)) });
    opened.push(bus);
    return bus;
  };
  const coordinator = async (): Promise<Coordinator> => {
    const started = new Coordinator({ bus: await connect(), log, sweepMs: 500 });
    await started.start();
    running.push(started);
    return started;
  };
  let client: Bus;
  const until = async (runId: string, ready: (run: RunRecord) => boolean): Promise<RunRecord> =>
    expect.poll(async () => {
      const run = await client.call(rpc.getRun, { runId });
      return ready(run) ? run : undefined;
    }, { timeout: 15_000, interval: 50 }).toBeDefined().then(() => client.call(rpc.getRun, { runId }));
  const ended = (run: RunRecord) => run.status !== RunStatus.RUN_STATUS_RUNNING;
  const states = (run: RunRecord) => run.stages.map(stageState);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'minchat-coordinator-'));
    nats = await startNatsServer();
    client = await connect();
    for (const kind of ['data', 'pretrain', 'sft', 'sample']) {
      void worker(await connect(), kind, async (job, attempt) => {
        done.push(job.jobId);
        return (await behaviour[job.stage]?.(job, attempt)) ?? [{ name: 'loss', value: 0.5 }];
      }, stop.signal);
    }
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
    behaviour = {};
    done.length = 0;
  });
  afterAll(async () => {
    stop.abort();
    await Promise.all(opened.map((bus) => bus.close()));
    await nats.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('takes a run through its stages, each once, with two coordinators at it', async () => {
    await Promise.all([coordinator(), coordinator()]);
    const { runId } = await client.call(rpc.submitRun, { specJson });
    const run = await until(runId, ended);
    expect(run.status).toBe(RunStatus.RUN_STATUS_COMPLETED);
    expect(done).toEqual(['data', 'pretrain', 'sft', 'sample'].map((stage) => `${runId}_${stage}`));
    // What a stage measured is in the record once.
    expect(run.stages[0]).toMatchObject({ metrics: [{ name: 'loss', value: 0.5 }], result: { metrics: [] } });
    const { runs: [listed] } = await client.call(rpc.listRuns, { limit: 1 });
    expect(listed).toMatchObject({ runId, specJson: '{}', stages: [{}, { result: { metrics: [], outputs: [{ name: 'model' }] } }, {}, {}] });
  });

  it('fails a stage whose result does not fit into the record, and goes on with other runs', async () => {
    await coordinator();
    const half = async () => Array.from({ length: 10_000 }, (_, i) => ({ name: `metric/${String(i).padStart(40, '0')}`, value: i })) as StageResult['metrics'];
    behaviour = { data: half, pretrain: half };
    const { runId } = await client.call(rpc.submitRun, { specJson });
    const failed = await until(runId, ended);
    expect(failed.stages.find(({ stage }) => stage === 'pretrain')?.error?.code).toBe('MC_MESSAGE_TOO_LARGE');
    behaviour = {};
    const other = await client.call(rpc.submitRun, { specJson });
    expect((await until(other.runId, ended)).status).toBe(RunStatus.RUN_STATUS_COMPLETED);
  });

  it('gives the same run for the same id, and refuses a bad spec with its place', async () => {
    await coordinator();
    const first = await client.call(rpc.submitRun, { specJson, runId: 'mine' });
    const again = await client.call(rpc.submitRun, { specJson, runId: 'mine' });
    expect(again.createdAtMs).toBe(first.createdAtMs);
    await until('mine', ended);
    expect(done).toHaveLength(4);
    await expect(client.call(rpc.submitRun, { specJson: '{"name": "x", "stages": {"dada": {}}}' })).rejects.toMatchObject({
      code: 'MC_SPEC_INVALID',
      message: expect.stringContaining('did you mean "data"?'),
    });
    await expect(client.call(rpc.getRun, { runId: 'nothing' })).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
  });

  it('refuses settings that a stage would refuse, of runs and of forks, as far as it is ours that runs', async () => {
    await coordinator();
    const spec = (settings: object) => ({ specJson: JSON.stringify({ name: 'set', stages: { data: {}, pretrain: {}, sft: { settings } } }) });
    const { runId } = await client.call(rpc.submitRun, spec({ mine: 1 }));
    await until(runId, ended);
    await client.plugins.announce('sft', '@minchat/sft-trainer');
    try {
      const refused = { code: 'MC_STAGE_SETTINGS', message: expect.stringContaining('sft.mine: unknown setting "mine"') as string };
      await expect(client.call(rpc.submitRun, spec({ mine: 1 }))).rejects.toMatchObject(refused);
      await expect(client.call(rpc.forkRun, { runId, fromStage: 'pretrain', settingsJson: '' })).rejects.toMatchObject(refused);
      const wrong = client.call(rpc.forkRun, { runId, fromStage: 'sft', settingsJson: '{"sft":{"epochs":0}}' });
      await expect(wrong).rejects.toMatchObject({ code: 'MC_STAGE_SETTINGS', message: expect.stringContaining('sft.epochs: expected a whole number') as string });
    } finally {
      await client.plugins.announce('sft', 'test');
    }
  });

  it('refuses a run whose spec names an artifact that is not there, and takes one that is', async () => {
    await coordinator();
    const spec = (digest: string) => ({ specJson: JSON.stringify({ name: 'given', stages: { data: {}, sft: { inputs: { model: `artifact:${digest}` } } } }) });
    await expect(client.call(rpc.submitRun, spec(`sha256:${'0'.repeat(64)}`))).rejects.toMatchObject({ code: 'MC_STAGE_INPUT', message: expect.stringContaining('sft.inputs.model') as string });
    const { runId } = await client.call(rpc.submitRun, spec((await artifactOf(client, 'given')).digest));
    expect((await until(runId, ended)).status).toBe(RunStatus.RUN_STATUS_COMPLETED);
  });

  it('goes on where a coordinator was lost, also with what it missed', async () => {
    const first = await coordinator();
    const reached = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    behaviour['pretrain'] = async () => {
      reached.resolve();
      await goOn.promise;
      return [{ name: 'loss', value: 1 }];
    };
    const { runId } = await client.call(rpc.submitRun, { specJson });
    await reached.promise;
    await first.stop();
    goOn.resolve();
    await coordinator();
    expect(states(await until(runId, ended))).toEqual(['completed', 'completed', 'completed', 'completed']);
    expect(done).toHaveLength(4);
  });

  it('cancels, keeps what is done, and resumes under the same job id', async () => {
    await coordinator();
    const reached = Promise.withResolvers<void>();
    const attempts: number[] = [];
    behaviour['pretrain'] = async (job, attempt) => {
      attempts.push(attempt);
      if (attempt > 1) return [];
      reached.resolve();
      const bus = opened.at(-1) ?? client;
      await new Promise<void>((resolve) => bus.onCancel(job.jobId, resolve));
      throw new MinchatError('MC_CANCELLED', 'cancelled');
    };
    const { runId } = await client.call(rpc.submitRun, { specJson });
    await reached.promise;
    const cancelled = await client.call(rpc.cancelRun, { runId });
    expect(cancelled.status).toBe(RunStatus.RUN_STATUS_CANCELLED);
    expect(states(cancelled)).toEqual(['completed', 'cancelled', 'cancelled', 'cancelled']);
    await client.call(rpc.resumeRun, { runId });
    expect(states(await until(runId, ended))).toEqual(['completed', 'completed', 'completed', 'completed']);
    expect(attempts).toEqual([1, 2]);
  });

  it('is not held up by a cancelling that reaches a job only after the run was resumed', async () => {
    await coordinator();
    const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const goOn = Promise.withResolvers<void>();
    behaviour['pretrain'] = async (job, attempt) => {
      begun[attempt - 1]?.resolve();
      const cancelled = new Promise<void>((resolve) => (opened.at(-1) ?? client).onCancel(job.jobId, resolve));
      await (attempt === 1 ? cancelled : goOn.promise);
      if (attempt === 1) throw new MinchatError('MC_CANCELLED', 'cancelled');
      return [];
    };
    const { runId } = await client.call(rpc.submitRun, { specJson });
    const job = { jobId: `${runId}_pretrain`, runId, stage: 'pretrain', round: 0 };
    await begun[0]?.promise;
    await client.call(rpc.cancelRun, { runId });
    await client.call(rpc.resumeRun, { runId });
    // As a sweep does that saw the run before it was resumed: before the job is taken again, and while it is at work.
    await client.cancelJob(job);
    await begun[1]?.promise;
    await client.cancelJob(job);
    goOn.resolve();
    expect((await until(runId, ended)).status).toBe(RunStatus.RUN_STATUS_COMPLETED);
  });

  it('makes good what was left undone at any time before it was started', async () => {
    // Cancelled, and its job was not told; failed by another stage, and the end of this one was not heard.
    await client.runs.create(leftRun('untold', RunStatus.RUN_STATUS_CANCELLED, StageStatus.STAGE_STATUS_CANCELLED));
    await client.runs.create(leftRun('unheard', RunStatus.RUN_STATUS_FAILED, StageStatus.STAGE_STATUS_RUNNING));
    const taken = await client.jobs.take(leftJob('unheard'), 'worker', 60_000);
    if (taken.outcome !== 'taken') expect.fail(taken.outcome);
    await client.jobs.complete(taken.lease, { outputs: [], metrics: [{ name: 'loss', value: 1 }] });
    await coordinator();
    await expect.poll(async () => (await client.jobs.take(leftJob('untold'), 'worker', 1)).outcome).toBe('over');
    expect(states(await until('unheard', (run) => states(run)[0] !== 'running'))).toEqual(['completed']);
  });

  it('fails with the error of the stage, and resumes it', async () => {
    await coordinator();
    behaviour['sft'] = async (_, attempt) => {
      if (attempt === 1) throw new Error('no luck');
      return [{ name: 'loss', value: 0.1 }];
    };
    const { runId } = await client.call(rpc.submitRun, { specJson });
    const failed = await until(runId, ended);
    expect(failed.error?.message).toContain('no luck');
    await client.call(rpc.resumeRun, { runId });
    expect((await until(runId, ended)).status).toBe(RunStatus.RUN_STATUS_COMPLETED);
  });

  it('stops at a gate, and forks from before it with other settings', async () => {
    await coordinator();
    behaviour['sft'] = async (job) => [{ name: 'loss', value: (JSON.parse(job.settingsJson) as { loss?: number }).loss ?? 2 }];
    const { runId } = await client.call(rpc.submitRun, { specJson });
    const stopped = await until(runId, ended);
    expect(stopped.error).toMatchObject({ code: 'MC_GATE_STOPPED', message: 'stage sft: loss is 2, and the gate stops the run if loss > 1' });
    done.length = 0;
    const fork = await client.call(rpc.forkRun, { runId, fromStage: 'sft', settingsJson: '{"sft":{"loss":0.5}}' });
    expect(fork.forkedFrom).toBe(runId);
    expect((await until(fork.runId, ended)).status).toBe(RunStatus.RUN_STATUS_COMPLETED);
    expect(done).toEqual([`${fork.runId}_sft`, `${fork.runId}_sample`]);
  });

  it('deletes a run that is over, with what no other run uses', async () => {
    await coordinator();
    const raw = await natsConnect({ servers: nats.url });
    const manager = await raw.jetstreamManager();
    const eventsOf = async (run: string) => Object.values((await manager.streams.info('EVENTS', { subjects_filter: `events.${run}.>` })).state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
    const goOn = Promise.withResolvers<void>();
    behaviour['sample'] = () => goOn.promise.then(() => []);
    const { runId } = await client.call(rpc.submitRun, { specJson, runId: 'doomed' });
    await expect(client.call(rpc.deleteRuns, { runIds: [runId] })).rejects.toMatchObject({ code: 'MC_CONFLICT', hint: expect.stringContaining('minchat -- cancel doomed') as string });
    goOn.resolve();
    const first = await until(runId, ended);
    const fork = await client.call(rpc.forkRun, { runId, fromStage: 'sample', settingsJson: '' });
    const second = await until(fork.runId, ended);
    const made = (run: RunRecord, stage: string) => run.stages.find((one) => one.stage === stage)?.result?.outputs[0]?.artifact ?? expect.fail(stage);
    const [shared, own, forked] = [made(first, 'sft'), made(first, 'sample'), made(second, 'sample')];
    const there = () => Promise.all([shared, own, forked].map((artifact) => client.artifacts.has(artifact)));
    expect(made(second, 'sft')).toEqual(shared);
    // What is new stays in any case.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
    try {
      const told = await client.call(rpc.deleteRuns, { runIds: [runId], dryRun: true });
      expect(await there()).toEqual([true, true, true]);
      expect(told.artifacts).toBeGreaterThan(0);
      await expect(client.call(rpc.deleteRuns, { runIds: [runId, 'no.*thing'] })).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
      expect(await client.call(rpc.deleteRuns, { runIds: [runId] })).toEqual(told);
      expect(await there()).toEqual([true, false, true]);
      await expect(client.call(rpc.getRun, { runId })).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
      expect(await client.jobs.get('doomed_sample')).toBeUndefined();
      expect(await eventsOf(runId)).toBe(0);
      // A worker that was still ending.
      await client.publishEvent({ runId, stage: 'sample', progress: { step: 1, totalSteps: 1, samples: ['a text'] } });
      await expect.poll(() => eventsOf(runId)).toBe(0);
      expect(await eventsOf(fork.runId)).toBeGreaterThan(0);
      await expect(client.call(rpc.submitRun, { specJson, runId })).rejects.toMatchObject({ code: 'MC_CONFLICT' });
      expect(await client.call(rpc.deleteRuns, {})).toEqual({ artifacts: 0, bytes: 0 });
      await client.call(rpc.deleteRuns, { runIds: [fork.runId] });
      expect(await there()).toEqual([false, false, false]);
    } finally {
      vi.useRealTimers();
      await raw.close();
    }
  });

  it('is not held up by a run that it cannot read, as of a newer version, and collects nothing that it may need', async () => {
    const raw = await natsConnect({ servers: nats.url });
    const kv = await raw.jetstream().views.kv('runs');
    // A status that is not known here.
    await kv.put('newer', RunRecord.codec.encode({ runId: 'newer', name: 'newer', specJson, status: 9 }).finish());
    try {
      await coordinator();
      const { runId } = await client.call(rpc.submitRun, { specJson });
      expect((await until(runId, ended)).status).toBe(RunStatus.RUN_STATUS_COMPLETED);
      const { runs } = await client.call(rpc.listRuns, {});
      expect(runs.map((run) => run.runId)).toContain(runId);
      expect(runs.map((run) => run.runId)).not.toContain('newer');
      const unreadable = { code: 'MC_MESSAGE_INVALID', message: expect.stringContaining('runs newer: RunRecord.status') as string, hint: expect.stringContaining('newer version') as string };
      await expect(client.call(rpc.getRun, { runId: 'newer' })).rejects.toMatchObject(unreadable);
      await expect(client.call(rpc.deleteRuns, {})).rejects.toMatchObject(unreadable);
    } finally {
      await kv.purge('newer');
      await raw.close();
    }
  });

  it('tells of a stage for which there is no worker, until there is one', async () => {
    await coordinator();
    const { runId } = await client.call(rpc.submitRun, { specJson: JSON.stringify({ name: 'alone', stages: { data: {}, pretrain: {}, reward: { inputs: { model: 'pretrain.model', comparisons: 'data.comparisons', demonstrations: 'data.demonstrations' } } } }) });
    const run = await until(runId, (one) => states(one)[2] === 'queued');
    expect(run.stages[2]?.error).toBeUndefined();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    const waiting = new AbortController();
    try {
      const told = async () => (await client.call(rpc.getRun, { runId })).stages[2]?.error;
      const unattended = { code: 'MC_SERVICE_UNAVAILABLE', message: expect.stringContaining('jobs of kind reward') as string };
      expect(await told()).toMatchObject(unattended);
      // One that took the job, and has then been silent for long; then another that would take it.
      const queue = await client.jobQueue('reward', 60_000);
      const delivery = await queue.next(waiting.signal);
      await client.jobs.take(delivery?.job ?? expect.fail(), 'killed', 50_000);
      expect(await told()).toBeUndefined();
      vi.setSystemTime(Date.now() + 60_000);
      expect(await told()).toMatchObject(unattended);
      const next = queue.next(waiting.signal);
      await expect.poll(told).toBeUndefined();
      waiting.abort();
      await next;
    } finally {
      waiting.abort();
      vi.useRealTimers();
    }
  });

  it('tells so of a job that was given back, when it is not taken up soon, and of one of a run that was resumed', async () => {
    const left = leftRun('given-back', RunStatus.RUN_STATUS_RUNNING, StageStatus.STAGE_STATUS_QUEUED);
    const inRound = (round: number) => create(RunRecord, { ...left, stages: [{ ...left.stages?.[0], kind: 'evaluate', round }] });
    const told = async (round: number, ms: number) => (await withUnattended(client, inRound(round), Date.now() + ms)).stages[0]?.error?.code;
    expect(await told(0, 0)).toBe('MC_SERVICE_UNAVAILABLE');
    const taken = await client.jobs.take(leftJob('given-back'), 'restarted', 60_000);
    if (taken.outcome !== 'taken') expect.fail(taken.outcome);
    await client.jobs.release(taken.lease);
    expect(await told(0, 1000)).toBeUndefined();
    expect(await told(0, 30_000)).toBe('MC_SERVICE_UNAVAILABLE');
    await client.jobs.cancel({ ...leftJob('given-back'), round: 0 });
    expect(await told(0, 30_000)).toBeUndefined();
    expect(await told(1, 30_000)).toBe('MC_SERVICE_UNAVAILABLE');
  });

  it('deletes the jobs of a run, too, that no worker has taken yet', async () => {
    await client.runs.create(leftRun('untaken', RunStatus.RUN_STATUS_CANCELLED, StageStatus.STAGE_STATUS_CANCELLED));
    await new Coordinator({ bus: client, log }).delete(['untaken'], false);
    expect(await client.jobs.take(leftJob('untaken'), 'worker', 1)).toMatchObject({ outcome: 'over' });
  });

  it('makes no fork of a run that is deleted meanwhile: its artifacts may be gone', async () => {
    await coordinator();
    const { runId } = await client.call(rpc.submitRun, { specJson });
    await until(runId, ended);
    const bus = await connect();
    const [asked, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow = Object.assign(Object.create(bus) as Bus, { runs: { ...bus.runs, async create(...args: Parameters<Bus['runs']['create']>) {
      asked.resolve();
      await goOn.promise;
      return bus.runs.create(...args);
    } } });
    const fork = new Coordinator({ bus: slow, log }).fork(runId, 'sample', '', false);
    await asked.promise;
    await client.call(rpc.deleteRuns, { runIds: [runId] });
    goOn.resolve();
    await expect(fork).rejects.toMatchObject({ code: 'MC_NOT_FOUND', message: expect.stringContaining(runId) as string });
    expect((await client.runs.list()).filter(({ forkedFrom }) => forkedFrom === runId)).toEqual([]);
  });

  it('goes on after the server was killed', async () => {
    await coordinator();
    const reached = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    behaviour['pretrain'] = async () => {
      reached.resolve();
      await goOn.promise;
      return [];
    };
    const { runId } = await client.call(rpc.submitRun, { specJson });
    await reached.promise;
    await nats.restart('SIGKILL');
    goOn.resolve();
    await expect.poll(async () => client.call(rpc.getRun, { runId }).then(({ status }) => status, () => 0), { timeout: 25_000 }).toBe(RunStatus.RUN_STATUS_COMPLETED);
  });
});
