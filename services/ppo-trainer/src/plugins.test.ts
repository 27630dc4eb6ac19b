import { createHash } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { loadRecords, writeDataset, type ComparisonRecord, type Split } from '@minchat/datasets';
import { runStage } from '@minchat/training/testing';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import bestOfN, { favourites } from './best-of-n.ts';
import dpo from './dpo.ts';
import type { Episode } from './episodes.ts';
import rloo from './rloo.ts';
import { ppoStage } from './stage.ts';
import { tinyWorld, type TinyWorld } from './tiny.testing.ts';

process.env['MINCHAT_BACKEND'] = 'wasm';
// Real training on a machine that may have little to spare.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let world: TinyWorld;
beforeAll(async () => {
  world = await tinyWorld();
});

async function digest(folder: string): Promise<string> {
  return createHash('sha256').update(await readFile(join(folder, 'model.safetensors'))).digest('hex');
}

describe('rloo', () => {
  const settings = {
    episodes: 10 * 32,
    batchSize: 32,
    minibatchSize: 16,
    groupSize: 4,
    maxNewTokens: 12,
    learningRate: 0.005,
    warmupIterations: 2,
    evaluateEvery: 8,
    evaluationPrompts: 8,
    normaliseOn: 32,
    ema: 0,
  } as const;
  const inputs = (): { model: string; reward: string; prompts: string } => ({ model: world.sft, reward: world.reward, prompts: world.prompts });

  it.each(['rloo', 'grpo'] as const)('%s raises the reward without a value network', async (baseline) => {
    const before = tf.memory().numTensors;
    const result = await runStage(rloo, { settings: { ...settings, baseline }, inputs: inputs() });
    expect(result.error).toBeUndefined();
    const scores = result.progress.map(({ metrics }) => metrics?.['objective/scores'] ?? Number.NaN);
    expect((scores.at(-1) ?? 0) + (scores.at(-2) ?? 0)).toBeGreaterThan((scores[0] ?? 0) + (scores[1] ?? 0) + 1);
    for (const { metrics } of result.progress) expect(metrics?.['val/first_ratio_error']).toBeLessThan(1e-3);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('resumed, ends bit for bit where an undisturbed run ends', async () => {
    const kl = { type: 'adaptive', target: 1 } as const;
    const short = { ...settings, episodes: 4 * 32, evaluateEvery: 2, kl };
    const whole = await runStage(rloo, { settings: short, inputs: inputs() });
    const stopped = await runStage(rloo, { settings: short, inputs: inputs(), onProgress: ({ step }) => (step === 2 ? 'shutdown' : undefined) });
    expect(stopped.error).toBe('shutdown');
    const resumed = await runStage(rloo, { settings: short, inputs: inputs(), folder: stopped.folder });
    expect(await digest(resumed.output('policy'))).toBe(await digest(whole.output('policy')));
  });

  it('tells the evaluation of the policy that is kept, not of the last', async () => {
    const { metrics, progress } = await runStage(rloo, { settings: { ...settings, evaluateEvery: 1, keepMaxKl: 0.2 }, inputs: inputs() });
    const within = progress.filter((report) => Number(report.metrics?.['eval/kl']) <= 0.2);
    const best = within.reduce((most, report) => (Number(report.metrics?.['eval/scores']) > Number(most.metrics?.['eval/scores']) ? report : most));
    expect(progress.at(-1)?.metrics?.['eval/kl']).toBeGreaterThan(0.2);
    expect(metrics).toMatchObject({ 'eval/scores': best.metrics?.['eval/scores'], 'eval/kl': best.metrics?.['eval/kl'], kept_step: best.step });
    const far = await runStage(rloo, { settings: { ...settings, episodes: 2 * 32, evaluateEvery: 1, keepMaxKl: 1e-9 }, inputs: inputs() });
    expect(far.metrics).toMatchObject({ kept_step: 2 });
    expect(far.warnings).toContainEqual(expect.stringContaining('at most 1e-9 (keepMaxKl), found none'));
    const last = await runStage(rloo, { settings: { ...settings, episodes: 2 * 32, keep: 'last' }, inputs: inputs() });
    expect(last.warnings).toEqual([]);
    expect(last.metrics).toMatchObject({ 'eval/kl': last.progress.at(-1)?.metrics?.['eval/kl'], kept_step: 2 });
  });

  it('warns where there is no validation prompt to choose the policy by', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minchat-train-only-'));
    await writeDataset(folder, 'prompts', { train: await loadRecords(world.prompts, 'prompts', 'train') });
    const short = { ...settings, episodes: 2 * 32 };
    const of = async (chosen: object): Promise<readonly string[]> => (await runStage(rloo, { settings: { ...short, ...chosen }, inputs: { ...inputs(), prompts: folder } })).warnings;
    expect(await of({})).toEqual([expect.stringMatching(/^prompts: .* the last are kept$/)]);
    expect(await of({ keep: 'last' })).toEqual([]);
  });

  it('refuses a batch that groups do not fill', async () => {
    const result = await runStage(rloo, { settings: { ...settings, groupSize: 5 }, inputs: inputs() });
    expect(result.error).toMatchObject({ code: 'MC_STAGE_SETTINGS' });
  });
});

describe('best of n', () => {
  it('puts the reward model’s favourites into the policy', async () => {
    const settings = { n: 4, prompts: 10 * 8, batchSize: 8, maxNewTokens: 12, learningRate: 0.01, warmupIterations: 1, evaluateEvery: 5, evaluationPrompts: 8, normaliseOn: 32, ema: 0 };
    const before = tf.memory().numTensors;
    const result = await runStage(bestOfN, { settings, inputs: { model: world.sft, reward: world.reward, prompts: world.prompts } });
    expect(result.error).toBeUndefined();
    const metrics = result.progress.map((report) => report.metrics ?? {});
    expect(metrics[0]?.['objective/best_scores']).toBeGreaterThan(metrics[0]?.['objective/scores'] ?? Infinity);
    expect(metrics.at(-1)?.['objective/scores']).toBeGreaterThan((metrics[0]?.['objective/scores'] ?? Infinity) + 0.5);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('learns from answers that ended only: where none of a prompt’s did, from none', async () => {
    const answer = (reward: number, finished: boolean): [number, Episode] => [reward, { prompt: [1], asked: { messages: [] }, answer: [2], finished, logProbs: [-1] }];
    const answers = [answer(-1, false), answer(-1.5, true), answer(-2, true), answer(-1, false), answer(-1, false), answer(-1, false)];
    const experience = { paid: { rewards: answers.map(([reward]) => reward), metrics: {} }, episodes: answers.map(([, episode]) => episode) };
    const rewards = (cut: boolean, tied: boolean): number[] => favourites(experience, 3, { cut, tied }).map(({ reward }) => reward);
    expect(rewards(false, true)).toEqual([-1.5]);
    expect(rewards(true, true)).toEqual([-1, -1]);
    // A program pays all answers alike that are wrong: of these none is better.
    expect(rewards(true, false)).toEqual([-1]);

    // One cold token: it is a letter, never the end.
    const short = { n: 2, prompts: 16, batchSize: 8, maxNewTokens: 1, temperature: 0.1, learningRate: 0.01, evaluationPrompts: 8, normaliseOn: 16, ema: 0 };
    const inputs = { model: world.sft, reward: world.reward, prompts: world.prompts };
    const { metrics, output, warnings } = await runStage(bestOfN, { settings: short, inputs });
    expect(warnings.filter((warning) => warning.includes('nothing is learned'))).toHaveLength(1);
    expect(metrics).toMatchObject({ 'response/truncated_rate': 1, 'objective/best_answers': 0 });
    expect(await digest(output('policy'))).toBe(await digest(world.sft));
    const asTheyAre = await runStage(bestOfN, { settings: { ...short, unfinishedReward: null }, inputs });
    expect(asTheyAre.metrics).toMatchObject({ 'objective/best_answers': 8 });
    expect(await digest(asTheyAre.output('policy'))).not.toBe(await digest(world.sft));
  });
});

describe('dpo', () => {
  const settings = { epochs: 2, batchSize: 16, learningRate: 0.01, warmupSteps: 2, evaluateEvery: 4 };
  const inputs = (): { model: string; comparisons: string } => ({ model: world.sft, comparisons: world.comparisons });

  it('learns to prefer the better answers, and resumes bit for bit', async () => {
    const before = tf.memory().numTensors;
    const whole = await runStage(dpo, { settings, inputs: inputs() });
    expect(whole.error).toBeUndefined();
    const metrics = whole.progress.map((report) => report.metrics ?? {});
    expect(metrics[0]?.['loss']).toBeCloseTo(Math.log(2), 4);
    expect(metrics.at(-1)?.['loss']).toBeLessThan(0.5);
    expect(metrics.at(-1)?.['eval_rewards/accuracies']).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
    const stopped = await runStage(dpo, { settings, inputs: inputs(), onProgress: ({ step }) => (step === 5 ? 'shutdown' : undefined) });
    const resumed = await runStage(dpo, { settings, inputs: inputs(), folder: stopped.folder });
    expect(await digest(resumed.output('policy'))).toBe(await digest(whole.output('policy')));
  });

  it('tells the evaluation of the policy that is kept, not of the last', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minchat-reversed-'));
    const split = (name: Split): Promise<ComparisonRecord[]> => loadRecords(world.comparisons, 'comparisons', name);
    // Who prefers the opposite is the less content the longer this trains.
    const reversed = (await split('validation')).map((record) => ({ ...record, answers: record.answers.map((answer) => ({ ...answer, rank: 2 - answer.rank })) }));
    await writeDataset(folder, 'comparisons', { train: await split('train'), validation: reversed });
    const { metrics, progress } = await runStage(dpo, { settings, inputs: { ...inputs(), comparisons: folder } });
    expect(progress.at(-1)?.metrics?.['eval_loss']).toBeGreaterThan(Number(progress[3]?.metrics?.['eval_loss']));
    expect(metrics).toMatchObject({ eval_loss: progress[3]?.metrics?.['eval_loss'], kept_step: 4 });
  });

  it('tells how many ranked answers the context is too short for, each once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minchat-long-'));
    const [record] = await loadRecords(world.comparisons, 'comparisons', 'train');
    if (record === undefined) throw new Error('no comparison');
    await writeDataset(folder, 'comparisons', { train: [record, { ...record, id: 'long', messages: [{ role: 'user', content: 'abcd'.repeat(20) }] }] });
    const { warnings } = await runStage(dpo, { settings, inputs: { ...inputs(), comparisons: folder } });
    expect(warnings).toEqual([expect.stringMatching(/^comparisons: .* the last are kept$/), expect.stringMatching(/^3 of 6 ranked answers are longer than the model's context of 48 tokens/)]);
  });
});

describe('a context that is no multiple of what rows are padded to', () => {
  it('is filled to its last token', async () => {
    const odd = await tinyWorld(21);
    const inputs = { model: odd.sft, reward: odd.reward, prompts: odd.prompts };
    const settings = { batchSize: 16, maxNewTokens: 12, learningRate: 0.005, evaluateEvery: 1, evaluationPrompts: 8, normaliseOn: 16 };
    const online = { ...settings, episodes: 32, minibatchSize: 16 };
    const results = [
      await runStage(ppoStage, { settings: online, inputs }),
      await runStage(rloo, { settings: online, inputs }),
      await runStage(bestOfN, { settings: { ...settings, n: 2, prompts: 32 }, inputs }),
      await runStage(dpo, { settings: { batchSize: 16 }, inputs: { model: odd.sft, comparisons: odd.comparisons } }),
    ];
    expect(results.map(({ error }) => error)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
