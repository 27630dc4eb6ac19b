import { kendallTau, rankedPairs } from '@minchat/model';
import { mean } from './figures.ts';

/** One prompt's answers: what the reward model gave them, and a labeler's ranks (0 is best). */
export interface Ranked {
  readonly rewards: readonly number[];
  readonly ranks: readonly number[];
}

/** Pairs whose predicted preference lies between `from` and `to`. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly pairs: number;
  /** Mean of sigmoid(r_a - r_b), a being the answer that the reward model prefers. */
  readonly predicted: number;
  /** How often the labelers preferred a, too. */
  readonly observed: number;
}

export interface RankingFigures {
  readonly accuracy: number;
  readonly pairs: number;
  readonly kendallTau?: number;
  readonly calibrationError: number;
  readonly calibration: readonly CalibrationBin[];
}

/** How well rewards follow rankings, over all pairs that are not ranked equal; undefined without one. */
export function rankingFigures(comparisons: readonly Ranked[], bins = 8): RankingFigures | undefined {
  const pairs = comparisons.flatMap(({ rewards, ranks }) =>
    rankedPairs(ranks).map(([better, worse]) => {
      const margin = (rewards[better] ?? Number.NaN) - (rewards[worse] ?? Number.NaN);
      return { predicted: 1 / (1 + Math.exp(-Math.abs(margin))), right: margin > 0 ? 1 : margin === 0 ? 0.5 : 0 };
    }),
  );
  if (pairs.length === 0) return undefined;
  const binOf = (predicted: number): number => Math.min(bins - 1, Math.floor((predicted - 0.5) * 2 * bins));
  const groups = Map.groupBy(pairs, ({ predicted }) => binOf(predicted));
  const calibration = [...groups]
    .toSorted(([a], [b]) => a - b)
    .map(([bin, members]): CalibrationBin => ({
      from: 0.5 + bin / (2 * bins),
      to: 0.5 + (bin + 1) / (2 * bins),
      pairs: members.length,
      predicted: mean(members.map(({ predicted }) => predicted)),
      observed: mean(members.map(({ right }) => right)),
    }));
  const taus = comparisons.map(({ rewards, ranks }) => kendallTau(rewards, ranks)).filter((tau) => tau !== undefined);
  return {
    accuracy: mean(pairs.map(({ right }) => right)),
    pairs: pairs.length,
    ...(taus.length > 0 ? { kendallTau: mean(taus) } : {}),
    calibrationError: calibration.reduce((sum, bin) => sum + Math.abs(bin.predicted - bin.observed) * bin.pairs, 0) / pairs.length,
    calibration,
  };
}
