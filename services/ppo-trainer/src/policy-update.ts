import * as tf from '@tensorflow/tfjs-core';
import {
  approxKlHalfSquare,
  fullMask,
  GradientAccumulator,
  lmLoss,
  maskCount,
  maskedMean,
  ppoPolicyLoss,
  ppoPolicyLossTensor,
  tokenLogProbs,
  valueAndGrads,
  type AdamW,
  type Matrix,
  type Model,
} from '@minchat/model';
import { batchTensors, splitBatch, type TokenBatch } from '@minchat/training';
import { stepWith } from './actor.ts';
import { answerRows, packEpisodes, padRows, type Episode } from './episodes.ts';

/** One minibatch of an update: per-answer arrays of one length. */
export interface PolicyMinibatch {
  readonly episodes: readonly Episode[];
  /** Advantage of every answer token. */
  readonly advantages: Matrix;
  /** Adds `coefficient` times the k3 estimate of KL(policy || reference) to the loss (GRPO). */
  readonly klInLoss?: { readonly referenceLogProbs: Matrix; readonly coefficient: number };
  /** Adds `coefficient` times the pretraining loss (PPO-ptx). */
  readonly ptx?: { readonly batch: TokenBatch; readonly coefficient: number };
}

export interface PolicyUpdateOptions {
  readonly policy: Model;
  readonly optimizer: AdamW;
  readonly learningRate: number;
  readonly clip: number;
  readonly temperature: number;
  /** Passes that the minibatch is cut into. */
  readonly gradientAccumulation: number;
  /** Any valid token id. */
  readonly pad: number;
}

export interface PolicyUpdate {
  readonly loss: number;
  readonly clipFraction: number;
  /** Mean of (log ratio)^2 / 2. */
  readonly approxKl: number;
  /** Mean entropy of the policy per answer token. */
  readonly entropy: number;
  readonly ratioMean: number;
  readonly ratioVariance: number;
  /** Largest |ratio - 1|. */
  readonly ratioError: number;
  /** Before clipping. */
  readonly gradNorm: number;
  /** Cross-entropy on the pretraining text; undefined without PPO-ptx. */
  readonly ptxLoss: number | undefined;
}

/**
 * One optimizer step on the policy: the clipped PPO loss averaged over all answer tokens of the
 * minibatch and, with PPO-ptx, `gamma` times the pretraining loss (InstructGPT equation 2). All
 * gradients go into one accumulation buffer and one optimizer step.
 */
export async function updatePolicy(minibatch: PolicyMinibatch, options: PolicyUpdateOptions): Promise<PolicyUpdate> {
  const accumulator = new GradientAccumulator();
  const { logProbs, entropy, loss } = await policyGradient(accumulator, minibatch, options);
  const ptxLoss = minibatch.ptx ? await ptxGradient(accumulator, minibatch.ptx, options) : undefined;
  const gradNorm = await stepWith(options.optimizer, accumulator, options.learningRate);
  const oldLogProbs = minibatch.episodes.map((episode) => episode.logProbs);
  const mask = fullMask(oldLogProbs);
  // The float64 oracle on the same numbers gives the statistics.
  const ppo = ppoPolicyLoss({ logProbs, oldLogProbs, advantages: minibatch.advantages, mask, clip: options.clip });
  const ratioError = Math.max(...logProbs.flatMap((row, i) => row.map((value, t) => Math.abs(Math.expm1(value - (oldLogProbs[i]?.[t] ?? 0))))));
  return {
    loss,
    clipFraction: ppo.clipFraction,
    approxKl: approxKlHalfSquare(logProbs, oldLogProbs, mask),
    entropy: maskedMean(entropy, mask),
    ratioMean: ppo.ratioMean,
    ratioVariance: ppo.ratioVariance,
    ratioError,
    gradNorm,
    ptxLoss,
  };
}

/** Adds the gradient of the PPO loss; returns the loss and what the forward passes computed. */
export async function policyGradient(
  accumulator: GradientAccumulator,
  { episodes, advantages, klInLoss }: PolicyMinibatch,
  { policy, clip, temperature, gradientAccumulation, pad }: Omit<PolicyUpdateOptions, 'optimizer' | 'learningRate'>,
): Promise<{ loss: number; logProbs: number[][]; entropy: number[][] }> {
  const tokens = maskCount(fullMask(advantages));
  const rows = Math.ceil(episodes.length / gradientAccumulation);
  const logProbs: number[][] = [];
  const entropy: number[][] = [];
  let loss = 0;
  for (let at = 0; at < episodes.length; at += rows) {
    const chunk = episodes.slice(at, at + rows);
    const batch = packEpisodes(chunk, { pad, limit: policy.config.n_positions });
    const inputs = {
      oldLogProbs: padRows(chunk.map((episode) => episode.logProbs), batch.width),
      advantages: padRows(advantages.slice(at, at + rows), batch.width),
      mask: padRows(fullMask(advantages.slice(at, at + rows)), batch.width),
      reference: padRows(klInLoss?.referenceLogProbs.slice(at, at + rows) ?? [], batch.width),
    };
    const { value, grads, aux } = valueAndGrads(policy.parameters, () => {
      const forward = tokenLogProbs(policy, batch.tokens, batch.start, batch.from, temperature);
      const ppo = ppoPolicyLossTensor({ ...inputs, logProbs: forward.logprobs, clip, tokens });
      const total = klInLoss
        ? tf.add<tf.Scalar>(ppo, tf.mul(klInLoss.coefficient / tokens, k3Sum(forward.logprobs, inputs.reference, inputs.mask)))
        : ppo;
      return { loss: total, aux: { logprobs: forward.logprobs, entropy: forward.entropy } };
    });
    accumulator.add(grads);
    loss += (await value.data())[0] ?? Number.NaN;
    logProbs.push(...(await answerRows(aux.logprobs, chunk)));
    entropy.push(...(await answerRows(aux.entropy, chunk)));
    tf.dispose([value, aux, inputs, batch.tokens, batch.start]);
  }
  return { loss, logProbs, entropy };
}

/** Sum over real tokens of `r - 1 - log r`, r = pi_ref / pi, differentiable. */
function k3Sum(logProbs: tf.Tensor2D, reference: tf.Tensor2D, mask: tf.Tensor2D): tf.Scalar {
  const logRatio = tf.mul(tf.sub(reference, logProbs), mask);
  return tf.sum(tf.sub(tf.expm1(logRatio), logRatio));
}

/** Adds `coefficient` times the gradient of the mean cross-entropy on the batch; returns that mean. */
export async function ptxGradient(
  accumulator: GradientAccumulator,
  { batch, coefficient }: NonNullable<PolicyMinibatch['ptx']>,
  { policy, gradientAccumulation }: Pick<PolicyUpdateOptions, 'policy' | 'gradientAccumulation'>,
): Promise<number> {
  let mean = 0;
  for (const part of splitBatch(batch, Math.ceil(batch.rows / gradientAccumulation))) {
    const share = part.weightSum / batch.weightSum;
    const { tokens, start, targets, weights } = batchTensors(part);
    const { value, grads } = valueAndGrads(policy.parameters, () => lmLoss(policy, tokens, start, targets, weights));
    accumulator.add(grads, coefficient * share);
    mean += ((await value.data())[0] ?? Number.NaN) * share;
    tf.dispose([value, tokens, start, targets, weights]);
  }
  return mean;
}
