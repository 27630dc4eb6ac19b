// A whole decoding step in one kernel against the same step made of the other kernels: the same bits.
import { gptConfig, initModel, type Model } from '@minchat/model';
import { KeyValueCache } from '@minchat/model/cache';
import { Random } from '@minchat/model/random';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configure, modes, seeds, sizes } from './kernels.testing.ts';

interface Case {
  readonly layers: number;
  readonly heads: number;
  readonly hs: number;
  readonly V: number;
  readonly lengths: readonly number[];
  readonly seed: number;
}

const cases = fc.record({
  layers: fc.integer({ min: 1, max: 3 }),
  heads: fc.integer({ min: 1, max: 3 }),
  hs: sizes(40),
  V: sizes(130, 2),
  lengths: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
  seed: seeds,
});

/** Logits of two steps after prompts of these lengths, in slots out of order; all texts in the first, the last one alone in the second. */
function twoSteps(model: Model, { lengths, V, seed }: Case): Float32Array[] {
  const random = new Random(seed);
  const slots = lengths.map((_, text) => lengths.length - text);
  const cache = new KeyValueCache(model, lengths.length + 1, 24);
  const next = (text: number, read: number) => ({ slot: slots[text] ?? 0, position: (lengths[text] ?? 0) + read, token: random.int(V) });
  const steps = [
    cache.read(lengths.map((length) => Array.from({ length }, () => random.int(V))), slots),
    cache.append(lengths.map((_, text) => next(text, 0))),
    cache.append([next(lengths.length - 1, 1)]),
  ];
  const numbers = steps.map((logits) => Float32Array.from(logits.dataSync()));
  tf.dispose(steps);
  cache.dispose();
  return numbers;
}

/** The same with the kernel out of the backend's table. */
function withoutKernel<T>(compute: () => T): T {
  const name = 'MinchatDecodeStep';
  const kernel = tf.getKernel(name, 'native');
  tf.unregisterKernel(name, 'native');
  try {
    return compute();
  } finally {
    tf.registerKernel(kernel);
  }
}

describe.each(modes)('$set, bf16 $bf16', (mode) => {
  test('a step in one kernel is the step made of many', () => {
    configure(mode);
    fc.assert(
      fc.property(cases, (value) => {
        const { layers, heads, hs, V, seed } = value;
        const model = initModel(gptConfig({ vocab_size: V, n_positions: 24, n_embd: heads * hs, n_layer: layers, n_head: heads, initializer_range: 0.3 }), new Random(seed));
        const expected = withoutKernel(() => twoSteps(model, value));
        expect(twoSteps(model, value)).toEqual(expected);
        expect(expected.flatMap((logits) => Array.from(logits)).every(Number.isFinite)).toBe(true);
        tf.dispose([...model.parameters.values()]);
      }),
      { numRuns: 15, seed: 3, examples: [[{ layers: 2, heads: 2, hs: 32, V: 300, lengths: [3, 20, 1, 7], seed: 5 }]] },
    );
  });
});
