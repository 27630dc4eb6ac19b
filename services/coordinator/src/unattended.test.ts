import { rpc, type Bus } from '@minchat/bus';
import { RunRecord, RunStatus, StageStatus, create } from '@minchat/contracts';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { leftJob, leftRun, states, testSystem } from './system.testing.ts';
import { withUnattended } from './unattended.ts';

describe('a run with a stage that nobody takes', () => {
  const system = testSystem();
  const { coordinator, until } = system;
  let client: Bus;
  beforeAll(() => { client = system.client; });

  it('tells of a stage for which there is no worker, until there is one', async () => {
    await coordinator();
    const { runId } = await client.call(rpc.submitRun, { specJson: JSON.stringify({ name: 'alone', stages: { data: {}, pretrain: {}, reward: { inputs: { model: 'pretrain.model', comparisons: 'data.comparisons', demonstrations: 'data.demonstrations' } } } }) });
    const run = await until(runId, (one) => states(one)[2] === 'queued');
    expect(run.stages[2]?.error).toBeUndefined();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    const waiting = new AbortController();
    try {
      const told = async () => (await client.call(rpc.getRun, { runId })).stages[2]?.error;
      const unattended = { code: 'MC_SERVICE_UNAVAILABLE', message: expect.stringContaining('jobs of kind reward') as string, hint: expect.stringContaining('one is on its way') as string };
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
});
