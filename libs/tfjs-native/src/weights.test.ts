// What products make of a weight is kept: never longer than the weight. And ids that no weight has are refused.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { gptConfig, initModel, logits } from '@minchat/model';
import { KeyValueCache } from '@minchat/model/cache';
import { linear } from '@minchat/model/ops/linear';
import { embedding } from '@minchat/model/ops/embedding';
import { tokenNll } from '@minchat/model/ops/token-nll';
import { Random } from '@minchat/model/random';
import { expect, test } from 'vitest';
import { configure, modes } from './kernels.testing.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

test.runIf(modes.length > 0)('a weight that was collected without being disposed is not taken for the next one at its place', async () => {
  configure(modes[0] as (typeof modes)[number]);
  for (let i = 0; i < 1000; i++) {
    const value = (i % 97) + 1;
    // No one keeps the weight, and no one disposes it, as where a thread is ended.
    const y = linear(tf.ones([8, 64]), tf.tensor2d(new Float32Array(64 * 64).fill(value), [64, 64]), tf.zeros([64]));
    expect(Math.abs((y.dataSync()[0] ?? NaN) / (64 * value) - 1)).toBeLessThan(0.01);
    if (i % 200 === 0) {
      collect();
      await setImmediate();
    }
  }
});

test.runIf(modes.length > 0).each([-1, 23, 2_000_000_000])('the token id %i of 23 is refused', (id) => {
  configure(modes[0] as (typeof modes)[number]);
  const model = initModel(gptConfig({ vocab_size: 23, n_positions: 32, n_embd: 12, n_layer: 2, n_head: 3 }), new Random(1));
  const wte = model.parameters.get('transformer.wte.weight') as tf.Tensor2D;
  const tokens = tf.tensor2d([3, id, 4], [1, 3], 'int32');
  const start = tf.tensor1d([0], 'int32');
  const expected = `expected token ids from 0 to 22, found ${id}`;
  expect(() => logits(model, tokens, start)).toThrow(expected);
  expect(() => embedding(tokens, start, wte, tf.zeros([32, 12]))).toThrow(expected);
  expect(() => tokenNll(tf.zeros([3, 12]), wte, tf.reshape(tokens, [3]), 1)).toThrow(expected);
  const cache = new KeyValueCache(model, 1, 8);
  expect(() => cache.read([{ slot: 0, position: 0, tokens: [3, id] }])).toThrow(expected);
});
