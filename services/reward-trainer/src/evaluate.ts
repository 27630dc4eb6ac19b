import type { Model } from '@minchat/model';
import type { Metrics } from '@minchat/stage';
import { accuracyByK, calibration, calibrationError, rankingMetrics, scoreExamples, type CalibrationBin } from '@minchat/training';
import type { Comparison } from './comparisons.ts';
import { groupRewards } from './step.ts';

export interface RewardEvaluation {
  /** Under `eval_` names; empty without comparisons. */
  readonly metrics: Metrics;
  readonly calibration: readonly CalibrationBin[];
}

/**
 * Metrics on comparisons that were not trained on. `figures` are those of the dataset: the noise
 * ceiling and the labelers' agreement are put beside the accuracy they bound.
 */
export async function evaluateReward(
  model: Model,
  comparisons: readonly Comparison[],
  figures: Readonly<Record<string, number>>,
): Promise<RewardEvaluation> {
  const rewards = await scoreExamples(model, comparisons.flatMap(({ answers }) => answers));
  const ranked = groupRewards(comparisons, rewards);
  const overall = rankingMetrics(ranked);
  if (overall['accuracy'] === undefined) return { metrics: {}, calibration: [] };
  const bins = calibration(ranked);
  const metrics: Record<string, number> = { calibration_error: calibrationError(bins), ...overall, ...accuracyByK(ranked) };
  const ceiling = figures['noise_ceiling'];
  const agreement = figures['labeler_agreement'];
  if (ceiling !== undefined) {
    metrics['noise_ceiling'] = ceiling;
    if (ceiling > 0) metrics['accuracy_of_ceiling'] = overall['accuracy'] / ceiling;
  }
  if (agreement !== undefined) metrics['labeler_agreement'] = agreement;
  return { metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`eval_${name}`, value])), calibration: bins };
}
