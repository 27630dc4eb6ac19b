// Every operation against an oracle: its custom gradient against tfjs's own differentiation of the
// composition (on cpu), the fused kernels of wasm against the composition on cpu, over odd shapes.
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from '../backends/start.ts';
import { Random } from '../random.ts';
import { adamW, squaredSums } from './adamw.ts';
import { attention, attentionForward } from './attention.ts';
import { cacheWrite, decodeAttention } from './decode-attention.ts';
import { dropout } from './dropout.ts';
import { embedding, embeddingForward } from './embedding.ts';
import { gelu } from './gelu.ts';
import { layerNorm, layerNormForward } from './layer-norm.ts';
import { linear, linearForward, linearGelu } from './linear.ts';
import { difference, noise, on, withGradients } from './ops.testing.ts';
import { rmsNorm, rmsNormForward } from './rms-norm.ts';
import { rotary, rotaryForward, turnTable } from './rotary.ts';
import { swiglu, swigluForward } from './swiglu.ts';
import { tokenNll } from './token-nll.ts';

type Operation = (...inputs: tf.Tensor[]) => tf.Tensor;
interface Case {
  /** The operation and its oracle, and what goes in. Called once per backend: seeds itself. */
  (): { operation: Operation; oracle: Operation; inputs: tf.Tensor[] };
}

const seed = fc.integer({ min: 1, max: 2 ** 30 });
const side = fc.integer({ min: 1, max: 37 });

/** Heads of queries, and of keys and values. */
const groups = fc.record({ keyValueHeads: fc.integer({ min: 1, max: 3 }), each: fc.integer({ min: 1, max: 3 }) }).map(({ keyValueHeads, each }) => ({ keyValueHeads, heads: keyValueHeads * each }));

const ints = (count: number, bound: number, random: Random): Int32Array => Int32Array.from({ length: count }, () => random.int(bound));

const operations: Record<string, fc.Arbitrary<Case>> = {
  'layer norm': fc.record({ N: side, C: fc.integer({ min: 6, max: 70 }), seed }).map(({ N, C, seed }) => () => {
    const draw = noise(seed);
    return { operation: (x, w, b) => layerNorm(x!, w!, b!, 1e-5), oracle: (x, w, b) => layerNormForward(x!, w!, b!, 1e-5)[0], inputs: [draw([N, 1, C]), draw([C]), draw([C])] };
  }),
  linear: fc.record({ N: side, I: side, O: side, seed }).map(({ N, I, O, seed }) => () => {
    const draw = noise(seed, 0.5);
    return { operation: (x, w, b) => linear(x!, w!, b!), oracle: (x, w, b) => linearForward(x!, w!, b!, undefined, 'none')[0]!, inputs: [draw([N, I]), draw([I, O]), draw([O])] };
  }),
  'linear without bias': fc.record({ N: side, I: side, O: side, seed }).map(({ N, I, O, seed }) => () => {
    const draw = noise(seed, 0.5);
    return { operation: (x, w, r) => linear(x!, w!, undefined, r), oracle: (x, w, r) => linearForward(x!, w!, undefined, r, 'none')[0]!, inputs: [draw([N, I]), draw([I, O]), draw([N, O])] };
  }),
  'linear with residual': fc.record({ N: side, I: side, O: side, seed }).map(({ N, I, O, seed }) => () => {
    const draw = noise(seed, 0.5);
    return { operation: (x, w, b, r) => linear(x!, w!, b!, r), oracle: (x, w, b, r) => linearForward(x!, w!, b!, r, 'none')[0]!, inputs: [draw([2, N, I]), draw([I, O]), draw([O]), draw([2, N, O])] };
  }),
  'linear with GELU': fc.record({ N: side, I: side, O: side, seed }).map(({ N, I, O, seed }) => () => {
    const draw = noise(seed);
    return { operation: (x, w, b) => linearGelu(x!, w!, b!), oracle: (x, w, b) => linearForward(x!, w!, b!, undefined, 'gelu')[0]!, inputs: [draw([N, I]), draw([I, O]), draw([O])] };
  }),
  attention: fc.record({ B: fc.integer({ min: 1, max: 3 }), T: fc.integer({ min: 1, max: 45 }), groups, hs: fc.integer({ min: 1, max: 13 }), seed }).map(({ B, T, groups, hs, seed }) => () => {
    const draw = noise(seed);
    const start = tf.tensor1d(ints(B, T + 1, new Random(seed)), 'int32');
    return { operation: (qkv) => attention(qkv!, start, groups), oracle: (qkv) => attentionForward(qkv!, start, groups)[0], inputs: [draw([B, T, (groups.heads + 2 * groups.keyValueHeads) * hs])] };
  }),
  'RMS norm': fc.record({ N: side, C: fc.integer({ min: 2, max: 70 }), seed }).map(({ N, C, seed }) => () => {
    const draw = noise(seed);
    return { operation: (x, w) => rmsNorm(x!, w!, 1e-5), oracle: (x, w) => rmsNormForward(x!, w!, 1e-5)[0], inputs: [draw([N, 1, C]), draw([C])] };
  }),
  SwiGLU: fc.record({ N: side, I: side, seed }).map(({ N, I, seed }) => () => ({ operation: (x) => swiglu(x!), oracle: (x) => swigluForward(x!), inputs: [noise(seed, 2)([2, N, 2 * I])] })),
  'rotary positions': fc.record({ N: side, turned: fc.integer({ min: 1, max: 4 }), others: fc.integer({ min: 0, max: 2 }), half: fc.integer({ min: 1, max: 11 }), seed }).map(({ N, turned, others, half, seed }) => () => {
    const random = new Random(seed);
    const turns = { table: turnTable(Array.from({ length: half }, (_, i) => 3 ** -i), [0, 1, 2, 5, 100]), positions: tf.tensor1d(ints(N, 5, random), 'int32') };
    return { operation: (x) => rotary(x!, turns, turned), oracle: (x) => rotaryForward(x!, turns, turned), inputs: [noise(seed)([N, (turned + others) * 2 * half])] };
  }),
  embedding: fc.record({ B: fc.integer({ min: 1, max: 3 }), T: fc.integer({ min: 1, max: 20 }), C: side, seed }).map(({ B, T, C, seed }) => () => {
    const draw = noise(seed);
    const random = new Random(seed);
    const tokens = tf.tensor2d(ints(B * T, 7, random), [B, T], 'int32');
    const start = tf.tensor1d(ints(B, T + 1, random), 'int32');
    return { operation: (wte, wpe) => embedding(tokens, start, wte!, wpe!), oracle: (wte, wpe) => embeddingForward(tokens, start, wte!, wpe!), inputs: [draw([7, C]), draw([T + 2, C])] };
  }),
  'embedding without positions': fc.record({ B: fc.integer({ min: 1, max: 3 }), T: fc.integer({ min: 1, max: 20 }), C: side, seed }).map(({ B, T, C, seed }) => () => {
    const random = new Random(seed);
    const tokens = tf.tensor2d(ints(B * T, 7, random), [B, T], 'int32');
    const start = tf.tensor1d(ints(B, T + 1, random), 'int32');
    return { operation: (wte) => embedding(tokens, start, wte!), oracle: (wte) => embeddingForward(tokens, start, wte!, undefined), inputs: [noise(seed)([7, C])] };
  }),
  'token nll': fc.record({ N: side, C: side, V: fc.integer({ min: 2, max: 300 }), temperature: fc.constantFrom(1, 0.7, 2), seed }).map(({ N, C, V, temperature, seed }) => () => {
    const draw = noise(seed, 0.6);
    const targets = tf.tensor1d(ints(N, V, new Random(seed)), 'int32');
    return { operation: (x, wte) => tokenNll(x as tf.Tensor2D, wte!, targets, temperature).nll, oracle: (x, wte) => plainNll(x!, wte!, targets, temperature), inputs: [draw([N, C]), draw([V, C])] };
  }),
};

/** By tfjs's own log-softmax and a one-hot product, all of it differentiable. */
function plainNll(x: tf.Tensor, wte: tf.Tensor, targets: tf.Tensor, temperature: number): tf.Tensor {
  const logits = tf.div(tf.matMul(x as tf.Tensor2D, wte as tf.Tensor2D, false, true), temperature);
  return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), tf.cast(tf.oneHot(targets as tf.Tensor1D, wte.shape[0] ?? 1), 'float32')), 1));
}

beforeAll(async () => {
  await startBackend('wasm');
  await startBackend('cpu');
});

describe.each(Object.entries(operations))('%s', (_name, cases) => {
  test('its gradient is that of the composition', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (make) => {
        const run = (pick: 'operation' | 'oracle') => on('cpu', () => {
          const given = make();
          return withGradients(given[pick], given.inputs, noise(1));
        });
        compare(await run('operation'), await run('oracle'), 2e-5);
      }),
      { numRuns: 10, seed: 3 },
    );
  });

  test('wasm computes the same', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (make) => {
        const compute = (): tf.Tensor[] => {
          const { operation, inputs } = make();
          return withGradients(operation, inputs, noise(1));
        };
        compare(await on('wasm', compute), await on('cpu', compute), 2e-5);
      }),
      { numRuns: 20, seed: 5 },
    );
  });
});

function compare(found: Float32Array[], expected: Float32Array[], tolerance: number): void {
  expect(found.length).toBe(expected.length);
  found.forEach((numbers, i) => expect(difference(numbers, expected[i] as Float32Array), `output ${i}`).toBeLessThan(tolerance));
}

test('the gradient of the whole chain agrees with finite differences', async () => {
  await startBackend('cpu');
  const draw = noise(11, 0.5);
  const chain = (x: tf.Tensor): tf.Scalar => tf.tidy(() => {
    const fixed = noise(12, 0.5);
    const normal = layerNorm(x, fixed([6]), fixed([6]), 1e-5);
    const mixed = attention(linear(normal, fixed([6, 18]), fixed([18])), tf.tensor1d([1], 'int32'), { heads: 2, keyValueHeads: 2 });
    return tf.sum(tf.mul(linearGelu(mixed, fixed([6, 5]), fixed([5])), fixed([5])));
  });
  const x = draw([1, 4, 6]);
  const gradient = tf.grad(chain)(x).dataSync();
  const values = x.dataSync();
  const step = 1e-2;
  for (let i = 0; i < values.length; i++) {
    const moved = [1, -1].map((direction) => {
      const copy = Float32Array.from(values);
      copy[i] = (copy[i] ?? 0) + direction * step;
      return chain(tf.tensor(copy, x.shape)).dataSync()[0] ?? NaN;
    }) as [number, number];
    expect(Math.abs((moved[0] - moved[1]) / (2 * step) - (gradient[i] ?? NaN))).toBeLessThan(3e-3);
  }
});

test('GELU is the tanh form', async () => {
  await startBackend('cpu');
  const xs = [-8, -3, -1, -0.1, 0, 0.5, 2, 9];
  const found = gelu(tf.tensor1d(xs)).dataSync();
  xs.forEach((x, i) => expect(found[i]).toBeCloseTo(0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))), 5));
});

test('entropy and correct, on both backends', async () => {
  const compute = (): tf.Tensor[] => {
    const draw = noise(21);
    const { entropy, correct } = tokenNll(draw([9, 8]) as tf.Tensor2D, draw([40, 8]), tf.tensor1d(ints(9, 40, new Random(1)), 'int32'), 0.8, { entropy: true, correct: true });
    return [entropy, correct];
  };
  compare(await on('wasm', compute), await on('cpu', compute), 2e-5);
});

test('decode attention and cache writing agree, over rows in any order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.record({ T: fc.integer({ min: 1, max: 12 }), groups, hs: fc.integer({ min: 1, max: 9 }), seed }), async ({ T, groups, hs, seed }) => {
      const compute = (): tf.Tensor[] => {
        const draw = noise(seed);
        const random = new Random(seed);
        const slots = [2, 0];
        const starts = [random.int(T), random.int(T)];
        const shape = [4, groups.keyValueHeads, T + 3, hs];
        const width = (groups.heads + 2 * groups.keyValueHeads) * hs;
        const written = cacheWrite(draw([2, T, width]), { keys: tf.zeros(shape), values: tf.zeros(shape) }, groups, slots, starts);
        const first = decodeAttention(draw([2, width]), written, groups, slots, starts.map((start) => T - start));
        const second = decodeAttention(draw([1, width]), first.cache, groups, [0], [T - (starts[1] ?? 0) + 1]);
        return [first.out, second.out];
      };
      compare(await on('wasm', compute), await on('cpu', compute), 2e-5);
    }),
    { numRuns: 10, seed: 9 },
  );
});

test('AdamW and the squared sums', async () => {
  const compute = (): tf.Tensor[] => {
    const draw = noise(31);
    const step = { learningRate: 1e-2, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, correction1: 0.1, correction2: 0.05, gradScale: 0.5 };
    const updates = [51, 4].map((size) => ({ parameter: tf.variable(draw([size])), grad: draw([size]), m: tf.variable(draw([size])), v: tf.variable(tf.square(draw([size]))), weightDecay: 0.01 * size }));
    adamW(updates, step);
    return [squaredSums(updates.map(({ grad }) => grad)), ...updates.flatMap(({ parameter, m, v }) => [parameter, m, v])];
  };
  compare(await on('wasm', compute), await on('cpu', compute), 1e-6);
});

test('dropout keeps the expectation, and the same state gives the same mask', async () => {
  await startBackend('cpu');
  const run = (): Float32Array => Float32Array.from(dropout(tf.ones([100, 100]), { rate: 0.2, random: new Random(4), row: 0 }).dataSync());
  const found = run();
  expect(run()).toEqual(found);
  const kept = found.filter((value) => value !== 0);
  expect(kept.every((value) => Math.abs(value - 1.25) < 1e-6)).toBe(true);
  expect(kept.length / found.length).toBeCloseTo(0.8, 1);
});
