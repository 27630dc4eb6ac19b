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
});
