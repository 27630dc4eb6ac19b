import { kendallTau, rankedPairs } from '@minchat/model';
import type { Metrics } from '@minchat/stage';

/** Rewards that a model gave to one prompt's answers, and the labeler's ranks of them (0 is best). */
export interface Ranked {
  readonly rewards: readonly number[];
  readonly ranks: readonly number[];
}

/** Means over the pairs and answers of all comparisons; NaN-free, {} without any pair. */
export function rankingMetrics(comparisons: readonly Ranked[]): Metrics {
  let pairs = 0;
  let correct = 0;
  let margin = 0;
  const rewards: number[] = [];
  const taus: number[] = [];
  for (const { rewards: values, ranks } of comparisons) {
    for (const [better, worse] of rankedPairs(ranks)) {
      const difference = (values[better] ?? 0) - (values[worse] ?? 0);
      pairs += 1;
      correct += difference > 0 ? 1 : 0;
      margin += difference;
    }
    rewards.push(...values);
    const tau = kendallTau(values, ranks);
    if (tau !== undefined) taus.push(tau);
  }
  if (pairs === 0) return {};
  return {
    accuracy: correct / pairs,
    margin: margin / pairs,
    mean_reward: mean(rewards),
    min_reward: rewards.reduce((least, value) => Math.min(least, value), Infinity),
    max_reward: rewards.reduce((most, value) => Math.max(most, value), -Infinity),
    ...(taus.length > 0 && { kendall_tau: mean(taus) }),
  };
}

/** Accuracy by the number of answers that were ranked together: `accuracy_k4`, ... */
export function accuracyByK(comparisons: readonly Ranked[]): Metrics {
  const groups = Map.groupBy(comparisons, ({ ranks }) => ranks.length);
  const result: Record<string, number> = {};
  for (const [k, group] of [...groups].sort(([a], [b]) => a - b)) {
    const accuracy = rankingMetrics(group)['accuracy'];
    if (accuracy !== undefined) result[`accuracy_k${k}`] = accuracy;
  }
  return result;
}

/** Pairs whose predicted preference lies between `from` and `to`. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly pairs: number;
  /** Mean of sigmoid(r_a - r_b), a being the answer that the model prefers. */
  readonly predicted: number;
  /** How often labelers preferred a, too. */
  readonly observed: number;
}

const binCount = 8;

/** Predicted against observed preference in bins from 0.5 to 1; empty bins are left out. */
export function calibration(comparisons: readonly Ranked[]): CalibrationBin[] {
  const sums = Array.from({ length: binCount }, () => ({ pairs: 0, predicted: 0, observed: 0 }));
  for (const { rewards, ranks } of comparisons) {
    for (const [better, worse] of rankedPairs(ranks)) {
      const difference = (rewards[better] ?? 0) - (rewards[worse] ?? 0);
      const predicted = 1 / (1 + Math.exp(-Math.abs(difference)));
      const bin = sums[Math.min(binCount - 1, Math.floor((predicted - 0.5) * 2 * binCount))];
      if (!bin) continue;
      bin.pairs += 1;
      bin.predicted += predicted;
      bin.observed += difference > 0 ? 1 : 0;
    }
  }
  return sums.flatMap(({ pairs, predicted, observed }, index) =>
    pairs === 0
      ? []
      : [{ from: 0.5 + index / (2 * binCount), to: 0.5 + (index + 1) / (2 * binCount), pairs, predicted: predicted / pairs, observed: observed / pairs }],
  );
}

/** Expected calibration error: the bins' |predicted - observed|, weighted by their pairs. */
export function calibrationError(bins: readonly CalibrationBin[]): number {
  const pairs = bins.reduce((sum, bin) => sum + bin.pairs, 0);
  return bins.reduce((sum, bin) => sum + Math.abs(bin.predicted - bin.observed) * bin.pairs, 0) / Math.max(1, pairs);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
