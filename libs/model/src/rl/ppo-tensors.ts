import * as tf from '@tensorflow/tfjs-core';
import { output, withGradient } from '../ops/fused.ts';

// PPO's losses on tensors, differentiable with respect to logProbs and values; the same numbers as
// ppo.ts. All tensors (B, T), float32. `tokens` is what the sum is divided by: by default the real
// tokens of this batch; with gradient accumulation the real tokens of the whole minibatch, so that
// micro-batches add up to the minibatch's gradient. The gradients are written out: tfjs's own would run three
// times as many operations, each dearer than these few numbers.

export interface PolicyLossTensors {
  logProbs: tf.Tensor2D;
  oldLogProbs: tf.Tensor2D;
  advantages: tf.Tensor2D;
  mask: tf.Tensor2D;
  clip: number;
  tokens?: number;
}

/** Scalar: sum over real tokens of `max(-A * ratio, -A * clip(ratio))` / tokens. */
export function ppoPolicyLossTensor({ logProbs, oldLogProbs, advantages, mask, clip, tokens }: PolicyLossTensors): tf.Scalar {
  return withGradient([logProbs], (save) => {
    // Padding may hold any log-probability: masked before exp, so that no inf * 0 arises.
    const ratio = tf.exp(tf.mul(tf.sub(logProbs, oldLogProbs), mask));
    const weight = tf.neg(perToken(tf.mul(advantages, mask), mask, tokens));
    const free = tf.mul(weight, ratio);
    const bounded = tf.mul(weight, tf.clipByValue(ratio, 1 - clip, 1 + clip));
    // d ratio = ratio d logProbs; where the bounded term is the larger, it is constant.
    save([tf.mul(free, larger(free, bounded))]);
    return { value: tf.sum(tf.maximum(free, bounded)), gradFunc: (dy, saved) => [tf.mul(dy, output(saved, 0))] };
  }) as tf.Scalar;
}

export interface ValueLossTensors {
  values: tf.Tensor2D;
  oldValues: tf.Tensor2D;
  returns: tf.Tensor2D;
  mask: tf.Tensor2D;
  clip: number;
  tokens?: number;
}

/** Scalar: sum over real tokens of `max((V - R)^2, (clip(V) - R)^2) / 2` / tokens. */
export function ppoValueLossTensor({ values, oldValues, returns, mask, clip, tokens }: ValueLossTensors): tf.Scalar {
  return withGradient([values], (save) => {
    const weight = perToken(mask, mask, tokens);
    const error = tf.sub(values, returns);
    const bounded = tf.add(oldValues, tf.clipByValue(tf.sub(values, oldValues), -clip, clip));
    const free = tf.square(error);
    const worst = tf.square(tf.sub(bounded, returns));
    save([tf.mul(tf.mul(weight, error), larger(free, worst))]);
    return { value: tf.sum(tf.mul(tf.mul(weight, 0.5), tf.maximum(free, worst))), gradFunc: (dy, saved) => [tf.mul(dy, output(saved, 0))] };
  }) as tf.Scalar;
}

function perToken(x: tf.Tensor, mask: tf.Tensor, tokens: number | undefined): tf.Tensor {
  return tf.div(x, tokens ?? tf.sum(mask));
}

/** 1 where a >= b, else 0. */
function larger(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.cast(tf.greaterEqual(a, b), 'float32');
}
