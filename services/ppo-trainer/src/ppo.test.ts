import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { runStage, withOtherTokenizer } from '@minchat/training/testing';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ppoStage } from './stage.ts';
import { tinyWorld, type TinyWorld } from './tiny.testing.ts';

process.env['MINCHAT_BACKEND'] = 'wasm';
// Real training on a machine that may have little to spare.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let world: TinyWorld;
beforeAll(async () => {
  world = await tinyWorld();
});

const settings = {
  episodes: 8 * 32,
  batchSize: 32,
  minibatchSize: 16,
  innerEpochs: 2,
  maxNewTokens: 12,
  learningRate: 0.005,
  warmupIterations: 2,
  evaluateEvery: 4,
  evaluationPrompts: 8,
  normaliseOn: 32,
  ema: 0,
  kl: { type: 'fixed', beta: 0.05 },
} as const;

function inputs(): { model: string; reward: string; prompts: string; corpus: string } {
  return { model: world.sft, reward: world.reward, prompts: world.prompts, corpus: world.corpus };
}

async function digests(folder: string, files: readonly string[]): Promise<string[]> {
  return Promise.all(files.map(async (file) => createHash('sha256').update(await readFile(join(folder, file))).digest('hex')));
}

describe('ppo', () => {
  it('raises the reward, reports every metric under its name, and writes both models', async () => {
    const result = await runStage(ppoStage, { settings: { ...settings, episodes: 16 * 32 }, inputs: inputs() });
    expect(result.error).toBeUndefined();
    const metrics = result.progress.map((report) => report.metrics ?? {});
    const scores = metrics.map((entry) => entry['objective/scores'] ?? Number.NaN);
    const early = scores.slice(0, 3).reduce((a, b) => a + b) / 3;
    const late = scores.slice(-3).reduce((a, b) => a + b) / 3;
    expect(late).toBeGreaterThan(early + 0.6);
    for (const entry of metrics) {
      expect(entry['objective/kl']).toBeGreaterThan(-0.5);
      expect(entry['val/first_ratio_error']).toBeLessThan(1e-3);
    }
    expect(metrics[0]?.['objective/kl']).toBeCloseTo(0, 3);
    expect(metrics.at(-1)?.['objective/kl']).toBeGreaterThan(0.1);
    expect(Object.keys(metrics.at(-1) ?? {})).toEqual(
      expect.arrayContaining([
        'objective/kl', 'objective/entropy', 'objective/non_score_reward', 'objective/rlhf_reward', 'objective/scores',
        'policy/approxkl_avg', 'policy/clipfrac_avg', 'policy/entropy_avg', 'loss/policy_avg', 'loss/value_avg',
        'val/clipfrac_avg', 'val/ratio', 'val/ratio_var', 'val/num_eos_tokens', 'lr', 'episode', 'objective/kl_coef',
        'val/explained_variance', 'response/length_mean', 'response/truncated_rate', 'perf/tokens_per_second',
        'time/rollout_seconds', 'time/score_seconds', 'time/update_seconds', 'eval/scores', 'eval/kl',
      ]),
    );
    expect(result.progress.findLast((report) => report.samples)?.samples?.[0]).toContain('\n> ');
    for (const output of ['policy', 'value'] as const) {
      await digests(result.output(output), ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json', 'training.json']);
    }
    const history = JSON.parse(await readFile(join(result.output('policy'), 'training.json'), 'utf8')) as { step: number }[];
    expect(history).toHaveLength(16);
  });

  it('resumed after every kind of interruption, ends bit for bit where an undisturbed run ends', async () => {
    const full = { ...settings, episodes: 6 * 32, evaluateEvery: 2, gradientAccumulation: 2, ema: 0.9, kl: { type: 'adaptive', beta: 0.05, target: 1 }, ptx: { examplesPerEpisode: 0.25, windowLength: 16 } } as const;
    const whole = await runStage(ppoStage, { settings: full, inputs: inputs() });
    expect(whole.error).toBeUndefined();
    const live = tf.memory().numTensors;
    // A shutdown after 3 iterations saves a checkpoint; a lost lease does not: the last one is used.
    const stopped = await runStage(ppoStage, { settings: full, inputs: inputs(), onProgress: ({ step }) => (step === 3 ? 'shutdown' : undefined) });
    expect(stopped.error).toBe('shutdown');
    expect(tf.memory().numTensors).toBe(live);
    expect(stopped.checkpoints).toEqual([3]);
    const lost = await runStage(ppoStage, { settings: full, inputs: inputs(), folder: stopped.folder, onProgress: ({ step }) => (step === 5 ? 'lease-lost' : undefined) });
    expect(lost.error).toBe('lease-lost');
    const resumed = await runStage(ppoStage, { settings: full, inputs: inputs(), folder: stopped.folder });
    expect(resumed.error).toBeUndefined();
    expect(resumed.progress.map(({ step }) => step)).toEqual([4, 5, 6]);
    const files = ['model.safetensors', 'config.json', 'training.json'];
    for (const output of ['policy', 'value'] as const) {
      expect(await digests(resumed.output(output), files)).toEqual(await digests(whole.output(output), files));
    }
  });

  it('draws the same answers however many are generated at once', async () => {
    const drawn = async (rolloutBatchSize: number): Promise<unknown> => {
      const { error, progress } = await runStage(ppoStage, { settings: { ...settings, episodes: 4 * 32, evaluateEvery: 2, rolloutBatchSize }, inputs: inputs() });
      expect(error).toBeUndefined();
      return progress.map(({ metrics, samples }) => [metrics?.['response/length_mean'], metrics?.['eval/length_mean'], samples]);
    };
    expect(await drawn(5)).toEqual(await drawn(32));
  });

  it('keeps the number of live tensors flat from iteration to iteration, and leaves none behind', async () => {
    const before = tf.memory().numTensors;
    const live: number[] = [];
    const result = await runStage(ppoStage, {
      settings: { ...settings, ema: 0.9, ptx: { examplesPerEpisode: 0.25, windowLength: 16 }, episodes: 5 * 32, evaluateEvery: 2 },
      inputs: inputs(),
      onProgress: () => void live.push(tf.memory().numTensors),
    });
    expect(result.error).toBeUndefined();
    expect(new Set(live.slice(1)).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses ptx without a corpus, a reward model of another tokenizer, and an answer longer than the context', async () => {
    const { model, reward, prompts } = inputs();
    const without = await runStage(ppoStage, { settings: { ...settings, ptx: {} }, inputs: { model, reward, prompts } });
    expect(without.error).toMatchObject({ code: 'MC_STAGE_INPUT' });
    const foreign = await runStage(ppoStage, { settings, inputs: { ...inputs(), reward: await withOtherTokenizer(reward) } });
    expect(foreign.error).toMatchObject({ code: 'MC_STAGE_INPUT' });
    const long = await runStage(ppoStage, { settings: { ...settings, maxNewTokens: 48 }, inputs: inputs() });
    expect(long.error).toMatchObject({ code: 'MC_STAGE_SETTINGS' });
  });
});
