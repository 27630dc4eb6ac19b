import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distinct, outcome, standardError, wilson } from './figures.ts';
import { rankingFigures } from './reward-model.ts';

describe('wilson', () => {
  test('has the published values', () => {
    // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for (const [wins, n, low, high] of [[81, 263, 0.2553, 0.3662], [15, 148, 0.0624, 0.1605], [0, 20, 0, 0.1611], [1, 29, 0.0061, 0.1718]] as const) {
      const interval = wilson(Array.from({ length: n }, (_, i) => (i < wins ? 1 : 0)));
      expect(interval.low).toBeCloseTo(low, 4);
      expect(interval.high).toBeCloseTo(high, 4);
    }
  });

  test('holds the rate and stays within 0 and 1', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0.5, 1), { minLength: 1, maxLength: 200 }), (outcomes) => {
        const { rate, low, high } = wilson(outcomes);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(rate).toBeGreaterThanOrEqual(low - 1e-12);
        expect(rate).toBeLessThanOrEqual(high + 1e-12);
      }),
      { seed: 1 },
    );
  });
});

test('outcomes, variety and standard error', () => {
  expect([outcome(2, 1), outcome(1, 2), outcome(1, 1)]).toEqual([1, 0, 0.5]);
  expect(distinct(['a b a b', 'A c'], 1)).toBeCloseTo(3 / 6);
  expect(distinct(['a b a b', 'A c'], 2)).toBeCloseTo(3 / 4);
  expect(distinct([''], 2)).toBe(0);
  expect(standardError([1, 2, 3, 4])).toBeCloseTo(Math.sqrt(5 / 3 / 4));
});

describe('rankingFigures', () => {
  test('counts pairs that are ranked apart, and ties of the reward half', () => {
    const figures = rankingFigures([
      { rewards: [3, 2, 1], ranks: [0, 1, 1] },
      { rewards: [0, 0], ranks: [0, 1] },
      { rewards: [0, 5], ranks: [0, 1] },
    ]);
    expect(figures?.pairs).toBe(4);
    expect(figures?.accuracy).toBeCloseTo((1 + 1 + 0.5 + 0) / 4);
  });

  test('is calibrated when labelers choose as often as predicted', () => {
    const margin = Math.log(0.8 / 0.2);
    const pairs = Array.from({ length: 1000 }, (_, i) => ({ rewards: [margin, 0], ranks: i % 5 === 0 ? [1, 0] : [0, 1] }));
    const figures = rankingFigures(pairs);
    expect(figures?.calibrationError).toBeCloseTo(0, 6);
    expect(figures?.calibration).toHaveLength(1);
    expect(figures?.calibration[0]).toMatchObject({ pairs: 1000 });
  });

  test('is nothing without a pair', () => {
    expect(rankingFigures([{ rewards: [1, 2], ranks: [0, 0] }])).toBeUndefined();
  });
});
