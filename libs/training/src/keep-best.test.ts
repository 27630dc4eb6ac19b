import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { AdamW, disposeModel, gptConfig, initModel, Random, startBackend, type Gradients, type Model } from '@minchat/model';
import { beforeAll, expect, test } from 'vitest';
import { keepBest, type BestModel } from './keep-best.ts';
import type { TrainingResult } from './loop.ts';

const name = 'transformer.ln_f.bias';
const fill = (model: Model, value: number): void => model.parameters.get(name)?.assign(tf.fill([16], value));
const filled = async (model: Model): Promise<number | undefined> => (await model.parameters.get(name)?.data())?.[0];
const newModel = (): Model => initModel(gptConfig({ vocab_size: 20, n_positions: 8, n_embd: 16, n_layer: 1, n_head: 1 }), new Random(1));
const result: TrainingResult = { history: Array.from({ length: 4 }, (_, index) => ({ step: index + 1, metrics: {} })), metrics: { loss: 0.5, eval_loss: 9 } };

beforeAll(async () => {
  await startBackend('wasm');
});

test('keeps the weights with the highest score, and how they were evaluated, through a checkpoint', async () => {
  const model = newModel();
  using kept = keepBest(model);
  const offer = (to: BestModel, step: number, score: number): void => {
    fill(model, step);
    to.offer(model, { step, score, metrics: { eval_loss: -score } });
  };
  for (const [step, score] of [[1, -3], [2, -1], [3, -2], [4, -1]] as const) offer(kept, step, score);
  const folder = await mkdtemp(join(tmpdir(), 'minchat-best-'));
  for (const part of Object.values(kept.parts)) await part.save(folder);
  using resumed = keepBest(model);
  for (const part of Object.values(resumed.parts)) await part.load(folder);
  for (const best of [kept, resumed]) {
    expect(await filled(best.choose(model, result).model)).toBe(2);
    expect(best.choose(model, result).metrics).toEqual({ loss: 0.5, eval_loss: 1, kept_step: 2 });
    offer(best, 5, -1.5);
    expect(await filled(best.choose(model, result).model)).toBe(2);
    offer(best, 6, -0.5);
    expect(await filled(best.choose(model, result).model)).toBe(6);
  }
  disposeModel(model);
});

test('without an offer, or with none that has a score, it is the last model', () => {
  const model = newModel();
  using kept = keepBest(model);
  kept.offer(model, { step: 1, score: Number.NaN, metrics: { eval_loss: Number.NaN } });
  expect(kept.choose(model, result)).toEqual({ model, metrics: { loss: 0.5, eval_loss: 9, kept_step: 4 } });
  disposeModel(model);
});

test('training on does not change the weights that are kept', async () => {
  const model = newModel();
  using kept = keepBest(model);
  fill(model, 5);
  kept.offer(model, { step: 1, score: 1, metrics: {} });
  const grads: Gradients = new Map([...model.parameters].map(([parameter, { shape }]) => [parameter, tf.ones(shape)]));
  const optimizer = new AdamW(model.parameters);
  await optimizer.step(grads, 0.1);
  expect(await filled(model)).not.toBe(5);
  expect(await filled(kept.choose(model, result).model)).toBe(5);
  optimizer.dispose();
  tf.dispose([...grads.values()]);
  disposeModel(model);
});
