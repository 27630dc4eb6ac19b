import * as tf from '@tensorflow/tfjs-core';
import { DecodeBatch, gptConfig, initModel, type SampledToken } from '@minchat/model';
import { Random } from '@minchat/model/random';
import { drawnOnBackend, sampleRows, sampleToken } from '@minchat/model/ops/sampling';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configure, modes, noise } from './kernels.testing.ts';

const controls = fc.record({
  temperature: fc.constantFrom(0, 1, 0.7, 1.5, 1e-40),
  topK: fc.constantFrom(0, 1, 3, 40, 10_000),
  topP: fc.constantFrom(1, 0.95, 0.5, 1e-6),
  frequencyPenalty: fc.constantFrom(0, 0, 0.5),
  presencePenalty: fc.constantFrom(0, 0, -0.25),
  biased: fc.boolean(),
});

test.each(modes)('$set, bf16 $bf16: rows are drawn as sampleToken draws them', async (mode) => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 700 }), fc.array(controls, { minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 2 ** 30 }), async (V, rows, seed) => {
      configure(mode);
      const logits = noise(seed, 3)([rows.length, V]) as tf.Tensor2D;
      const numbers = logits.arraySync();
      const draws = rows.map(({ biased, ...sampling }, row) => ({
        sampling: { ...sampling, ...(biased && { logitBias: new Map([[0, 4], [V - 1, -Infinity], [V, 9]]) }) },
        counts: new Map([[0, 2], [V >> 1, 1]]),
        random: new Random(row + seed),
      }));
      expect(drawnOnBackend(draws)).toHaveLength(draws.length);
      const found = await sampleRows(logits, draws);
      for (const [row, { sampling, counts }] of draws.entries()) {
        // Where the only token is banned, nothing can be drawn.
        if (V === 1 && sampling.logitBias !== undefined) continue;
        const expected = sampleToken(numbers[row] ?? [], counts, sampling, new Random(row + seed));
        expect(found[row]?.token).toBe(expected.token);
        // Far below 0 where the temperature is, and another token was forced.
        expect((found[row]?.logprob ?? NaN) / Math.max(1, -expected.logprob)).toBeCloseTo(expected.logprob / Math.max(1, -expected.logprob), 3);
        expect(found[row]?.rawLogprob).toBeCloseTo(expected.rawLogprob, 4);
      }
    }),
    { numRuns: 40, seed: 3 },
  );
  expect(drawnOnBackend([{ sampling: {} }, { sampling: { topLogprobs: 1 } }])).toEqual([0]);
});

test.each(modes)('$set, bf16 $bf16: of equal tokens top-k keeps the first', async (mode) => {
  configure(mode);
  const draws = Array.from({ length: 200 }, (_, row) => ({ sampling: { topK: 3 }, counts: new Map(), random: new Random(row) }));
  const found = await sampleRows(tf.zeros([200, 90]), draws);
  expect(new Set(found.map(({ token }) => token))).toEqual(new Set([0, 1, 2]));
});

test.each(modes)('$set, bf16 $bf16: what a neighbour asks for changes nothing', async (mode) => {
  configure(mode);
  const model = initModel(gptConfig({ vocab_size: 50, n_positions: 16, n_embd: 8, n_layer: 1, n_head: 2, initializer_range: 0.5 }), new Random(1));
  const answer = async (neighbours: number) => {
    const batch = new DecodeBatch(model, { slots: 3 });
    const asked = { prompt: [1, 2], sampling: { maxNewTokens: 5, temperature: 0.8, topP: 0.9 }, seed: 4 };
    const [slot] = batch.admit([asked, ...Array.from({ length: neighbours }, () => ({ prompt: [3], sampling: { maxNewTokens: 5, topLogprobs: 2 }, seed: 5 }))]);
    const tokens: SampledToken[] = [];
    for (let i = 0; i < 5; i++) tokens.push(...(await batch.step()).filter((one) => one.slot === slot).map(({ token }) => token));
    batch.dispose();
    return tokens;
  };
  expect(await answer(2)).toEqual(await answer(0));
  tf.dispose([...model.parameters.values()]);
});
