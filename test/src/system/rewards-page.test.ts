// docs/rewards.md: its function pays a policy that no reward model and no ranking had a part in, and judges it.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root, startSystem, type System } from './system.ts';

let system: System;
/** Anywhere: what it imports is the service's. */
let brief: string;
/** The first test's. */
let run: string;
beforeAll(async () => {
  const page = await readFile(join(root, 'docs/rewards.md'), 'utf8');
  brief = join(await mkdtemp(join(tmpdir(), 'minchat-rewards-')), 'brief.ts');
  await writeFile(brief, /```ts\n([^]*?)```/.exec(page)?.[1] ?? '');
  system = await startSystem({ without: ['reward-trainer'], env: { REWARD_FUNCTIONS: `${brief},./not-asked-for.ts` } });
});
afterAll(async () => {
  await system?.stop();
  await rm(dirname(brief), { recursive: true });
});

const spec = (reward: string): string => `
name: verified
seed: 1
stages:
  data: { settings: { source: collection, collection: sums, splitFractions: { validation: 0.2, test: 0.2 } } }
  pretrain:
    settings: { model: { layers: 1, heads: 2, width: 32, context: 64 }, vocabSize: 300, steps: 30, batchSize: 8, learningRate: 5e-3, warmupSteps: 2 }
  sft: { settings: { batchSize: 8, learningRate: 3e-3, dropout: 0, sampleTokens: 8 } }
  ppo:
    plugin: '@minchat/ppo-trainer/rloo'
    settings:
      baseline: grpo
      rewardFunctions: [{ plugin: '@minchat/rewards/reference' }, ${reward}]
      unfinishedReward: null
      episodes: 64
      batchSize: 32
      minibatchSize: 16
      maxNewTokens: 12
      learningRate: 1e-3
      warmupIterations: 1
      ema: 0
      evaluationPrompts: 8
  evaluate: { settings: { prompts: 8, maxNewTokens: 12, perplexityWindows: 4, rewardFunctions: [${reward}] } }
`;

it('trains and judges with the function of the page', async () => {
  const lines = Array.from({ length: 120 }, (_, i) => JSON.stringify({ prompt: `${i} and 1?`, completion: `It is ${i + 1}.`, solution: String(i + 1) }));
  await writeFile(join(system.home, 'sums.jsonl'), lines.join('\n'));
  expect(await system.minchat('import', 'jsonl', 'sums.jsonl', '--collection', 'sums')).toMatchObject({ code: 0 });

  await writeFile(join(system.home, 'run.yaml'), spec(`{ plugin: '${brief}', options: { words: 2 }, weight: 0.5 }`));
  const { code, stderr, stdout } = await system.minchat('run', 'run.yaml', '--report', 'out.json');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('win rate by the reward functions: ');
  const report = JSON.parse(await readFile(join(system.home, 'out.json'), 'utf8')) as { run: string; stages: { stage: string; metrics: Record<string, number> }[] };
  run = report.run;
  const metricsOf = (name: string) => report.stages.find(({ stage }) => stage === name)?.metrics ?? {};
  const told = metricsOf('ppo');
  expect(told['rewards/brief/mean']).toBeGreaterThan(0);
  expect(told['rewards/reference/mean']).toBeGreaterThanOrEqual(0);
  expect(told).not.toHaveProperty('objective/raw_scores');
  expect(metricsOf('evaluate')).toMatchObject({ functionsSft: expect.any(Number) as number, functionsPolicy: expect.any(Number) as number });
});

it('loads what the operator allowed only', async () => {
  const other = `{ plugin: '@minchat/ppo-trainer/rloo', settings: { rewardFunctions: [{ plugin: ./other.ts }] }, inputs: { model: ${run}/sft.model, prompts: ${run}/data.prompts, corpus: null } }`;
  await writeFile(join(system.home, 'other.yaml'), `name: other\nstages:\n  ppo: ${other}\n`);
  const { code, stderr } = await system.minchat('run', 'other.yaml');
  expect(code).not.toBe(0);
  expect(stderr).toContain('MC_PLUGIN_UNKNOWN');
  expect(stderr).toContain('REWARD_FUNCTIONS');
});
