import * as tf from '@tensorflow/tfjs-core';
import { disposeGradients, disposeModel, gptConfig, initModel, Random, startBackend } from '@minchat/model';
import { beforeAll, expect, test } from 'vitest';
import { padExamples } from './batch.ts';
import type { Example } from './examples.ts';
import { runPass, sumGradients, type Pass } from './passes.ts';
import { textOf } from './score.ts';

const config = gptConfig({ vocab_size: 50, n_positions: 32, n_embd: 16, n_layer: 2, n_head: 2 });
const random = new Random(1);
const some = (count: number): number[] => Array.from({ length: count }, () => random.int(50));
const examples: Example[] = Array.from({ length: 6 }, () => ({ prompt: some(4), answer: some(1 + random.int(9)) }));
const dropout = { rate: 0.1, seed: 'test', row: 0 };
const lmPasses: Pass[] = [examples.slice(0, 2), examples.slice(2, 3), examples.slice(3)].map((part) => ({
  kind: 'lm',
  batch: padExamples(part, { pad: 0 }),
  weightSum: 40,
  dropout,
}));
const rewardPasses: Pass[] = [examples.slice(0, 3), examples.slice(3)].map((part) => ({
  kind: 'reward',
  texts: part.map(textOf),
  ranks: [[0, 1, 2]],
  prompts: 2,
  dropout: undefined,
}));

beforeAll(() => startBackend('wasm'));

test('a text has the same masks in whichever pass it is, however the others in it are padded', async () => {
  const model = initModel(config, new Random(2), 'scalar');
  const texts = examples.map(textOf);
  const rewards = async (from: number, to: number): Promise<number[]> => {
    const { grads, values } = await runPass(model, { kind: 'reward', texts: texts.slice(from, to), ranks: [[0, 1, 2].slice(0, to - from)], prompts: 1, dropout: { rate: 0.3, seed: 'step', row: from } });
    disposeGradients(grads);
    return [...values];
  };
  const whole = [...(await rewards(0, 3)), ...(await rewards(3, 6))];
  const apart = [...(await rewards(0, 2)), ...(await rewards(2, 4)), ...(await rewards(4, 6))];
  for (const [place, value] of apart.entries()) expect(value).toBeCloseTo(whole[place] ?? NaN, 5);
  disposeModel(model);
});

test.each([
  ['lm', lmPasses, 'lm'],
  ['reward', rewardPasses, 'scalar'],
] as const)('the gradients of %s passes add up in their order', async (_, passes, head) => {
  const model = initModel(config, new Random(2), head);
  const sums = new Map<string, Float32Array>();
  const losses: number[] = [];
  for (const pass of passes) {
    const { grads, loss } = await runPass(model, pass);
    losses.push(loss);
    for (const [name, grad] of grads) {
      const values = (await grad.data()) as Float32Array;
      sums.set(name, sums.get(name)?.map((value, index) => value + (values[index] ?? NaN)) ?? values.slice());
    }
    disposeGradients(grads);
  }
  const live = tf.memory().numTensors;
  const { grads, results } = await sumGradients(model, passes, runPass);
  expect(results.map(({ loss }) => loss)).toEqual(losses);
  for (const [name, grad] of grads) expect(await grad.data()).toEqual(sums.get(name));
  disposeGradients(grads);
  expect(tf.memory().numTensors).toBe(live);
  disposeModel(model);
});
