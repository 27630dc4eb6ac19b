import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distinct, outcome, rightPairs, standardError, wilson } from './figures.ts';

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

describe('the interval of pairs', () => {
  const outcomes = [1, 0, 1, 1, 0, 1, 1, 1];

  test('is Wilson’s where every prompt has one pair, or several that are right or wrong together', () => {
    for (const pairs of [1, 6]) {
      const { rate, low, high } = rightPairs(outcomes.map((right) => ({ right: right * pairs, pairs })));
      const expected = wilson(outcomes);
      expect([rate, low, high]).toEqual([expected.rate, expected.low, expected.high].map((value) => expect.closeTo(value, 12)));
    }
  });

  test('is narrower where the pairs of a prompt are right on their own, and never empty', () => {
    // All prompts are alike, more so than by chance: as many independent pairs as there are pairs, not more.
    const { low, high } = rightPairs(Array.from({ length: 30 }, () => ({ right: 4, pairs: 6 })));
    const independent = wilson(Array.from({ length: 180 }, (_, i) => Number(i % 3 > 0)));
    expect([low, high]).toEqual([expect.closeTo(independent.low, 12), expect.closeTo(independent.high, 12)]);
    expect(rightPairs([{ right: 6, pairs: 6 }, { right: 6, pairs: 6 }])).toMatchObject({ rate: 1, low: wilson([1, 1]).low });
  });
});

test('outcomes, variety and standard error', () => {
  expect([outcome(2, 1), outcome(1, 2), outcome(1, 1)]).toEqual([1, 0, 0.5]);
  expect(distinct(['a b a b', 'A c'], 1)).toBeCloseTo(3 / 6);
  expect(distinct(['a b a b', 'A c'], 2)).toBeCloseTo(3 / 4);
  expect(distinct([''], 2)).toBe(0);
  expect(standardError([1, 2, 3, 4])).toBeCloseTo(Math.sqrt(5 / 3 / 4));
});
