import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packTexts, paddedLength, padExamples, splitBatch, windowBatch } from './batch.ts';
import type { Example } from './examples.ts';

const ids = (options?: fc.ArrayConstraints) => fc.array(fc.integer({ min: 1, max: 999 }), options);
const example: fc.Arbitrary<Example> = fc.record({ prompt: ids({ maxLength: 40 }), answer: ids({ minLength: 1, maxLength: 40 }) });

test('a padded length is a multiple, holds the length and stays within the context', () => {
  expect(paddedLength(1)).toBe(16);
  expect(paddedLength(16)).toBe(16);
  expect(paddedLength(17)).toBe(32);
  expect(paddedLength(17, 8)).toBe(24);
  expect(paddedLength(50, 16, 50)).toBe(50);
});

test('padding keeps every row and trains the answers’ tokens, no others', () => {
  fc.assert(
    fc.property(fc.array(example, { minLength: 1, maxLength: 6 }), (examples) => {
      const batch = padExamples(examples, { pad: 0 });
      expect(batch.length % 16).toBe(0);
      for (const [row, { prompt, answer }] of examples.entries()) {
        const at = row * batch.length;
        const all = [...prompt, ...answer];
        expect(Array.from(batch.tokens.subarray(at, at + all.length))).toEqual(all);
        const trained: number[] = [];
        for (let t = 0; t < batch.length; t++) if (batch.weights[at + t] === 1) trained.push(batch.targets[at + t] ?? -1);
        expect(trained).toEqual(prompt.length > 0 ? answer : answer.slice(1));
      }
      expect(batch.weights.reduce((a, b) => a + b, 0)).toBe(batch.weightSum);
      expect(batch.tokenCount).toBe(examples.reduce((sum, { prompt, answer }) => sum + prompt.length + answer.length, 0));
    }),
    { seed: 1 },
  );
});

test('windows read the stream as a ring, targets one token ahead', async () => {
  const stream = await packTexts([[1, 2], [3, 4, 5]], [0]);
  expect([...stream]).toEqual([0, 1, 2, 0, 3, 4, 5]);
  const batch = windowBatch(stream, [2, 5], 4);
  expect([...batch.tokens]).toEqual([2, 0, 3, 4, 4, 5, 0, 1]);
  expect([...batch.targets]).toEqual([0, 3, 4, 5, 5, 0, 1, 2]);
  expect(batch.weightSum).toBe(8);
});

test('splitting a batch loses no row', () => {
  fc.assert(
    fc.property(fc.array(example, { minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 5 }), (examples, rows) => {
      const batch = padExamples(examples, { pad: 0 });
      const parts = splitBatch(batch, rows);
      expect(parts.flatMap((part) => [...part.tokens])).toEqual([...batch.tokens]);
      expect(parts.flatMap((part) => [...part.targets])).toEqual([...batch.targets]);
      expect(parts.reduce((sum, part) => sum + part.weightSum, 0)).toBe(batch.weightSum);
      expect(Math.max(...parts.map((part) => part.rows))).toBeLessThanOrEqual(rows);
    }),
    { seed: 3 },
  );
});
