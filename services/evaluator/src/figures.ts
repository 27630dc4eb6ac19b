/** A share and its 95 % interval. */
export interface Interval {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

const z = 1.959964;

/**
 * Wilson's score interval for a mean of outcomes between 0 and 1. Unlike a bootstrap it is not empty
 * when all outcomes are the same; with ties counted as 0.5 it is wider than need be, never narrower.
 */
export function wilson(outcomes: readonly number[]): Interval {
  const n = outcomes.length;
  if (n === 0) return { rate: Number.NaN, low: 0, high: 1 };
  const rate = mean(outcomes);
  const centre = (rate + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((rate * (1 - rate)) / n + (z * z) / (4 * n * n));
  return { rate, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** 1 when a is better, 0 when b is, 0.5 for a tie. */
export function outcome(a: number, b: number): number {
  return Math.abs(a - b) < 1e-9 ? 0.5 : a > b ? 1 : 0;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function standardError(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length - 1) / values.length);
}

/** Different runs of n words as a share of all of them, over all texts together (Li et al. 2016). */
export function distinct(texts: readonly string[], n: number): number {
  const seen = new Set<string>();
  let all = 0;
  for (const text of texts) {
    const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    for (let i = 0; i + n <= words.length; i += 1) {
      seen.add(words.slice(i, i + n).join(' '));
      all += 1;
    }
  }
  return all === 0 ? 0 : seen.size / all;
}
