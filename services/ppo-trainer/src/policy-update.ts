import { approxKlHalfSquare, fullMask, maskCount, maskedMean, ppoPolicyLoss, type AdamW, type Matrix, type Model } from '@minchat/model';
import { splitBatch, sumGradients, type LmPass, type TokenBatch } from '@minchat/training';
import { stepWith } from './actor.ts';
import type { Episode } from './episodes.ts';
import { ragged, runPass, type PolicyPass } from './passes.ts';

/** One minibatch of an update: per-answer arrays of one length. */
export interface PolicyMinibatch {
  readonly episodes: readonly Episode[];
  /** Advantage of every answer token. */
  readonly advantages: Matrix;
  /** Adds `coefficient` times the KL to the reference to the loss (GRPO). */
  readonly klInLoss?: { readonly referenceLogProbs: Matrix; readonly coefficient: number };
  /** Adds `coefficient` times the pretraining loss (PPO-ptx). */
  readonly ptx?: { readonly batch: TokenBatch; readonly coefficient: number };
}

export interface PolicyLossOptions {
  readonly clip: number;
  readonly temperature: number;
  /** Passes that the minibatch is cut into. */
  readonly gradientAccumulation: number;
  /** Any valid token id. */
  readonly pad: number;
}

export interface PolicyUpdateOptions extends PolicyLossOptions {
  readonly policy: Model;
  readonly optimizer: AdamW;
  readonly learningRate: number;
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
  const { episodes, advantages, ptx } = minibatch;
  const own = policyPasses(minibatch, options);
  const { grads, results } = await sumGradients(options.policy, [...own, ...(ptx ? ptxPasses(ptx, options.gradientAccumulation) : [])], runPass);
  const gradNorm = await stepWith(options.optimizer, grads, options.learningRate);

  const logProbs: number[][] = [];
  const entropy: number[][] = [];
  own.forEach((pass, index) => {
    const values = results[index]?.values ?? new Float32Array();
    logProbs.push(...ragged(values.subarray(0, values.length / 2), pass.episodes));
    entropy.push(...ragged(values.subarray(values.length / 2), pass.episodes));
  });
  const sum = (passes: typeof results): number => passes.reduce((total, { loss }) => total + loss, 0);
  const oldLogProbs = episodes.map((episode) => episode.logProbs);
  const mask = fullMask(oldLogProbs);
  // The float64 oracle on the same numbers gives the statistics.
  const ppo = ppoPolicyLoss({ logProbs, oldLogProbs, advantages, mask, clip: options.clip });
  return {
    loss: sum(results.slice(0, own.length)),
    clipFraction: ppo.clipFraction,
    approxKl: approxKlHalfSquare(logProbs, oldLogProbs, mask),
    entropy: maskedMean(entropy, mask),
    ratioMean: ppo.ratioMean,
    ratioVariance: ppo.ratioVariance,
    ratioError: logProbs.reduce((worst, row, i) => row.reduce((most, value, t) => Math.max(most, Math.abs(Math.expm1(value - (oldLogProbs[i]?.[t] ?? 0)))), worst), 0),
    gradNorm,
    ptxLoss: ptx && sum(results.slice(own.length)) / ptx.coefficient,
  };
}

/** The minibatch cut into passes whose gradients add up to that of the mean over its answer tokens. */
export function policyPasses({ episodes, advantages, klInLoss }: PolicyMinibatch, options: PolicyLossOptions): PolicyPass[] {
  const { clip, temperature, gradientAccumulation, pad } = options;
  const tokens = maskCount(fullMask(advantages));
  return chunks(episodes.length, gradientAccumulation).map(([from, to]) => ({
    kind: 'policy',
    episodes: episodes.slice(from, to),
    advantages: advantages.slice(from, to),
    tokens,
    clip,
    temperature,
    pad,
    klInLoss: klInLoss && { ...klInLoss, referenceLogProbs: klInLoss.referenceLogProbs.slice(from, to) },
  }));
}

/** Passes whose gradients add up to `coefficient` times that of the mean cross-entropy on the batch. */
export function ptxPasses({ batch, coefficient }: NonNullable<PolicyMinibatch['ptx']>, gradientAccumulation: number): LmPass[] {
  return splitBatch(batch, Math.ceil(batch.rows / gradientAccumulation)).map((part) => ({
    kind: 'lm',
    batch: part,
    weightSum: batch.weightSum / coefficient,
    dropout: undefined,
  }));
}

/** [from, to) of so many parts of about the same size. */
export function chunks(count: number, parts: number): [from: number, to: number][] {
  const size = Math.ceil(count / parts);
  return Array.from({ length: Math.ceil(count / size) }, (_, index) => [index * size, Math.min(count, (index + 1) * size)]);
}
