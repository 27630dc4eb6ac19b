import fc from 'fast-check';
import { expect, test } from 'vitest';
import { agreementOf, agreementWithOthers, goldScore, kendallTau, krippendorffAlpha } from './agreement.ts';

test('tau-b: the example of scipy.stats.kendalltau, and what can be seen by hand', () => {
  expect(kendallTau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0])).toBeCloseTo(-0.471_404_520_791_031_7, 12);
  expect(kendallTau([0, 1, 2, 3], [0, 1, 2, 3])).toBe(1);
  expect(kendallTau([0, 1, 2, 3], [3, 2, 1, 0])).toBe(-1);
  // Five pairs alike, one contrariwise: (5 - 1) / 6.
  expect(kendallTau([0, 1, 2, 3], [0, 1, 3, 2])).toBeCloseTo(4 / 6, 12);
  // Three pairs; one tied in the second: 2 / sqrt(3 * 2).
  expect(kendallTau([0, 1, 2], [0, 1, 1])).toBeCloseTo(2 / Math.sqrt(6), 12);
  expect(kendallTau([0, 1], [0, 0])).toBeUndefined();
});

// Krippendorff (2011), section C: four observers, twelve units, with values missing.
const observers = [
  [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
  [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
  [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
  [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
];
const units = Array.from({ length: 12 }, (_, unit) => observers.map((row) => row[unit] ?? 0).filter((value) => value !== 0));

test('alpha: the published example gives 0.815 for ordinal values', () => {
  expect(krippendorffAlpha(units)).toBeCloseTo(0.815, 3);
});

test('alpha: by hand', () => {
  // Two observers, two units, contrariwise: n = 4, n_0 = n_1 = 2, o_01 = 2, d = 2, so 1 - 3 * 2 / 4.
  expect(krippendorffAlpha([[0, 1], [1, 0]])).toBeCloseTo(-0.5, 12);
  expect(krippendorffAlpha([[0, 0], [1, 1], [2, 2]])).toBe(1);
  expect(krippendorffAlpha([[1, 1], [1, 1]])).toBeUndefined();
  expect(krippendorffAlpha([[1], [2]])).toBeUndefined();
});

test('only the order counts', () => {
  const ranking = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(ranking, ranking, (a, b) => {
      const stretched = (ranks: number[]): number[] => ranks.map((rank) => rank ** 3 + 7);
      expect(kendallTau(stretched(a), b)).toBe(kendallTau(a, b));
      expect(kendallTau(b, a)).toBe(kendallTau(a, b));
      const alpha = krippendorffAlpha(a.map((rank, i) => [rank, b[i] ?? 0]));
      const same = krippendorffAlpha(stretched(a).map((rank, i) => [rank, stretched(b)[i] ?? 0]));
      if (alpha === undefined) expect(same).toBeUndefined();
      else expect(same).toBeCloseTo(alpha, 10);
    }),
    { seed: 1 },
  );
});

test('gold: pairs ordered as known, a tie counts one half, known ties not at all', () => {
  expect(goldScore([0, 1, 2], [0, 1, 2])).toBe(1);
  expect(goldScore([0, 1, 2], [2, 1, 0])).toBe(0);
  expect(goldScore([0, 1, 2], [0, 0, 1])).toBeCloseTo(2.5 / 3, 12);
  expect(goldScore([0, 0, 1], [5, 1, 6])).toBe(1);
  expect(goldScore([0, 0], [0, 1])).toBeUndefined();
});

test('per labeler, per task and overall', () => {
  const of = (asked: string, labelerId: string, ranks: number[]) => ({ asked, labelerId, ranks });
  const rankings = [of('a', 'ann', [0, 1, 2]), of('a', 'ben', [0, 1, 2]), of('a', 'eve', [2, 1, 0]), of('b', 'ann', [0, 1]), of('b', 'ben', [0, 1]), of('c', 'ann', [1, 0])];
  expect(agreementOf(rankings).tau).toEqual({ value: (1 - 1 - 1 + 1) / 4, count: 4 });
  expect(agreementWithOthers(rankings, 'eve').tau).toEqual({ value: -1, count: 2 });
  expect(agreementWithOthers(rankings, 'ann').tau).toEqual({ value: (1 - 1 + 1) / 3, count: 3 });
  expect(agreementOf(rankings.filter((one) => one.asked === 'b')).alpha).toEqual({ value: 1, count: 2 });
  expect(agreementOf(rankings.filter((one) => one.asked === 'c'))).toEqual({ tau: undefined, alpha: undefined });
});
