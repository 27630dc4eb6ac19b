import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../random.ts';
import type { Dropout } from '../types.ts';

/**
 * Sets values to zero with probability `rate` and divides the others by 1 - rate; x (B, ...). The mask is
 * drawn here, one generator step per value from a seed of the row's own, so that it is the same on every
 * backend; from its last value to its first, so that it is the same behind any padding on the left.
 */
export function dropout(x: tf.Tensor, { rate, random, row }: Dropout): tf.Tensor {
  if (rate === 0) return x;
  const keep = 1 / (1 - rate);
  const threshold = Math.floor(rate * 2 ** 32);
  const mask = new Float32Array(x.size);
  const [rows = 1] = x.shape;
  const size = mask.length / rows;
  const seed = random.bits();
  for (let r = 0; r < rows; r++) {
    let state = new Random(`${seed}/${row + r}`).bits() | 1; // xorshift32 must not start at zero
    for (let i = (r + 1) * size - 1; i >= r * size; i--) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      if (state >>> 0 >= threshold) mask[i] = keep;
    }
  }
  return tf.mul(x, tf.tensor(mask, x.shape, 'float32'));
}
