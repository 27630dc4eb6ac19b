// Numbers at the ends of float32, and shapes without any: what the kernels give where the composition
// of tfjs operations gives infinities, NaN or nothing.
import { gptConfig } from '@minchat/model';
import { shapeOf } from '@minchat/model/architectures/config';
import { parameterShapes } from '@minchat/model/architectures/parameters';
import { adamW, squaredSums } from '@minchat/model/ops/adamw';
import { attention } from '@minchat/model/ops/attention';
import { runKernel } from '@minchat/model/ops/fused';
import { layerNorm } from '@minchat/model/ops/layer-norm';
import { linear, linearGelu } from '@minchat/model/ops/linear';
import { logitsOf } from '@minchat/model/ops/logits';
import { tokenNll } from '@minchat/model/ops/token-nll';
import { transformer } from '@minchat/model/ops/transformer';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configure, modes, noise, on, same, seeds, sizes, named, withGradients } from './kernels.testing.ts';

const one = { heads: 1, keyValueHeads: 1 };
const model = shapeOf(gptConfig({ vocab_size: 9, n_positions: 4, n_embd: 5, n_layer: 1, n_head: 1, n_inner: 7 }));
const [huge, tiny] = [1e30, 1e-41];
const extremes = [0, -0, huge, -huge, tiny, -tiny, 3e38, -3e38, Infinity, -Infinity, NaN];

/** The first rows of noise, one element of each replaced by an extreme. */
function salted(draw: (shape: number[]) => tf.Tensor, rows: number, columns: number, salt: readonly number[], at: number): tf.Tensor2D {
  const values = draw([rows, columns]).dataSync() as Float32Array;
  salt.forEach((value, row) => {
    if (row < rows) values[row * columns + (at % columns)] = value;
  });
  return tf.tensor2d(values, [rows, columns]);
}

describe.each(modes)('$set, bf16 $bf16', (mode) => {
  test('an extreme number of a row shows in that row of linear, and nowhere else', () => {
    same('extreme linear', mode, fc.record({ I: sizes(70), O: sizes(70), at: fc.nat(69), seed: seeds }), ({ I, O, at, seed }) => {
      const draw = noise(seed, 0.3);
      const x = salted(draw, extremes.length + 3, I, extremes, at);
      // Weights of one sign and size: no overflow that depends on the order of a sum.
      const weight = tf.add(tf.abs(draw([I, O])), 0.5);
      const bias = draw([O]);
      return [...extremes.keys(), extremes.length].map((row) => tf.slice(linear(x, weight, bias), [row, 0], [1, O]));
    });
  });

  test('GELU and its gradient', () => {
    // Through the bias: products with anything but whole numbers would round it first.
    const values = [...extremes, 1e-3, 20, -20, 88, -88, 1e4, -1e4];
    same('extreme gelu', mode, fc.constant(0), () => {
      const x = tf.zeros([1, 1]);
      return values.flatMap((value) => [linearGelu(x, tf.ones([1, 1]), tf.tensor1d([value])), tf.grad((b: tf.Tensor) => linearGelu(x, tf.ones([1, 1]), b))(tf.tensor1d([value]))]);
    }, { runs: 1 });
  });

  test('layer norm of constant, huge, tiny and broken rows', () => {
    same('extreme layer norm', mode, fc.record({ C: sizes(130, 2), at: fc.nat(129), seed: seeds }), ({ C, at, seed }) => {
      const draw = noise(seed);
      const x = tf.concat([salted(draw, extremes.length, C, extremes, at), tf.fill([1, C], 1e-3), tf.fill([1, C], tiny), tf.mul(draw([1, C]), 1e15)]);
      const y = layerNorm(x, draw([C]), draw([C]), 1e-5);
      return Array.from({ length: x.shape[0] ?? 0 }, (_, row) => tf.slice(y, [row, 0], [1, C]));
    });
  });

  test('attention: scores so far apart that one key takes all, and equal ones', () => {
    same('extreme attention', mode, fc.record({ T: sizes(66), hs: sizes(34), seed: seeds }), ({ T, hs, seed }) => {
      const draw = noise(seed);
      const apart = tf.mul(tf.sign(draw([1, T, 3 * hs])), 64);
      return [attention(apart, tf.tensor1d([0], 'int32'), one), attention(tf.zeros([2, T, 3 * hs]), tf.tensor1d([0, T], 'int32'), one)];
    });
  });

  test('attention: the sum over equal scores is the number of keys seen', () => {
    configure(mode);
    fc.assert(
      fc.property(sizes(300), sizes(34), seeds, (T, hs, seed) => {
        const start = seed % T;
        const [lse = new Float32Array()] = on('native', () => {
          const [, kept] = runKernel('MinchatAttentionForward', { qkv: tf.zeros([1, T, 3 * hs]), start: tf.tensor1d([start], 'int32') }, one);
          return [kept as tf.Tensor];
        });
        const allowed = mode.bf16 ? 2e-4 : 2e-6;
        lse.forEach((found, t) => {
          expect(Math.abs(found - Math.log(Math.max(t - start + 1, 1)))).toBeLessThan(allowed);
        });
      }),
      { numRuns: 10, seed: 12 },
    );
  });

  test('attention: a broken token breaks all queries that see it, and never another row', () => {
    configure(mode);
    fc.assert(
      fc.property(sizes(66, 2), sizes(34), seeds, fc.constantFrom(NaN, Infinity), (T, hs, seed, broken) => {
        const t = seed % T;
        const compute = (value: number) => (): tf.Tensor[] => {
          const values = noise(seed)([2, T, 3 * hs]).dataSync() as Float32Array;
          if (value !== 0) values.fill(value, t * 3 * hs, (t + 1) * 3 * hs);
          return [attention(tf.tensor(values, [2, T, 3 * hs]), tf.tensor1d([0, 0], 'int32'), one)];
        };
        const [whole = new Float32Array(), found = new Float32Array()] = [...on('native', compute(0)), ...on('native', compute(broken))];
        expect(found.subarray(T * hs)).toEqual(whole.subarray(T * hs));
        expect(found.subarray(t * hs, T * hs).every(Number.isNaN)).toBe(true);
      }),
      { numRuns: 10, seed: 11 },
    );
  });

  test('token log-probabilities of logits far apart, and of broken rows', () => {
    same('extreme nll', mode, fc.record({ V: sizes(130, 2), C: sizes(34), at: fc.nat(33), seed: seeds }), ({ V, C, at, seed }) => {
      const draw = noise(seed);
      const broken = [NaN, Infinity, 0, tiny];
      const x = tf.concat([tf.mul(tf.sign(draw([4, C])), 64), salted(draw, broken.length, C, broken, at)]) as tf.Tensor2D;
      const wte = tf.sign(draw([V, C]));
      const targets = tf.tensor1d(Array.from({ length: 8 }, (_, row) => (row * 37 + seed) % V), 'int32');
      const { nll, entropy } = tokenNll(x, wte, targets, 1, { entropy: true });
      return [...Array.from({ length: 8 }, (_, row) => tf.slice(nll, row, 1)), tf.slice(entropy, 6, 2)];
    });
  });

  test('AdamW with gradients of all sizes', () => {
    same('extreme adamw', mode, fc.constant(0), () => {
      const grad = tf.tensor1d([0, -0, tiny, -tiny, 1e-30, 1e15, -1e15, NaN, 1]);
      const step = { learningRate: 1e-2, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, correction1: 0.1, correction2: 0.05, gradScale: 1 };
      const [parameter, m, v] = [tf.variable(tf.ones([9])), tf.variable(tf.zeros([9])), tf.variable(tf.zeros([9]))];
      adamW([{ parameter, grad, m, v, weightDecay: 0.1 }], step);
      return [...[parameter, m, v].flatMap((tensor) => tf.split(tensor, 9)), ...tf.split(squaredSums([tf.tensor1d([1e15, 1, 1e-20]), tf.tensor1d([huge, 1])]), 2)];
    }, { runs: 1 });
  });

  test('no rows at all', () => {
    same('nothing', mode, fc.constant(0), () => {
      const draw = noise(1);
      const none = tf.zeros([0, 5]);
      return [
        ...withGradients((x, w, b) => linear(x, w, b), [none, draw([5, 7]), draw([7])], draw),
        ...withGradients((x, w, b) => linearGelu(x, w, b), [none, draw([5, 7]), draw([7])], draw),
        ...withGradients((x, w, b) => layerNorm(x, w, b, 1e-5), [none, draw([5]), draw([5])], draw),
        ...withGradients(
          (...tensors) => transformer(tf.zeros([0, 4], 'int32'), tf.tensor1d([], 'int32'), named(model, tensors), model, {}),
          Array.from(parameterShapes(model, 'lm').values(), (sides) => draw([...sides])),
          draw,
        ),
        logitsOf(none as tf.Tensor2D, draw([9, 5])),
        squaredSums([tf.zeros([0]), tf.ones([2])]),
      ];
    }, { runs: 1 });
  });
});
