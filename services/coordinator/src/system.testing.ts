// What the tests of coordinators stand on: a real server, and workers whose work is a function.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus, rpc, type Bus } from '@minchat/bus';
import { startNatsServer, type TestNats } from '@minchat/bus/testing';
import { stageKinds } from '@minchat/config';
import { Job, RunStatus, create, type ArtifactRef, type Init, type RunRecord, type StageResult, type StageStatus } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { createLogger } from '@minchat/telemetry';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { Coordinator } from './coordinator.ts';
import { stageState } from './machine.ts';

export const log = createLogger('test', { level: 'silent' });
export const specJson = JSON.stringify({ name: 'short', stages: { data: {}, pretrain: {}, sft: { gate: { stopIf: 'loss > 1' } }, sample: {} } });

/** A model that is nothing but its name. */
export async function artifactOf(bus: Bus, name: string): Promise<ArtifactRef> {
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
export const leftRun = (runId: string, status: RunStatus, stageStatus: StageStatus): Init<RunRecord> => ({
  runId, name: 'left', specJson, status, createdAtMs: yesterday, updatedAtMs: yesterday,
  stages: [{ stage: 'pretrain', kind: 'pretrain', status: stageStatus, jobId: `${runId}_pretrain`, queuedAtMs: yesterday, attempt: 1 }],
});
export const leftJob = (runId: string): Job => create(Job, { jobId: `${runId}_pretrain`, runId, stage: 'pretrain', kind: 'pretrain' });

export const ended = (run: RunRecord): boolean => run.status !== RunStatus.RUN_STATUS_RUNNING;
export const states = (run: RunRecord): string[] => run.stages.map(stageState);

/** A system for the tests of one `describe`, whose coordinators end with each test. */
export function testSystem() {
  let nats: TestNats;
  let folder: string;
  const opened: Bus[] = [];
  const running: Coordinator[] = [];
  const stop = new AbortController();
  const done: string[] = [];

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
  const system = {
    connect, coordinator, until, done,
    /** The connections in the order in which they were made; the client's is the first. */
    opened,
    /** What the workers do, by stage; set by tests. */
    behaviour: {} as Record<string, (job: Job, attempt: number) => Promise<StageResult['metrics']>>,
    get nats() { return nats; },
    /** A connection that no coordinator has. */
    get client() { return client; },
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'minchat-coordinator-'));
    nats = await startNatsServer();
    client = await connect();
    for (const kind of ['data', 'pretrain', 'sft', 'sample']) {
      void worker(await connect(), kind, async (job, attempt) => {
        done.push(job.jobId);
        return (await system.behaviour[job.stage]?.(job, attempt)) ?? [{ name: 'loss', value: 0.5 }];
      }, stop.signal);
    }
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
    system.behaviour = {};
    done.length = 0;
  });
  afterAll(async () => {
    stop.abort();
    await Promise.all(opened.map((bus) => bus.close()));
    await nats.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return system;
}
