import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { runStage } from '@minchat/training/testing';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import bestOfN from './best-of-n.ts';
import rloo from './rloo.ts';
import { ppoStage } from './stage.ts';
import { tinyWorld, type TinyWorld } from './tiny.testing.ts';

process.env['MINCHAT_BACKEND'] = 'wasm';
const letters = fileURLToPath(new URL('../../../libs/rewards/src/fixtures/letters.ts', import.meta.url));
process.env['REWARD_FUNCTIONS'] = letters;
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let world: TinyWorld;
beforeAll(async () => {
  world = await tinyWorld();
});

const paying = (weight: number) => ({ rewardFunctions: [{ plugin: letters, weight, options: { letter: 'c' } }] });
const common = { ...paying(4), maxNewTokens: 12, learningRate: 0.005, warmupIterations: 2, evaluateEvery: 8, evaluationPrompts: 8, normaliseOn: 32, ema: 0 };
const digest = async (folder: string): Promise<string> => createHash('sha256').update(await readFile(join(folder, 'model.safetensors'))).digest('hex');
const inputs = (): { model: string; prompts: string } => ({ model: world.sft, prompts: world.prompts });

describe('without a reward model', () => {
  const episodes = { episodes: 10 * 32, batchSize: 32, minibatchSize: 16 };
  it.each([
    ['ppo', () => runStage(ppoStage, { settings: { ...common, ...episodes, innerEpochs: 2 }, inputs: inputs() })],
    ['grpo', () => runStage(rloo, { settings: { ...common, ...episodes, groupSize: 4, baseline: 'grpo' }, inputs: inputs() })],
    ['best of n', () => runStage(bestOfN, { settings: { ...common, n: 4, prompts: 10 * 8, batchSize: 8, learningRate: 0.01 }, inputs: inputs() })],
  ])('%s learns what a function pays', async (_, run) => {
    const before = tf.memory().numTensors;
    const { error, progress } = await run();
    expect(error).toBeUndefined();
    const told = progress.map(({ metrics }) => metrics?.['rewards/letters/mean'] ?? Number.NaN);
    expect((told.at(-1) ?? 0) + (told.at(-2) ?? 0)).toBeGreaterThan((told[0] ?? 0) + (told[1] ?? 0) + 0.2);
    expect(progress[0]?.metrics).not.toHaveProperty('objective/raw_scores');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('and without a function nothing would pay: refused', async () => {
    const result = await runStage(rloo, { settings: { ...common, rewardFunctions: [] }, inputs: inputs() });
    expect(result.error).toMatchObject({ code: 'MC_STAGE_INPUT', message: expect.stringContaining('rewardFunctions') as string });
  });
});

it('best of n learns nothing from answers that functions pay alike', async () => {
  const settings = { ...common, ...paying(0), n: 4, prompts: 16, batchSize: 8, unfinishedReward: null };
  const { metrics, output, warnings } = await runStage(bestOfN, { settings, inputs: inputs() });
  expect(metrics).toMatchObject({ 'objective/best_answers': 0 });
  expect(warnings.filter((warning) => warning.includes('nothing is learned'))).toHaveLength(1);
  expect(await digest(output('policy'))).toBe(await digest(world.sft));
});

it('what a function pays is added to the normalised score, as it is', async () => {
  const of = async (weight: number) => {
    const settings = { ...common, episodes: 32, batchSize: 32, groupSize: 4, unfinishedReward: null, ...paying(weight) };
    return (await runStage(rloo, { settings, inputs: { ...inputs(), reward: world.reward } })).progress[0]?.metrics ?? {};
  };
  const [without, twice] = [await of(0), await of(2)];
  expect(twice['objective/raw_scores']).toBe(without['objective/raw_scores']);
  expect(twice['rewards/letters/mean']).toBeGreaterThan(0);
  expect(twice['objective/scores']).toBeCloseTo((without['objective/scores'] ?? 0) + 2 * (twice['rewards/letters/mean'] ?? 0), 5);
});

it('PPO on functions alone, resumed, ends bit for bit where an undisturbed run ends', async () => {
  const settings = { ...common, episodes: 4 * 32, batchSize: 32, minibatchSize: 16, evaluateEvery: 2 };
  const whole = await runStage(ppoStage, { settings, inputs: inputs() });
  const stopped = await runStage(ppoStage, { settings, inputs: inputs(), onProgress: ({ step }) => (step === 2 ? 'shutdown' : undefined) });
  expect(stopped.error).toBe('shutdown');
  const resumed = await runStage(ppoStage, { settings, inputs: inputs(), folder: stopped.folder });
  for (const output of ['policy', 'value'] as const) expect(await digest(resumed.output(output))).toBe(await digest(whole.output(output)));
});
