import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accuracyByK, calibration, calibrationError, rankingMetrics, type Ranked } from './ranking.ts';

const ranked: fc.Arbitrary<Ranked> = fc.integer({ min: 2, max: 9 }).chain((k) =>
  fc.record({
    rewards: fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: k, maxLength: k }),
    ranks: fc.array(fc.integer({ min: 0, max: k - 1 }), { minLength: k, maxLength: k }),
  }),
);

test('figures of one ranking, by hand', () => {
  const metrics = rankingMetrics([{ rewards: [2, 0, 1], ranks: [0, 1, 1] }]);
  expect(metrics).toMatchObject({ accuracy: 1, margin: 1.5, mean_reward: 1, min_reward: 0, max_reward: 2 });
  expect(rankingMetrics([{ rewards: [0, 1], ranks: [0, 1] }])).toMatchObject({ accuracy: 0, margin: -1, kendall_tau: -1 });
});

test('ties give no pair, and no pair gives no metric', () => {
  expect(rankingMetrics([{ rewards: [1, 2], ranks: [0, 0] }])).toEqual({});
  expect(rankingMetrics([])).toEqual({});
});

test('accuracy by K has one entry per K', () => {
  expect(accuracyByK([{ rewards: [1, 0], ranks: [0, 1] }, { rewards: [0, 1, 2], ranks: [0, 1, 2] }])).toEqual({
    accuracy_k2: 1,
    accuracy_k3: 0,
  });
});

test('every pair falls into one calibration bin, between its bounds', () => {
  fc.assert(
    fc.property(fc.array(ranked, { maxLength: 8 }), (comparisons) => {
      const bins = calibration(comparisons);
      const pairs = comparisons.flatMap(({ ranks }) => ranks.flatMap((a) => ranks.filter((b) => a < b))).length;
      expect(bins.reduce((sum, bin) => sum + bin.pairs, 0)).toBe(pairs);
      for (const bin of bins) {
        expect(bin.predicted).toBeGreaterThanOrEqual(bin.from - 1e-9);
        expect(bin.predicted).toBeLessThanOrEqual(bin.to + 1e-9);
        expect(bin.observed).toBeGreaterThanOrEqual(0);
        expect(bin.observed).toBeLessThanOrEqual(1);
      }
      expect(calibrationError(bins)).toBeLessThanOrEqual(1);
    }),
    { seed: 1 },
  );
});

test('a model that is right as often as it says has no calibration error', () => {
  // Differences of ln 3 predict 0.75: three right, one wrong.
  const right: Ranked = { rewards: [Math.log(3), 0], ranks: [0, 1] };
  const wrong: Ranked = { rewards: [0, Math.log(3)], ranks: [0, 1] };
  expect(calibrationError(calibration([right, right, right, wrong]))).toBeCloseTo(0, 10);
  expect(calibrationError(calibration([wrong]))).toBeCloseTo(0.75, 10);
});
