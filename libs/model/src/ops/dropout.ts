import * as tf from '@tensorflow/tfjs-core';
import type { Dropout } from '../types.ts';

/**
 * Sets values to zero with probability `rate` and divides the others by 1 - rate; any shape. The mask is
 * drawn here, one generator step per value from a seed taken of `random`, so that it is the same on every
 * backend.
 */
export function dropout(x: tf.Tensor, { rate, random }: Dropout): tf.Tensor {
  if (rate === 0) return x;
  const keep = 1 / (1 - rate);
  const threshold = Math.floor(rate * 2 ** 32);
  const mask = new Float32Array(x.size);
  let state = random.bits() | 1; // xorshift32 must not start at zero
  for (let i = 0; i < mask.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    if (state >>> 0 >= threshold) mask[i] = keep;
  }
  return tf.mul(x, tf.tensor(mask, x.shape, 'float32'));
}
