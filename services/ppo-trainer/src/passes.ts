import * as tf from '@tensorflow/tfjs-core';
import { fullMask, ppoPolicyLossTensor, ppoValueLossTensor, tokenLogProbs, valueAndGrads, type Gradients, type Matrix, type Model } from '@minchat/model';
import { runPass as runStandardPass, type LmPass, type PassResult } from '@minchat/training';
import { answerValueTensor, packEpisodes, padRows, type Episode } from './episodes.ts';

// Forward and backward passes of PPO, described by plain data. Matrices are ragged: one number per answer
// token.

interface EpisodePass {
  readonly episodes: readonly Episode[];
  /** Answer tokens of the whole minibatch: what sums are divided by, so that passes add up. */
  readonly tokens: number;
  /** Any valid token id. */
  readonly pad: number;
}

/** The clipped PPO loss. Values: log pi of every answer token, then the entropy at every answer token. */
export interface PolicyPass extends EpisodePass {
  readonly kind: 'policy';
  readonly advantages: Matrix;
  readonly clip: number;
  readonly temperature: number;
  /** Adds `coefficient` times the k3 estimate of KL(policy || reference) to the loss (GRPO). */
  readonly klInLoss: { readonly referenceLogProbs: Matrix; readonly coefficient: number } | undefined;
}

/** The clipped value loss times `coefficient`. Values: the value before every answer token. */
export interface ValuePass extends EpisodePass {
  readonly kind: 'value';
  /** At rollout time. */
  readonly oldValues: Matrix;
  readonly returns: Matrix;
  readonly clip: number;
  readonly coefficient: number;
}

/** `lm` is the pretraining loss of PPO-ptx. */
export type PpoPass = PolicyPass | ValuePass | LmPass;

/** Runs a pass; the gradients belong to the caller. */
export async function runPass(model: Model, pass: PpoPass): Promise<PassResult & { grads: Gradients }> {
  if (pass.kind === 'lm') return runStandardPass(model, pass);
  const batch = packEpisodes(pass.episodes, { pad: pass.pad, limit: model.shape.context });
  const rows = (matrix: Matrix): tf.Tensor2D => padRows(matrix, batch.width);
  const { value, grads, aux } = valueAndGrads(model.parameters, () => {
    const mask = rows(fullMask(pass.episodes.map(({ answer }) => answer)));
    if (pass.kind === 'value') {
      const values = answerValueTensor(model, batch);
      const loss = ppoValueLossTensor({ values, oldValues: rows(pass.oldValues), returns: rows(pass.returns), mask, clip: pass.clip, tokens: pass.tokens });
      return { loss: tf.mul<tf.Scalar>(loss, pass.coefficient), aux: { values: values as tf.Tensor } };
    }
    const { logprobs, entropy } = tokenLogProbs(model, batch.tokens, batch.start, batch.from, pass.temperature);
    const oldLogProbs = rows(pass.episodes.map(({ logProbs }) => logProbs));
    const ppo = ppoPolicyLossTensor({ logProbs: logprobs, oldLogProbs, advantages: rows(pass.advantages), mask, clip: pass.clip, tokens: pass.tokens });
    const kl = pass.klInLoss && tf.mul(k3Sum(logprobs, rows(pass.klInLoss.referenceLogProbs), mask), pass.klInLoss.coefficient / pass.tokens);
    return { loss: kl ? tf.add<tf.Scalar>(ppo, kl) : ppo, aux: { values: tf.concat([logprobs, entropy], 0) as tf.Tensor } };
  });
  const [loss = Number.NaN] = await value.data();
  const padded = await aux.values.data();
  const values: number[] = [];
  for (let row = 0; row * batch.width < padded.length; row += 1) {
    const length = pass.episodes[row % pass.episodes.length]?.answer.length ?? 0;
    values.push(...padded.subarray(row * batch.width, row * batch.width + length));
  }
  tf.dispose([value, aux, batch.tokens, batch.start]);
  return { loss, values: Float32Array.from(values), grads };
}

/** Sum over real tokens of `r - 1 - log r`, r = pi_ref / pi, differentiable. */
function k3Sum(logProbs: tf.Tensor2D, reference: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor {
  const logRatio = tf.mul(tf.sub(reference, logProbs), mask);
  return tf.sum(tf.sub(tf.expm1(logRatio), logRatio));
}

/** Splits what passes computed, one number per answer token, into the rows of their episodes. */
export function ragged(values: Float32Array, episodes: readonly Pick<Episode, 'answer'>[]): number[][] {
  let at = 0;
  return episodes.map(({ answer }) => Array.from(values.subarray(at, (at += answer.length))));
}
