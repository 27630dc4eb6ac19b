import type * as tf from '@tensorflow/tfjs-core';
import { Random } from '@minchat/model/random';
import { drawsOnBackend, sampleRows, sampleToken } from '@minchat/model/ops/sampling';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configure, modes, noise } from './kernels.testing.ts';

test.each(modes)('$set, bf16 $bf16: rows are drawn as sampleToken draws them', async (mode) => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 2 ** 30 }), async (V, N, seed) => {
      configure(mode);
      const logits = noise(seed, 3)([N, V]) as tf.Tensor2D;
      const rows = logits.arraySync();
      const draws = rows.map((_, row) => ({ temperature: [0, 1, 0.7][row % 3] ?? 1, random: new Random(row + seed) }));
      expect(draws.every(({ temperature }) => drawsOnBackend({ temperature }))).toBe(true);
      const found = await sampleRows(logits, draws);
      for (const [row, { temperature }] of draws.entries()) {
        const expected = sampleToken(rows[row] ?? [], new Map(), { temperature }, new Random(row + seed));
        expect(found[row]?.token).toBe(expected.token);
        expect(found[row]?.logprob).toBeCloseTo(expected.logprob, 4);
        expect(found[row]?.rawLogprob).toBeCloseTo(expected.rawLogprob, 4);
      }
    }),
    { numRuns: 20, seed: 3 },
  );
  expect(drawsOnBackend({ topP: 0.9 })).toBe(false);
});
