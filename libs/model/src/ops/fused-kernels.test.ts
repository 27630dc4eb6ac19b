// Every fused kernel of the native backend against the composition of tfjs operations on the cpu
// backend: the same random inputs through the same operation, outputs and gradients compared, on
// every instruction set of this machine, with exact products and, where there are any, in bf16.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adamW, squaredSum } from './adamw.ts';
import { attention } from './attention.ts';
import { cacheWrite, decodeAttention } from './decode-attention.ts';
import { embedding } from './embedding.ts';
import { layerNorm } from './layer-norm.ts';
import { linear, linearGelu } from './linear.ts';
import { logitsOf } from './logits.ts';
import { tokenNll } from './token-nll.ts';
import { Random } from '../random.ts';

interface NativeModule {
  registerNativeBackend(): Promise<boolean>;
  nativeInformation(): { instructionSets: string[] } | undefined;
}
interface Configurable {
  addon: { configure(options: { threads?: number; bf16?: boolean; instructionSet?: string }): void };
}

const name: string = '@minchat/tfjs-native';
const native = (await import(name)) as NativeModule;
const built = await native.registerNativeBackend();
if (!built) process.stderr.write('fused kernels left out: the native backend was not built on this machine (no C++ compiler)\n');
const sets = built ? (native.nativeInformation()?.instructionSets ?? []) : [];
const cases = sets.flatMap((set) => [{ set, bf16: false }, ...(set.endsWith('bf16') ? [{ set, bf16: true }] : [])]);

type Numbers = Float32Array[];

/** Runs `compute` on a backend and returns the data of all that it gives back. */
function on(backend: string, compute: () => tf.Tensor[]): Numbers {
  void tf.setBackend(backend);
  return tf.tidy(() => compute().map((tensor) => Float32Array.from(tensor.dataSync())));
}

/** Outputs and gradients of an operation, weighted so that every output element matters. */
function withGradients(operation: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: () => tf.Tensor[], weight: (shape: number[]) => tf.Tensor): () => tf.Tensor[] {
  return () => {
    const given = inputs();
    const value = operation(...given);
    const seeds = weight(value.shape);
    return [value, ...tf.grads((...x: tf.Tensor[]) => tf.sum(tf.mul(operation(...x), seeds)))(given)];
  };
}

/** The largest difference, relative to the size of the array's numbers. */
function difference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  let size = 1e-3;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const e = expected[i] ?? 0;
    size = Math.max(size, Math.abs(e));
    const d = Math.abs((actual[i] ?? NaN) - e);
    worst = Number.isNaN(d) ? Infinity : Math.max(worst, d);
  }
  return worst / size;
}

/** Seeded normal numbers with now and then an extreme one. */
function noise(seed: number, scale = 1): (shape: number[]) => tf.Tensor {
  const random = new Random(seed);
  return (shape) => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    return tf.tensor(Float32Array.from({ length: size }, () => random.normal() * scale * (random.next() < 0.01 ? 8 : 1)), shape);
  };
}

const width = fc.integer({ min: 1, max: 70 });
const count = fc.integer({ min: 1, max: 45 });
const seed = fc.integer({ min: 1, max: 2 ** 30 });

describe.each(cases)('$set, bf16 $bf16', ({ set, bf16 }) => {
  const tolerance = bf16 ? 3e-2 : 2e-5;
  /** Both backends, several random cases. The closure is called once per backend: it seeds itself. */
  function same<T>(arbitrary: fc.Arbitrary<T>, compute: (value: T) => () => tf.Tensor[], runs = 8): void {
    void tf.setBackend('native');
    (tf.backend() as unknown as Configurable).addon.configure({ instructionSet: set, bf16, threads: 2 });
    fc.assert(
      fc.property(arbitrary, (value) => {
        const expected = on('cpu', compute(value));
        const actual = on('native', compute(value));
        actual.forEach((numbers, i) => expect(difference(numbers, expected[i] as Float32Array), `output ${i}`).toBeLessThan(tolerance));
      }),
      { numRuns: runs, seed: 7 },
    );
  }

  test('layer norm', () => {
    // Of very short rows the gradient is the small rest of large terms, in float32 mostly rounding.
    same(fc.record({ N: count, C: fc.integer({ min: 8, max: 300 }), seed }), ({ N, C, seed }) => () => {
      const draw = noise(seed);
      return withGradients((x, w, b) => layerNorm(x, w, b, 1e-5), () => [draw([N, C]), draw([C]), draw([C])], draw)();
    });
  });

  test('linear, with residual, with GELU', () => {
    same(fc.record({ N: count, I: width, O: width, seed }), ({ N, I, O, seed }) => () => {
      const draw = noise(seed, 0.5);
      const inputs = (): tf.Tensor[] => [draw([N, I]), draw([I, O]), draw([O])];
      return [
        ...withGradients((x, w, b) => linear(x, w, b), inputs, draw)(),
        ...withGradients((x, w, b) => linearGelu(x, w, b), inputs, draw)(),
        ...withGradients((x, w, b, r) => linear(x, w, b, r), () => [...inputs(), draw([N, O])], draw)(),
      ];
    });
  });

  test('attention, with left padding up to whole rows', () => {
    const shape = fc.record({ B: fc.integer({ min: 1, max: 3 }), T: fc.integer({ min: 1, max: 80 }), heads: fc.integer({ min: 1, max: 3 }), hs: fc.integer({ min: 1, max: 70 }), seed });
    same(shape, ({ B, T, heads, hs, seed }) => () => {
      const draw = noise(seed, 0.7);
      const random = new Random(seed);
      const start = tf.tensor1d(Array.from({ length: B }, () => random.int(T + 1)), 'int32');
      return withGradients((qkv) => attention(qkv, start, heads), () => [draw([B, T, 3 * heads * hs])], draw)();
    });
  });

  test('decode attention and cache writing', () => {
    const shape = fc.record({ T: fc.integer({ min: 1, max: 20 }), heads: fc.integer({ min: 1, max: 3 }), hs: fc.integer({ min: 1, max: 40 }), seed });
    same(shape, ({ T, heads, hs, seed }) => () => {
      const draw = noise(seed);
      const random = new Random(seed);
      const [S, B, P] = [4, 2, T + 3];
      const slots = [2, 0];
      const starts = Array.from({ length: B }, () => random.int(T));
      const empty = { keys: tf.zeros([S, heads, P, hs]), values: tf.zeros([S, heads, P, hs]) };
      const written = cacheWrite(draw([B, T, 3 * heads * hs]), empty, heads, slots, starts);
      const positions = starts.map((start) => T - start);
      const { out } = decodeAttention(draw([B, 3 * heads * hs]), written, heads, slots, positions);
      const next = decodeAttention(draw([B, 3 * heads * hs]), written, heads, slots, positions);
      return [out, next.out];
    });
  });

  test('embedding', () => {
    same(fc.record({ B: fc.integer({ min: 1, max: 4 }), T: fc.integer({ min: 1, max: 30 }), C: width, seed }), ({ B, T, C, seed }) => () => {
      const draw = noise(seed);
      const random = new Random(seed);
      const V = 11;
      const tokens = tf.tensor2d(Array.from({ length: B * T }, () => random.int(V)), [B, T], 'int32');
      const start = tf.tensor1d(Array.from({ length: B }, () => random.int(T + 1)), 'int32');
      return withGradients((wte, wpe) => embedding(tokens, start, wte, wpe), () => [draw([V, C]), draw([T, C])], draw)();
    });
  });

  test('logits, token log-probabilities, entropy', () => {
    const shape = fc.record({ N: count, C: width, V: fc.integer({ min: 2, max: 700 }), temperature: fc.constantFrom(1, 0.7, 2), seed });
    same(shape, ({ N, C, V, temperature, seed }) => () => {
      const draw = noise(seed, 0.4);
      const random = new Random(seed);
      const targets = tf.tensor1d(Array.from({ length: N }, () => random.int(V)), 'int32');
      const inputs = [draw([N, C]), draw([V, C])] as const;
      const { entropy } = tokenNll(inputs[0] as tf.Tensor2D, inputs[1], targets, temperature, { entropy: true });
      return [
        entropy,
        ...withGradients((x, wte) => logitsOf(x as tf.Tensor2D, wte), () => [...inputs], draw)(),
        ...withGradients((x, wte) => tokenNll(x as tf.Tensor2D, wte, targets, temperature).nll, () => [...inputs], draw)(),
      ];
    });
  });

  test('AdamW and the squared sum', () => {
    same(fc.record({ size: fc.integer({ min: 1, max: 3000 }), seed }), ({ size, seed }) => () => {
      const draw = noise(seed);
      const step = { learningRate: 1e-2, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, correction1: 0.1, correction2: 0.05, gradScale: 0.5 };
      const grad = draw([size]);
      return [squaredSum(grad), ...adamW(draw([size]), grad, tf.zeros([size]), tf.square(draw([size])), step)];
    });
  });

  test('the same bits with one thread and with two', () => {
    const compute = (): tf.Tensor[] => {
      const draw = noise(5);
      return [
        ...withGradients((x, w, b) => linearGelu(x, w, b), () => [draw([300, 64]), draw([64, 96]), draw([96])], draw)(),
        ...withGradients((x, w, b) => layerNorm(x, w, b, 1e-5), () => [draw([300, 64]), draw([64]), draw([64])], draw)(),
      ];
    };
    void tf.setBackend('native');
    const { addon } = tf.backend() as unknown as Configurable;
    addon.configure({ instructionSet: set, bf16, threads: 1 });
    const one = on('native', compute);
    addon.configure({ threads: 2 });
    expect(on('native', compute)).toEqual(one);
  });
});

test('a kernel set is there to be tested, unless nothing was built', () => {
  expect(cases.length > 0).toBe(built);
});
