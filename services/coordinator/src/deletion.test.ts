import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus, rpc, type Bus } from '@minchat/bus';
import { startNatsServer } from '@minchat/bus/testing';
import { RunStatus, StageStatus, type RunRecord } from '@minchat/contracts';
import { connect as natsConnect } from 'nats';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Coordinator } from './coordinator.ts';
import { artifactOf, ended, leftJob, leftRun, log, specJson, testSystem } from './system.testing.ts';

describe('the deletion of runs', () => {
  const system = testSystem();
  const { connect, coordinator, until } = system;
  let client: Bus;
  beforeAll(() => { client = system.client; });

  it('deletes a run that is over, with what no other run uses', async () => {
    await coordinator();
    const raw = await natsConnect({ servers: system.nats.url });
    const manager = await raw.jetstreamManager();
    const eventsOf = async (run: string) => Object.values((await manager.streams.info('EVENTS', { subjects_filter: `events.${run}.>` })).state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
    const goOn = Promise.withResolvers<void>();
    system.behaviour['sample'] = () => goOn.promise.then(() => []);
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

  it('deletes the jobs of a run, too, that no worker has taken yet', async () => {
    await client.runs.create(leftRun('untaken', RunStatus.RUN_STATUS_CANCELLED, StageStatus.STAGE_STATUS_CANCELLED));
    await new Coordinator({ bus: client, log }).delete(['untaken'], false);
    expect(await client.jobs.take(leftJob('untaken'), 'worker', 1)).toMatchObject({ outcome: 'over' });
  });

  it('deletes where the server has no space left, too: that is when it is asked for', async () => {
    await using nats = await startNatsServer({ maxStoreBytes: 8_000_000 });
    await using folder = await mkdtempDisposable(join(tmpdir(), 'minchat-full-'));
    const raw = await natsConnect({ servers: nats.url });
    // Else no server that is soon full has room for it.
    await (await raw.jetstreamManager()).streams.add({ name: 'EVENTS', subjects: ['events.*.*.*'], max_bytes: 1_000_000 });
    await using bus = await connectBus({ url: nats.url, name: 'test', log, cacheFolder: folder.path });
    await bus.runs.create(leftRun('over', RunStatus.RUN_STATUS_CANCELLED, StageStatus.STAGE_STATUS_CANCELLED));
    await artifactOf(bus, 'x'.repeat(1_000_000));
    for (const bytes of [100_000, 10]) {
      for (let fits = true; fits; ) fits = await raw.jetstream().publish('dlq.x', new Uint8Array(bytes)).then(() => true, () => false);
    }
    await expect(bus.runs.create(leftRun('next', RunStatus.RUN_STATUS_RUNNING, StageStatus.STAGE_STATUS_QUEUED))).rejects.toMatchObject({ code: 'MC_DISK_FULL' });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
    expect(await new Coordinator({ bus, log }).delete(['over'], false).finally(() => vi.useRealTimers())).toMatchObject({ artifacts: 1 });
    expect(await bus.runs.wasDeleted('over')).toBe(true);
    await raw.close();
  });

  describe('begins no run that takes what was deleted meanwhile', () => {
    /** A run that is over, and its end: all that it made is old enough to be removed. */
    const origin = async (): Promise<{ runId: string; remove: () => Promise<void> }> => {
      await coordinator();
      const { runId } = await client.call(rpc.submitRun, { specJson });
      await until(runId, ended);
      return { runId, async remove() {
        vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 });
        await client.call(rpc.deleteRuns, { runIds: [runId] }).finally(() => vi.useRealTimers());
      } };
    };
    /** A coordinator that is about to write the record of a run when `before` is called, and has written it when `after` is. */
    const interrupted = async (before: () => Promise<void>, after: () => void): Promise<Coordinator> => {
      const bus = await connect();
      const slow = Object.assign(Object.create(bus) as Bus, { runs: { ...bus.runs, async create(...args: Parameters<Bus['runs']['create']>) {
        await before();
        const revision = await bus.runs.create(...args);
        after();
        return revision;
      } } });
      return new Coordinator({ bus: slow, log });
    };
    const runs = async (name: string) => (await client.runs.list()).filter((run) => run.name === name);

    it('and writes no record of one for which it is gone already', async () => {
      const artifact = { kind: 'model', digest: `sha256:${'0'.repeat(64)}`, size: 1, scope: '' };
      const left = leftRun('robbed', RunStatus.RUN_STATUS_COMPLETED, StageStatus.STAGE_STATUS_COMPLETED);
      await client.runs.create({ ...left, stages: [{ ...left.stages?.[0], result: { outputs: [{ name: 'model', artifact }] } }] });
      const raw = await natsConnect({ servers: system.nats.url });
      const written = async () => (await (await raw.jetstreamManager()).streams.info('KV_runs')).state.last_seq;
      const before = await written();
      await expect(new Coordinator({ bus: client, log }).fork('robbed', 'sample', '', false)).rejects.toMatchObject({ code: 'MC_ARTIFACT_MISSING', message: expect.stringContaining(artifact.digest) as string });
      expect(await written()).toBe(before);
      await raw.close();
    });

    it('by a fork', async () => {
      const { runId, remove } = await origin();
      const fork = (await interrupted(remove, () => undefined)).fork(runId, 'sample', '', false);
      await expect(fork).rejects.toMatchObject({ code: 'MC_ARTIFACT_MISSING' });
      expect((await client.runs.list()).filter(({ forkedFrom }) => forkedFrom === runId)).toEqual([]);
    });

    it('by its spec', async () => {
      const { runId, remove } = await origin();
      const spec = JSON.stringify({ name: 'taker', stages: { data: {}, sft: { inputs: { model: `${runId}/pretrain.model`, demonstrations: 'data.demonstrations' } } } });
      await expect((await interrupted(remove, () => undefined)).submit(spec, '')).rejects.toMatchObject({ code: 'MC_ARTIFACT_MISSING' });
      expect(await runs('taker')).toEqual([]);
    });

    it('also where the coordinator ended in the midst of it: the next one looks, and begins those that it can', async () => {
      const crash = (): void => { throw new Error('ended'); };
      const [gone, there] = [await origin(), await origin()];
      await expect((await interrupted(gone.remove, crash)).fork(gone.runId, 'sample', '', false)).rejects.toThrow('ended');
      await expect((await interrupted(() => Promise.resolve(), crash)).fork(there.runId, 'sample', '', false)).rejects.toThrow('ended');
      const forks = async (from: string) => (await client.runs.list()).filter(({ forkedFrom }) => forkedFrom === from);
      const [{ runId } = expect.fail('no fork')] = await forks(there.runId);
      expect((await until(runId, ended)).status).toBe(RunStatus.RUN_STATUS_COMPLETED);
      await expect.poll(() => forks(gone.runId)).toEqual([]);
      expect(system.done.filter((job) => job.endsWith('_sample'))).toHaveLength(3);
    });
  });
});
