import * as tf from '@tensorflow/tfjs-core';
import { disposeGradients, disposeModel, loadModel, scores, type Gradients, type Model } from '@minchat/model';
import { scoreExamples, sumGradients, windowBatch } from '@minchat/training';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { moveAverage, ppoAdam } from './actor.ts';
import { answerLogProbs, packEpisodes, type Episode } from './episodes.ts';
import { runPass, type PpoPass } from './passes.ts';
import { policyPasses, ptxPasses, updatePolicy, type PolicyMinibatch } from './policy-update.ts';
import { openPtx } from './ptx.ts';
import { tinyWorld, type TinyWorld } from './tiny.testing.ts';
import { normaliseHead } from './value-update.ts';

// Real training on a machine that may have little to spare.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let world: TinyWorld;
let policy: Model;
beforeAll(async () => {
  world = await tinyWorld();
  policy = await loadModel(world.sft, { head: 'lm' });
});
afterAll(() => disposeModel(policy));

const options = { clip: 0.2, temperature: 1, gradientAccumulation: 1, pad: 0 };

async function someEpisodes(): Promise<Episode[]> {
  const { tokenizer } = world;
  const asked = ['abc', 'bc', 'c'].map((content) => ({ messages: [{ role: 'user' as const, content }] }));
  const bare = ['ab', 'dcba', 'c'].map((text, index) => ({
    prompt: tokenizer.encodeChat(asked[index]?.messages ?? [], { addGenerationPrompt: true }),
    asked: asked[index] ?? { messages: [] },
    answer: [...tokenizer.encode(text), tokenizer.endOfTurn],
    finished: true,
    logProbs: [],
  }));
  const logProbs = await answerLogProbs(policy, bare, 1, { pad: 0, rows: 2 });
  return bare.map((episode, row) => ({ ...episode, logProbs: logProbs[row] ?? [] }));
}

async function minibatch(): Promise<PolicyMinibatch> {
  const episodes = await someEpisodes();
  const advantages = episodes.map(({ answer }, row) => answer.map((_, t) => Math.sin(3 * row + t)));
  const stream = Int32Array.from({ length: 60 }, (_, index) => index % 7);
  return { episodes, advantages, ptx: { batch: windowBatch(stream, [0, 9, 20], 12), coefficient: 27.8 } };
}

async function flat(grads: Gradients): Promise<number[]> {
  const values: number[] = [];
  for (const grad of grads.values()) values.push(...(await grad.data()));
  return values;
}

describe('policy update', () => {
  it('packs prompts on the left and answers on the right', async () => {
    const batch = packEpisodes([{ prompt: [1], answer: [2, 3] }, { prompt: [4, 5], answer: [6] }], { pad: 0, limit: 9 });
    expect([batch.from, batch.width]).toEqual([2, 7]);
    expect(await batch.tokens.array()).toEqual([
      [0, 1, 2, 3, 0, 0, 0, 0, 0],
      [4, 5, 6, 0, 0, 0, 0, 0, 0],
    ]);
    expect(await batch.start.array()).toEqual([1, 0]);
    tf.dispose([batch.tokens, batch.start]);
  });

  it('PPO-ptx: one buffer holds the PPO gradient plus gamma times the pretraining gradient', async () => {
    const { ptx, ...ppo } = await minibatch();
    if (!ptx) throw new Error('expected ptx');
    const gradient = async (passes: PpoPass[]): Promise<number[]> => {
      const { grads } = await sumGradients(policy, passes, runPass);
      const values = await flat(grads);
      disposeGradients(grads);
      return values;
    };
    const both = await gradient([...policyPasses(ppo, options), ...ptxPasses(ptx, 2)]);
    const alone = await gradient(policyPasses(ppo, { ...options, gradientAccumulation: 3 }));
    const text = await gradient(ptxPasses({ ...ptx, coefficient: 1 }, 1));
    const largest = Math.max(...both.map(Math.abs));
    const difference = Math.max(...both.map((value, index) => Math.abs(value - (alone[index] ?? 0) - 27.8 * (text[index] ?? 0))));
    expect(difference / largest).toBeLessThan(1e-5);
    expect(Math.max(...text.map(Math.abs))).toBeGreaterThan(0);
  });

  it('an update reads so many windows of text for each of its episodes, also where an iteration is smaller than a minibatch', async () => {
    const context = (batchSize: number) => ({ settings: { ptx: { coefficient: 1, examplesPerEpisode: 1.5, windowLength: 8 }, batchSize, minibatchSize: 16 }, seed: 1, input: () => world.corpus, hasInput: () => true });
    const rows = async (batchSize: number) => (await openPtx(context(batchSize), world.tokenizer, policy))?.(0).batch.rows;
    expect([await rows(64), await rows(16), await rows(4)]).toEqual([24, 24, 6]);
  });

  it('the pretraining gradient is that of the loss, by finite differences', async () => {
    const { ptx } = await minibatch();
    if (!ptx) throw new Error('expected ptx');
    const name = 'transformer.ln_f.weight';
    const parameter = policy.parameters.get(name);
    if (!parameter) throw new Error('expected a parameter');
    const passes = ptxPasses({ ...ptx, coefficient: 1 }, 1);
    const loss = async (): Promise<number> => {
      const { grads, results } = await sumGradients(policy, passes, runPass);
      disposeGradients(grads);
      return results[0]?.loss ?? Number.NaN;
    };
    const { grads } = await sumGradients(policy, passes, runPass);
    const gradient = (await grads.get(name)?.data())?.[3] ?? Number.NaN;
    disposeGradients(grads);
    const nudge = async (by: number): Promise<number> => {
      tf.tidy(() => parameter.assign(tf.add(parameter, tf.mul(tf.oneHot(3, parameter.size), by))));
      return loss();
    };
    const [up, down] = [await nudge(0.01), await nudge(-0.02)];
    await nudge(0.01);
    expect(gradient).toBeCloseTo((up - down) / 0.02, 3);
  });

  it('takes one optimizer step for both losses, and starts from a ratio of 1', async () => {
    const model = await loadModel(world.sft, { head: 'lm' });
    const optimizer = ppoAdam(model, 1);
    const before = tf.memory().numTensors;
    const update = await updatePolicy(await minibatch(), { ...options, policy: model, optimizer, learningRate: 1e-3 });
    expect(optimizer.steps).toBe(1);
    expect(update.ratioError).toBeLessThan(1e-4);
    expect(update.clipFraction).toBe(0);
    expect(update.ptxLoss).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(before);
    const again = await updatePolicy(await minibatch(), { ...options, policy: model, optimizer, learningRate: 1e-3 });
    expect(again.ratioError).toBeGreaterThan(1e-3);
    optimizer.dispose();
    disposeModel(model);
  });

  it('GRPO’s KL in the loss pulls back to the reference', async () => {
    const { episodes, advantages } = await minibatch();
    const zero = advantages.map((row) => row.map(() => 0));
    const referenceLogProbs = episodes.map(({ logProbs }) => logProbs.map((value) => value + 0.5));
    const klInLoss = { referenceLogProbs, coefficient: 2 };
    const { grads, results } = await sumGradients(policy, policyPasses({ episodes, advantages: zero, klInLoss }, { ...options, gradientAccumulation: 2 }), runPass);
    disposeGradients(grads);
    const loss = results.reduce((sum, result) => sum + result.loss, 0);
    expect(loss).toBeCloseTo(2 * (Math.expm1(0.5) - 0.5), 4);
  });
});

describe('value network', () => {
  it('starts as the normalised reward model: bias and normalisation become part of its weights', async () => {
    const reward = await loadModel(world.reward, { head: 'scalar' });
    const value = await loadModel(world.reward, { head: 'value' });
    const episodes = await someEpisodes();
    const raw = await scoreExamples(reward, episodes);
    normaliseHead(value, { mean: 1.5, sd: 0.25 });
    const { tokens, start, from } = packEpisodes(episodes, { pad: 0, limit: 48 });
    const all = (await tf.tidy(() => scores(value, tokens, start)).array()) as number[][];
    episodes.forEach(({ answer }, row) => {
      expect(all[row]?.[from + answer.length - 1]).toBeCloseTo(((raw[row] ?? 0) - 1.5) / 0.25, 3);
    });
    for (const model of [reward, value]) disposeModel(model);
  });
});

describe('moving average', () => {
  it('is decay times the average plus the rest of the weights', async () => {
    const [average, weights] = [await loadModel(world.sft), await loadModel(world.sft)];
    const name = 'transformer.ln_f.weight';
    const [target, source] = [average.parameters.get(name), weights.parameters.get(name)];
    tf.tidy(() => {
      target?.assign(tf.zerosLike(target));
      source?.assign(tf.onesLike(source));
    });
    moveAverage(average, weights, 0.9);
    expect((await target?.data())?.[0]).toBeCloseTo(0.1, 6);
    for (const model of [average, weights]) disposeModel(model);
  });
});
