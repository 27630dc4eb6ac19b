// Tokens read into a cache in one kernel against the same made of the other kernels: the same bits.
import { gptConfig, initModel, type Model } from '@minchat/model';
import { KeyValueCache } from '@minchat/model/cache';
import type { SlotTokens } from '@minchat/model/ops/read-tokens';
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

/** Logits after prompts of these lengths, in slots out of order; then after a token more of each; then the last one alone goes on, beside prompts that take the others' slots. */
function threeSteps(model: Model, { lengths, V, seed }: Case): Float32Array[] {
  const random = new Random(seed);
  const draw = (length: number): number[] => Array.from({ length }, () => random.int(V));
  const slots = lengths.map((_, text) => lengths.length - text);
  const cache = new KeyValueCache(model, lengths.length + 1, 24);
  const prompt = (length: number, text: number) => ({ slot: slots[text] ?? 0, position: 0, tokens: draw(length) });
  const next = (text: number, read: number) => ({ slot: slots[text] ?? 0, position: (lengths[text] ?? 0) + read, tokens: draw(1) });
  const ordered = (texts: readonly SlotTokens[]): SlotTokens[] => texts.toSorted((a, b) => Number(a.tokens.length > 1) - Number(b.tokens.length > 1));
  const steps = [
    ordered(lengths.map(prompt)),
    lengths.map((_, text) => next(text, 0)),
    ordered([next(lengths.length - 1, 1), ...lengths.slice(1).map((length, text) => prompt(length, text))]),
  ];
  const numbers = steps.map((texts) => {
    const logits = cache.read(texts);
    const values = Float32Array.from(logits.dataSync());
    logits.dispose();
    return values;
  });
  cache.dispose();
  return numbers;
}

/** The same with the kernel out of the backend's table. */
function withoutKernel<T>(compute: () => T): T {
  const name = 'MinchatReadTokens';
  const kernel = tf.getKernel(name, 'native');
  tf.unregisterKernel(name, 'native');
  try {
    return compute();
  } finally {
    tf.registerKernel(kernel);
  }
}

describe.each(modes)('$set, bf16 $bf16', (mode) => {
  test('one kernel reads what many read', () => {
    configure(mode);
    fc.assert(
      fc.property(cases, (value) => {
        const { layers, heads, hs, V, seed } = value;
        const model = initModel(gptConfig({ vocab_size: V, n_positions: 24, n_embd: heads * hs, n_layer: layers, n_head: heads, initializer_range: 0.3 }), new Random(seed));
        const expected = withoutKernel(() => threeSteps(model, value));
        expect(threeSteps(model, value)).toEqual(expected);
        expect(expected.flatMap((logits) => Array.from(logits)).every(Number.isFinite)).toBe(true);
        tf.dispose([...model.parameters.values()]);
      }),
      {
        numRuns: 15,
        seed: 3,
        examples: [
          [{ layers: 2, heads: 2, hs: 32, V: 300, lengths: [3, 20, 1, 7], seed: 5 }],
          // More tokens than are read at once.
          [{ layers: 1, heads: 1, hs: 4, V: 5, lengths: Array.from({ length: 210 }, () => 20), seed: 6 }],
        ],
      },
    );
  });
});
