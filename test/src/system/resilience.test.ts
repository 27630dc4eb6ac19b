import { RunStatus } from '@minchat/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSystem, stageOf, tinySpec, weightsOf, type System } from './system.ts';

const trainers = [
  ['pretrain', 'pretrainer', 'model'],
  ['sft', 'sft-trainer', 'model'],
  ['reward', 'reward-trainer', 'reward'],
  ['ppo', 'ppo-trainer', 'policy'],
] as const;

describe('kill -9', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  });
  afterAll(() => system?.stop());

  it('of each trainer in mid-job, of the coordinator and of nats-server: the run ends by itself with the same weights', async () => {
    // Stages with steps enough after their first checkpoint that the kill meets them in the middle.
    const spec = await tinySpec(['steps: 40', 'steps: 100'], ['epochs: 1', 'epochs: 10'], ['batchSize: 8, learningRate: 2e-3', 'epochs: 40, batchSize: 8, learningRate: 2e-3'], ['episodes: 48', 'episodes: 960']);
    const undisturbed = await system.submit(spec);
    const quiet = await system.ended(undisturbed.runId);
    expect(quiet.error).toBeUndefined();

    const { runId } = await system.submit(spec);
    for (const [stage, service] of trainers) {
      await system.event(runId, (event) => event.stage === stage && event.checkpointed !== undefined);
      process.kill(system.supervisor.pids()[service] ?? 0, 'SIGKILL');
      if (stage === 'sft') process.kill(system.supervisor.pids()['coordinator'] ?? 0, 'SIGKILL');
      if (stage === 'reward') process.kill(system.supervisor.pids()['nats-server'] ?? 0, 'SIGKILL');
    }
    const run = await system.ended(runId);
    expect(run.error).toBeUndefined();
    expect(run.status).toBe(RunStatus.RUN_STATUS_COMPLETED);
    for (const [stage, , output] of trainers) {
      // It was in mid-job: another attempt ended it.
      expect(stageOf(run, stage).attempt, stage).toBeGreaterThan(1);
      expect(await weightsOf(system, run, stage, output), stage).toBe(await weightsOf(system, quiet, stage, output));
    }
    expect(await weightsOf(system, run, 'ppo', 'value')).toBe(await weightsOf(system, quiet, 'ppo', 'value'));
  }, 600_000);
});
