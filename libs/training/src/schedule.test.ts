import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchSchedule, epochBatches, epochOrder, windowSchedule } from './schedule.ts';

const lengths = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 300 });
const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);

test('an epoch holds every example once', () => {
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 17 }), fc.nat(), fc.nat(9), (all, batchSize, seed, epoch) => {
      const batches = epochBatches({ lengths: all, batchSize, seed }, epoch);
      expect(sorted(batches.flat())).toEqual(all.map((_, index) => index));
      expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(batchSize);
      expect(batches.length).toBe(batchSchedule({ lengths: all, batchSize, seed }).stepsPerEpoch);
    }),
    { seed: 1 },
  );
});

test('a batch depends on the seed and the step only, not on the steps before', () => {
  fc.assert(
    fc.property(lengths, fc.nat(), fc.array(fc.nat(60), { maxLength: 6 }), fc.nat(60), (all, seed, before, step) => {
      const fresh = batchSchedule({ lengths: all, batchSize: 7, seed });
      const used = batchSchedule({ lengths: all, batchSize: 7, seed });
      for (const other of before) used.at(other);
      expect(used.at(step)).toEqual(fresh.at(step));
    }),
    { seed: 2 },
  );
});

test('epochs and seeds shuffle differently', () => {
  expect(epochOrder(50, 1, 0)).not.toEqual(epochOrder(50, 1, 1));
  expect(epochOrder(50, 1, 0)).not.toEqual(epochOrder(50, 2, 0));
  expect(epochOrder(50, 1, 3)).toEqual(epochOrder(50, 1, 3));
});

test('batches hold similar lengths', () => {
  const all = Array.from({ length: 512 }, (_, index) => (index * 37) % 100);
  const spread = epochBatches({ lengths: all, batchSize: 16, seed: 5 }, 0).map((batch) => {
    const values = batch.map((index) => all[index] ?? 0);
    return Math.max(...values) - Math.min(...values);
  });
  expect(spread.reduce((a, b) => a + b, 0) / spread.length).toBeLessThan(15);
});

test('the windows of an epoch do not overlap and cover all but a rest shorter than a window', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 2000 }), fc.integer({ min: 1, max: 64 }), fc.nat(), (tokens, length, seed) => {
      fc.pre(tokens >= length);
      const count = Math.floor(tokens / length);
      const schedule = windowSchedule({ tokens, length, batchSize: 1, seed });
      const seen = new Set<number>();
      for (let step = 0; step < count; step++) {
        for (let t = 0; t < length; t++) seen.add(((schedule.at(step)[0] ?? 0) + t) % tokens);
      }
      expect(seen.size).toBe(count * length);
    }),
    { seed: 3, numRuns: 50 },
  );
});
