import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { AdamW, disposeModel, gptConfig, initModel, Random, startBackend, type Gradients, type Model } from '@minchat/model';
import { beforeAll, expect, test } from 'vitest';
import { keepBest } from './keep-best.ts';

const name = 'transformer.ln_f.bias';
const fill = (model: Model, value: number): void => model.parameters.get(name)?.assign(tf.fill([16], value));
const filled = async (model: Model): Promise<number | undefined> => (await model.parameters.get(name)?.data())?.[0];

beforeAll(async () => {
  await startBackend('wasm');
});

test('keeps the weights with the highest score, through a checkpoint', async () => {
  const model = initModel(gptConfig({ vocab_size: 20, n_positions: 8, n_embd: 16, n_layer: 1, n_head: 1 }), new Random(1));
  const kept = keepBest(model);
  const offer = (value: number, score: number): boolean => {
    fill(model, value);
    return kept.offer(model, score);
  };
  expect([offer(1, -3), offer(2, -1), offer(3, -2), offer(4, -1)]).toEqual([true, true, false, false]);
  expect(await filled(kept.model)).toBe(2);

  const folder = await mkdtemp(join(tmpdir(), 'minchat-best-'));
  for (const part of Object.values(kept.parts)) await part.save(folder);
  const resumed = keepBest(model);
  for (const part of Object.values(resumed.parts)) await part.load(folder);
  expect(await filled(resumed.model)).toBe(2);
  fill(model, 9);
  expect(resumed.offer(model, -1.5)).toBe(false);
  expect(resumed.offer(model, -0.5)).toBe(true);
  for (const used of [model, kept.model, resumed.model]) disposeModel(used);
});

test('training on does not change the weights that are kept', async () => {
  const model = initModel(gptConfig({ vocab_size: 20, n_positions: 8, n_embd: 16, n_layer: 1, n_head: 1 }), new Random(1));
  const kept = keepBest(model);
  fill(model, 5);
  kept.offer(model, 1);
  const grads: Gradients = new Map([...model.parameters].map(([parameter, { shape }]) => [parameter, tf.ones(shape)]));
  const optimizer = new AdamW(model.parameters);
  await optimizer.step(grads, 0.1);
  expect(await filled(model)).not.toBe(5);
  expect(await filled(kept.model)).toBe(5);
  optimizer.dispose();
  tf.dispose([...grads.values()]);
  for (const used of [model, kept.model]) disposeModel(used);
});
