import * as tf from '@tensorflow/tfjs-core';

// PPO's losses on tensors, differentiable with respect to logProbs and values; the same numbers as
// ppo.ts. All tensors (B, T), float32. `tokens` is what the sum is divided by: by default the real
// tokens of this batch; with gradient accumulation the real tokens of the whole minibatch, so that
// micro-batches add up to the minibatch's gradient.

export interface PolicyLossTensors {
  logProbs: tf.Tensor2D;
  oldLogProbs: tf.Tensor2D;
  advantages: tf.Tensor2D;
  mask: tf.Tensor2D;
  clip: number;
  tokens?: number;
}

/** Scalar: sum over real tokens of `max(-A * ratio, -A * clip(ratio))` / tokens. */
export function ppoPolicyLossTensor(input: PolicyLossTensors): tf.Scalar {
  return tf.tidy(() => {
    const { advantages, mask, clip } = input;
    // Padding may hold any log-probability: masked before exp, so that no inf * 0 arises.
    const ratio = tf.exp(tf.mul(tf.sub(input.logProbs, input.oldLogProbs), mask));
    const free = tf.neg(tf.mul(advantages, ratio));
    const bounded = tf.neg(tf.mul(advantages, tf.clipByValue(ratio, 1 - clip, 1 + clip)));
    return average(tf.maximum(free, bounded), mask, input.tokens);
  });
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
  return tf.tidy(() => {
    const bounded = tf.add(oldValues, tf.clipByValue(tf.sub(values, oldValues), -clip, clip));
    const worst = tf.maximum(tf.square(tf.sub(values, returns)), tf.square(tf.sub(bounded, returns)));
    return average(tf.mul(worst, 0.5), mask, tokens);
  });
}

function average(terms: tf.Tensor, mask: tf.Tensor2D, tokens: number | undefined): tf.Scalar {
  return tf.div(tf.sum(tf.mul(terms, mask)), tokens ?? tf.sum(mask));
}
