import * as tf from '@tensorflow/tfjs-core';
import { softplus } from './reward-loss.ts';

// Direct preference optimisation, Rafailov et al. 2023, arXiv 2305.18290, equation 7.

export interface DpoInput {
  /** log pi of the whole answer: the sum over its tokens, (P). */
  chosen: readonly number[];
  rejected: readonly number[];
  /** The same under the frozen SFT model, (P). */
  referenceChosen: readonly number[];
  referenceRejected: readonly number[];
  beta: number;
}

export interface DpoLoss {
  loss: number;
  /** d loss / d chosen and d loss / d rejected, (P). */
  gradientChosen: number[];
  gradientRejected: number[];
  /** Implicit rewards beta * log(pi / pi_sft), (P). */
  rewardsChosen: number[];
  rewardsRejected: number[];
}

/** Mean over pairs of `-log sigmoid(reward_chosen - reward_rejected)` in float64. */
export function dpoLoss({ chosen, rejected, referenceChosen, referenceRejected, beta }: DpoInput): DpoLoss {
  const reward = (values: readonly number[], reference: readonly number[]): number[] =>
    values.map((value, index) => beta * (value - (reference[index] ?? Number.NaN)));
  const rewardsChosen = reward(chosen, referenceChosen);
  const rewardsRejected = reward(rejected, referenceRejected);
  const count = Math.max(1, chosen.length);
  const margins = rewardsChosen.map((value, index) => value - (rewardsRejected[index] ?? Number.NaN));
  const gradientChosen = margins.map((margin) => -beta / (1 + Math.exp(margin)) / count);
  return {
    loss: margins.reduce((sum, margin) => sum + softplus(-margin), 0) / count,
    gradientChosen,
    gradientRejected: gradientChosen.map((slope) => -slope),
    rewardsChosen,
    rewardsRejected,
  };
}

export interface DpoTensors {
  /** (P) each. */
  chosen: tf.Tensor1D;
  rejected: tf.Tensor1D;
  referenceChosen: tf.Tensor1D;
  referenceRejected: tf.Tensor1D;
  beta: number;
  /** What the sum over pairs is divided by; by default the pairs of this batch. */
  pairs?: number;
}

/** The same on tensors, differentiable with respect to `chosen` and `rejected`. */
export function dpoLossTensor({ chosen, rejected, referenceChosen, referenceRejected, beta, pairs }: DpoTensors): tf.Scalar {
  return tf.tidy(() => {
    const logRatios = tf.sub(tf.sub(chosen, referenceChosen), tf.sub(rejected, referenceRejected));
    return tf.div(tf.sum(tf.softplus(tf.mul(logRatios, -beta))), pairs ?? chosen.shape[0]);
  });
}
