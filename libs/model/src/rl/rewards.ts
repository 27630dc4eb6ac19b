import { at, type Matrix } from './matrix.ts';

export interface RewardInput {
  /** log pi(token) under the policy that wrote the answers, (B, T). */
  logProbs: Matrix;
  /** log pi(token) under the frozen SFT model, (B, T). */
  referenceLogProbs: Matrix;
  mask: Matrix;
  /** The reward model's score of each answer, (B). */
  scores: readonly number[];
  /** Weight of the KL penalty. */
  beta: number;
}

/**
 * Reward per token, (B, T): `-beta * (log pi - log pi_sft)`, and the score added at the answer's
 * last real token. Padding gets 0. InstructGPT section 3.5, equation 2; lm-human-preferences.
 */
export function perTokenRewards({ logProbs, referenceLogProbs, mask, scores, beta }: RewardInput): number[][] {
  return mask.map((flags, row) => {
    const last = flags.lastIndexOf(1);
    return flags.map((flag, column) => {
      if (flag === 0) return 0;
      const penalty = -beta * (at(logProbs, row, column) - at(referenceLogProbs, row, column));
      return column === last ? penalty + (scores[row] ?? Number.NaN) : penalty;
    });
  });
}

/** What makes raw scores mean 0 and sd 1: `normalised = (score - mean) / sd`. */
export interface ScoreNormalisation {
  mean: number;
  sd: number;
}

/**
 * The normalisation that makes these scores mean 0 and (population) sd 1, as
 * lm-human-preferences does before PPO on samples of the starting policy. Scores that are all
 * alike keep their scale: sd 1.
 */
export function scoreNormalisation(scores: readonly number[]): ScoreNormalisation {
  const mean = scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / Math.max(1, scores.length);
  const sd = Math.sqrt(variance);
  return { mean, sd: sd > 1e-8 ? sd : 1 };
}
