import * as tf from '@tensorflow/tfjs-core';
import { fullMask, maskCount, ppoValueLoss, type AdamW, type Matrix, type Model, type ScoreNormalisation } from '@minchat/model';
import { rewardBias, sumGradients } from '@minchat/training';
import { stepWith } from './actor.ts';
import type { Episode } from './episodes.ts';
import { ragged, runPass, type ValuePass } from './passes.ts';
import { chunks } from './policy-update.ts';

/**
 * Turns the reward model's weights into those of a value network that starts out predicting the
 * normalised reward: the head is scaled by 1 / sd, and every score is shifted by the same number, by
 * the head's bias, or where it has none by the last layer norm's, which is moved along the head. In
 * place; exact up to rounding.
 */
export function normaliseHead(value: Model, { mean, sd }: ScoreNormalisation): void {
  const head = value.parameters.get('score.weight');
  const [ofHead, ofNorm] = [value.parameters.get('score.bias'), value.parameters.get('transformer.ln_f.bias')];
  if (!head) throw new Error('normaliseHead: expected a model with a scalar head');
  tf.tidy(() => {
    const scaled = tf.div(head, sd); // (1, C)
    const shift = (rewardBias(value) - mean) / sd;
    head.assign(scaled);
    if (ofHead) return ofHead.assign(tf.add(tf.div(ofHead, sd), shift));
    if (!ofNorm) throw new Error('normaliseHead: expected a model whose head or last norm has a bias');
    const along = tf.reshape(scaled, ofNorm.shape);
    ofNorm.assign(tf.add(ofNorm, tf.mul(along, tf.div(shift, tf.add(tf.sum(tf.square(along)), 1e-12)))));
  });
}

export interface ValueMinibatch {
  readonly episodes: readonly Episode[];
  /** At rollout time, one per answer token. */
  readonly oldValues: Matrix;
  readonly returns: Matrix;
}

export interface ValueUpdateOptions {
  readonly value: Model;
  readonly optimizer: AdamW;
  readonly learningRate: number;
  readonly clip: number;
  /** Factor on the loss's gradient. */
  readonly coefficient: number;
  readonly gradientAccumulation: number;
  readonly pad: number;
}

export interface ValueUpdate {
  /** Before the coefficient. */
  readonly loss: number;
  readonly clipFraction: number;
  readonly gradNorm: number;
}

/** One optimizer step on the value network with the clipped value loss. */
export async function updateValue({ episodes, oldValues, returns }: ValueMinibatch, options: ValueUpdateOptions): Promise<ValueUpdate> {
  const { optimizer, learningRate, clip, coefficient, gradientAccumulation, pad } = options;
  const tokens = maskCount(fullMask(returns));
  const passes = chunks(episodes.length, gradientAccumulation).map(([from, to]): ValuePass => ({
    kind: 'value',
    episodes: episodes.slice(from, to),
    oldValues: oldValues.slice(from, to),
    returns: returns.slice(from, to),
    tokens,
    clip,
    coefficient,
    pad,
  }));
  const { grads, results } = await sumGradients(options.value, passes, runPass);
  const gradNorm = await stepWith(optimizer, grads, learningRate);
  const values = passes.flatMap((pass, index) => ragged(results[index]?.values ?? new Float32Array(), pass.episodes));
  const { loss, clipFraction } = ppoValueLoss({ values, oldValues, returns, mask: fullMask(returns), clip });
  return { loss, clipFraction, gradNorm };
}
