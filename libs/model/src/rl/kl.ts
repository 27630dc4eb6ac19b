import { at, mapMatrix, maskedMean, type Matrix } from './matrix.ts';

/** How beta, the weight of the KL penalty, is chosen. */
export type KlControl =
  | { readonly type: 'fixed' }
  /** lm-human-preferences: steers KL per answer towards `target`, over about `horizon` answers. */
  | { readonly type: 'adaptive'; readonly target: number; readonly horizon: number };

/**
 * Beta for the next batch, given the KL per answer (nats) measured over the last `episodes`
 * answers. Adaptive: `beta *= 1 + clip(KL / target - 1, -0.2, 0.2) * n / horizon`
 * (Ziegler et al. 2019, arXiv 1909.08593, section 2.2).
 */
export function nextBeta(control: KlControl, beta: number, kl: number, episodes: number): number {
  if (control.type === 'fixed') return beta;
  const error = Math.min(0.2, Math.max(-0.2, kl / control.target - 1));
  // A batch larger than the horizon counts as one of its size: beta would turn negative else.
  return beta * (1 + error * Math.min(1, episodes / control.horizon));
}

/**
 * KL(policy || reference) of each sampled answer in nats, (B): the unbiased k1 estimate
 * `sum log pi - log pi_ref`. A single answer's estimate may be negative, the expectation is not.
 */
export function klPerSequence(logProbs: Matrix, referenceLogProbs: Matrix, mask: Matrix): number[] {
  return mask.map((flags, row) =>
    flags.reduce((sum, flag, t) => (flag === 0 ? sum : sum + at(logProbs, row, t) - at(referenceLogProbs, row, t)), 0),
  );
}

/**
 * Mean KL(policy || reference) per token by the k3 estimate `r - 1 - log r`, r = pi_ref / pi: never
 * negative, of lower variance than k1 (Schulman, "Approximating KL divergence", 2020).
 */
export function klK3(logProbs: Matrix, referenceLogProbs: Matrix, mask: Matrix): number {
  const terms = mapMatrix(mask, (flag, row, t) => {
    if (flag === 0) return 0;
    const logRatio = at(referenceLogProbs, row, t) - at(logProbs, row, t);
    return Math.expm1(logRatio) - logRatio;
  });
  return maskedMean(terms, mask);
}

/** How far an update moved the policy: mean of `(log pi_new - log pi_old)^2 / 2` over real tokens. */
export function approxKlHalfSquare(logProbs: Matrix, oldLogProbs: Matrix, mask: Matrix): number {
  const terms = mapMatrix(mask, (flag, row, t) => (flag === 0 ? 0 : (at(logProbs, row, t) - at(oldLogProbs, row, t)) ** 2 / 2));
  return maskedMean(terms, mask);
}
