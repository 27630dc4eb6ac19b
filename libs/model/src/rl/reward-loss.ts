import * as tf from '@tensorflow/tfjs-core';

// The K-wise reward loss of InstructGPT (section 3.4, equation 1): all pairs of one prompt's K
// ranked answers, averaged; a batch is the mean over its prompts, so a prompt with many pairs
// weighs no more than one with few.

/** Pairs (better, worse) of answers by index; equal ranks are ties and give no pair. Rank 0 is best. */
export function rankedPairs(ranks: readonly number[]): [better: number, worse: number][] {
  const pairs: [number, number][] = [];
  ranks.forEach((a, i) =>
    ranks.forEach((b, j) => {
      if (a < b) pairs.push([i, j]);
    }),
  );
  return pairs;
}

export interface RewardLoss {
  loss: number;
  /** d loss / d rewards, (K). */
  gradient: number[];
  /** Pairs that are not ties. */
  pairs: number;
  /** Pairs in which the better answer has the higher reward. */
  correct: number;
  /** Mean of r_better - r_worse. */
  margin: number;
}

/** Loss of one prompt's K rewards in float64: mean over pairs of `-log sigmoid(r_better - r_worse)`. */
export function rewardLoss(rewards: readonly number[], ranks: readonly number[]): RewardLoss {
  const pairs = rankedPairs(ranks);
  const gradient = rewards.map(() => 0);
  let sum = 0;
  let correct = 0;
  let margin = 0;
  for (const [better, worse] of pairs) {
    const difference = (rewards[better] ?? Number.NaN) - (rewards[worse] ?? Number.NaN);
    sum += softplus(-difference);
    margin += difference;
    if (difference > 0) correct += 1;
    const slope = -1 / (1 + Math.exp(difference)) / pairs.length;
    gradient[better] = (gradient[better] ?? 0) + slope;
    gradient[worse] = (gradient[worse] ?? 0) - slope;
  }
  const count = Math.max(1, pairs.length);
  return { loss: sum / count, gradient, pairs: pairs.length, correct, margin: margin / count };
}

/**
 * The same on tensors for a batch of prompts, differentiable: `rewards` (N) holds the answers of
 * all prompts one after the other, `ranks` one array per prompt. Scalar: the sum of the prompts'
 * losses over `prompts` (by default the prompts that have a pair; with gradient accumulation those
 * of the whole batch). Without any pair the loss is 0.
 */
export function rewardLossTensor(rewards: tf.Tensor1D, ranks: readonly (readonly number[])[], prompts?: number): tf.Scalar {
  const groups = ranks.map(rankedPairs);
  const count = prompts ?? groups.filter((pairs) => pairs.length > 0).length;
  const rows: number[][] = [];
  const weights: number[] = [];
  let offset = 0;
  groups.forEach((pairs, group) => {
    for (const [better, worse] of pairs) {
      const row = Array.from({ length: rewards.shape[0] }, () => 0);
      row[offset + better] = 1;
      row[offset + worse] = -1;
      rows.push(row);
      weights.push(1 / pairs.length / count);
    }
    offset += ranks[group]?.length ?? 0;
  });
  if (rows.length === 0) return tf.tidy(() => tf.mul(tf.sum(rewards), 0));
  // A (P, N) matrix of +1 and -1 instead of two gathers: its gradient needs no scatter.
  return tf.tidy(() => {
    const differences = tf.reshape(tf.matMul(tf.tensor2d(rows), tf.reshape(rewards, [-1, 1])), [-1]);
    return tf.sum(tf.mul(tf.softplus(tf.neg(differences)), tf.tensor1d(weights)));
  });
}

/** log(1 + e^x) without overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
