import * as tf from '@tensorflow/tfjs-core';
import {
  fullMask,
  GradientAccumulator,
  maskCount,
  ppoValueLoss,
  ppoValueLossTensor,
  valueAndGrads,
  type AdamW,
  type Matrix,
  type Model,
  type ScoreNormalisation,
} from '@minchat/model';
import { rewardBias } from '@minchat/training';
import { stepWith } from './actor.ts';
import { answerRows, answerValueTensor, packEpisodes, padRows, type Episode } from './episodes.ts';

/**
 * Turns the reward model's weights into those of a value network that starts out predicting the
 * normalised reward: the head is scaled by 1 / sd, and the last layer norm's bias is moved along
 * the head, which shifts every score by the same number. In place; exact up to rounding.
 */
export function normaliseHead(value: Model, { mean, sd }: ScoreNormalisation): void {
  const head = value.parameters.get('score.weight');
  const bias = value.parameters.get('transformer.ln_f.bias');
  if (!head || !bias) throw new Error('normaliseHead: expected a model with a scalar head');
  tf.tidy(() => {
    const scaled = tf.div(head, sd); // (1, C)
    const along = tf.reshape(scaled, bias.shape);
    const shift = (rewardBias(value) - mean) / sd;
    bias.assign(tf.add(bias, tf.mul(along, tf.div(shift, tf.add(tf.sum(tf.square(along)), 1e-12)))));
    head.assign(scaled);
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
export async function updateValue(
  { episodes, oldValues, returns }: ValueMinibatch,
  { value, optimizer, learningRate, clip, coefficient, gradientAccumulation, pad }: ValueUpdateOptions,
): Promise<ValueUpdate> {
  const tokens = maskCount(fullMask(returns));
  const rows = Math.ceil(episodes.length / gradientAccumulation);
  const accumulator = new GradientAccumulator();
  const values: number[][] = [];
  for (let at = 0; at < episodes.length; at += rows) {
    const chunk = episodes.slice(at, at + rows);
    const batch = packEpisodes(chunk, { pad, limit: value.config.n_positions });
    const inputs = {
      oldValues: padRows(oldValues.slice(at, at + rows), batch.width),
      returns: padRows(returns.slice(at, at + rows), batch.width),
      mask: padRows(fullMask(returns.slice(at, at + rows)), batch.width),
    };
    const pass = valueAndGrads(value.parameters, () => {
      const predicted = answerValueTensor(value, batch);
      return { loss: ppoValueLossTensor({ ...inputs, values: predicted, clip, tokens }), aux: { predicted } };
    });
    accumulator.add(pass.grads, coefficient);
    values.push(...(await answerRows(pass.aux.predicted, chunk)));
    tf.dispose([pass.value, pass.aux, inputs, batch.tokens, batch.start]);
  }
  const gradNorm = await stepWith(optimizer, accumulator, learningRate);
  const { loss, clipFraction } = ppoValueLoss({ values, oldValues, returns, mask: fullMask(returns), clip });
  return { loss, clipFraction, gradNorm };
}
