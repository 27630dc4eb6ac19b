import type { Logger } from '@minchat/telemetry';
import type { PolicyUpdate } from './policy-update.ts';
import { mean } from './statistics.ts';

/** The first ratio may differ from 1 by so much: more means that rollouts and training disagree. */
export const firstRatioTolerance = 1e-3;

/** Metrics of an iteration's policy updates under TRL's names; the first update's ratios are still those of the sampling policy. */
export function policyMetrics(updates: readonly PolicyUpdate[]): Record<string, number> {
  const average = (read: (update: PolicyUpdate) => number): number => mean(updates.map(read));
  const withPtx = updates.some(({ ptxLoss }) => ptxLoss !== undefined);
  return {
    'policy/approxkl_avg': average((update) => update.approxKl),
    'policy/clipfrac_avg': average((update) => update.clipFraction),
    'policy/entropy_avg': average((update) => update.entropy),
    'policy/grad_norm': average((update) => update.gradNorm),
    'loss/policy_avg': average((update) => update.loss),
    ...(withPtx ? { 'loss/ptx_avg': average((update) => update.ptxLoss ?? 0) } : {}),
    'val/ratio': average((update) => update.ratioMean),
    'val/ratio_var': average((update) => update.ratioVariance),
    'val/first_ratio_error': updates[0]?.ratioError ?? 0,
  };
}

/** Warns when the first update's ratios are not 1: PPO would then learn from noise. */
export function checkFirstRatio(log: Logger, updates: readonly PolicyUpdate[]): void {
  const error = updates[0]?.ratioError ?? 0;
  if (error <= firstRatioTolerance) return;
  log.warn(
    { firstRatioError: error },
    `expected the first PPO ratio to be 1 within ${firstRatioTolerance}, found it off by ${error.toExponential(2)}: sampling and training compute different log-probabilities`,
  );
}
