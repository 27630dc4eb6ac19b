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
  return outcomes.length === 0 ? { rate: Number.NaN, low: 0, high: 1 } : interval(mean(outcomes), outcomes.length);
}

/** How many of one prompt's pairs are right. */
export interface PairsRight {
  readonly right: number;
  readonly pairs: number;
}

/**
 * The share of all pairs that is right, and Wilson's interval. The pairs of a prompt have answers in common and are
 * right or wrong together: they count as so many independent ones as give the variance between prompts (the
 * cluster-robust one), or as the prompts where all are right or all are wrong.
 */
export function rightPairs(prompts: readonly PairsRight[]): Interval {
  const pairs = sum(prompts.map((prompt) => prompt.pairs));
  const rate = sum(prompts.map(({ right }) => right)) / pairs;
  const variance = sum(prompts.map((prompt) => (prompt.right - rate * prompt.pairs) ** 2)) / pairs ** 2;
  const independent = rate === 0 || rate === 1 ? prompts.length : (rate * (1 - rate)) / variance;
  return interval(rate, Math.min(pairs, independent));
}

function interval(rate: number, n: number): Interval {
  const centre = (rate + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((rate * (1 - rate)) / n + (z * z) / (4 * n * n));
  return { rate, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** 1 when a is better, 0 when b is, 0.5 for a tie. */
export function outcome(a: number, b: number): number {
  return Math.abs(a - b) < 1e-9 ? 0.5 : a > b ? 1 : 0;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

export function standardError(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - centre) ** 2)) / Math.max(1, values.length - 1) / values.length);
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
