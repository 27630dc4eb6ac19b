import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RunStatus, type RunRecord } from '@minchat/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSystem, stageOf, tinySpec, weightsOf, type System } from './system.ts';

describe('a model of the Llama family', () => {
  let system: System;
  let quiet: RunRecord;
  let spec: string;

  beforeAll(async () => {
    system = await startSystem();
    // Steps enough after the first checkpoint that a kill meets the stage in the middle.
    spec = await tinySpec(['{ layers: 1, heads: 2,', '{ architecture: llama, keyValueHeads: 1, layers: 1, heads: 2,'], ['steps: 40', 'steps: 100'], ['episodes: 48', 'episodes: 480']);
  });
  afterAll(() => system?.stop());

  it('goes from nothing to a report, and answers', async () => {
    quiet = await system.ended((await system.submit(spec)).runId);
    expect(quiet.error).toBeUndefined();
    expect(quiet.status).toBe(RunStatus.RUN_STATUS_COMPLETED);
    const { code, stdout, stderr } = await system.minchat('generate', 'What colour is the sky?', '--model', `${quiet.runId}/ppo`, '--max-tokens', '8', '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ model: `${quiet.runId}/ppo` });
  });

  it('is exported as a folder that another run starts from', async () => {
    const { code, stderr } = await system.minchat('export', quiet.runId, 'exported');
    expect([code, stderr]).toEqual([0, '']);
    const configOf = async (model: string) => JSON.parse(await readFile(join(system.home, 'exported', model, 'config.json'), 'utf8')) as unknown;
    expect(await configOf('ppo/policy')).toMatchObject({ model_type: 'llama', architectures: ['LlamaForCausalLM'], num_key_value_heads: 1, intermediate_size: 96 });
    expect(await configOf('reward/reward')).toMatchObject({ architectures: ['LlamaForSequenceClassification'], num_labels: 1 });
    const { runId } = await system.submit(`
name: again
stages:
  data: { settings: { source: world, documents: 20, validationDocuments: 5, prompts: { train: 8, validation: 4, test: 4 }, demonstrations: { train: 8, validation: 4 } } }
  pretrain: { settings: { init: ${join(system.home, 'exported/ppo/policy')}, steps: 0 } }
`);
    const again = await system.ended(runId);
    expect(again.error).toBeUndefined();
    expect(await weightsOf(system, again, 'pretrain', 'model')).toBe(await weightsOf(system, quiet, 'ppo', 'policy'));
  });

  it('ends with the same weights where its trainers are killed', async () => {
    const { runId } = await system.submit(spec);
    for (const [stage, service] of [['pretrain', 'pretrainer'], ['ppo', 'ppo-trainer']] as const) {
      await system.event(runId, (event) => event.stage === stage && event.checkpointed !== undefined);
      process.kill(system.supervisor.pids()[service] ?? 0, 'SIGKILL');
    }
    const run = await system.ended(runId);
    expect(run.error).toBeUndefined();
    for (const [stage, output] of [['pretrain', 'model'], ['reward', 'reward'], ['ppo', 'policy'], ['ppo', 'value']] as const) {
      expect(await weightsOf(system, run, stage, output), output).toBe(await weightsOf(system, quiet, stage, output));
    }
    for (const stage of ['pretrain', 'ppo']) expect(stageOf(run, stage).attempt, stage).toBeGreaterThan(1);
  });
});
