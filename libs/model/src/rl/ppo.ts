import { at, mapMatrix, maskCount, maskedMean, maskedVariance, type Matrix } from './matrix.ts';

// PPO's losses in float64 on plain arrays: the oracle that the tensor functions (ppo-tensors.ts)
// are tested against. Schulman et al. 2017, arXiv 1707.06347; value clip as in
// lm-human-preferences. Losses are means over the real tokens of the whole minibatch.

export interface PolicyLossInput {
  /** Under the policy being trained, (B, T). */
  logProbs: Matrix;
  /** Under the policy that wrote the answers, (B, T). */
  oldLogProbs: Matrix;
  advantages: Matrix;
  mask: Matrix;
  /** The ratio pi / pi_old is clipped to [1 - clip, 1 + clip]. */
  clip: number;
}

export interface PolicyLoss {
  loss: number;
  /** d loss / d logProbs, (B, T). */
  gradient: number[][];
  /** Share of real tokens whose ratio lies outside [1 - clip, 1 + clip]. */
  clipFraction: number;
  /** Mean and population variance of the ratio. */
  ratioMean: number;
  ratioVariance: number;
}

/** Mean over real tokens of `max(-A * ratio, -A * clip(ratio))`. */
export function ppoPolicyLoss({ logProbs, oldLogProbs, advantages, mask, clip }: PolicyLossInput): PolicyLoss {
  const count = Math.max(1, maskCount(mask));
  const ratios = mapMatrix(mask, (flag, row, t) => (flag === 0 ? 0 : Math.exp(at(logProbs, row, t) - at(oldLogProbs, row, t))));
  let sum = 0;
  let clipped = 0;
  const gradient = mapMatrix(mask, (flag, row, t) => {
    if (flag === 0) return 0;
    const advantage = at(advantages, row, t);
    const ratio = at(ratios, row, t);
    const free = -advantage * ratio;
    const bounded = -advantage * Math.min(1 + clip, Math.max(1 - clip, ratio));
    sum += Math.max(free, bounded);
    if (Math.abs(ratio - 1) > clip) clipped += 1;
    return bounded > free ? 0 : free / count; // the clipped term is constant
  });
  return {
    loss: sum / count,
    gradient,
    clipFraction: clipped / count,
    ratioMean: maskedMean(ratios, mask),
    ratioVariance: maskedVariance(ratios, mask),
  };
}

export interface ValueLossInput {
  /** Of the value network being trained, (B, T). */
  values: Matrix;
  /** At rollout time, (B, T). */
  oldValues: Matrix;
  returns: Matrix;
  mask: Matrix;
  /** The new value is clipped to oldValue +- clip. */
  clip: number;
}

export interface ValueLoss {
  loss: number;
  /** d loss / d values, (B, T). */
  gradient: number[][];
  /** Share of real tokens whose clipped error was the one that counted. */
  clipFraction: number;
}

/** Mean over real tokens of `max((V - R)^2, (clip(V) - R)^2) / 2`. */
export function ppoValueLoss({ values, oldValues, returns, mask, clip }: ValueLossInput): ValueLoss {
  const count = Math.max(1, maskCount(mask));
  let sum = 0;
  let clipped = 0;
  const gradient = mapMatrix(mask, (flag, row, t) => {
    if (flag === 0) return 0;
    const target = at(returns, row, t);
    const old = at(oldValues, row, t);
    const error = at(values, row, t) - target;
    const bounded = Math.min(old + clip, Math.max(old - clip, at(values, row, t))) - target;
    sum += Math.max(error ** 2, bounded ** 2) / 2;
    if (bounded ** 2 > error ** 2) {
      clipped += 1;
      return 0;
    }
    return error / count;
  });
  return { loss: sum / count, gradient, clipFraction: clipped / count };
}

/**
 * Share of the returns' variance that the values explain: `1 - var(R - V) / var(R)`; 1 is perfect,
 * 0 as good as a constant, below 0 worse. 0 when the returns do not vary.
 */
export function explainedVariance(values: Matrix, returns: Matrix, mask: Matrix): number {
  const total = maskedVariance(returns, mask);
  if (total < 1e-12) return 0;
  const errors = mapMatrix(mask, (flag, row, t) => (flag === 0 ? 0 : at(returns, row, t) - at(values, row, t)));
  return 1 - maskedVariance(errors, mask) / total;
}
