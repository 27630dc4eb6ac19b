import * as tf from '@tensorflow/tfjs-core';
import type { TokenBatch } from './batch.ts';

/** A batch on the backend. */
export type BatchTensors = {
  /** (B, T) int32 */
  readonly tokens: tf.Tensor2D;
  /** (B) int32, all 0: rows are padded on the right. */
  readonly start: tf.Tensor1D;
  /** (B, T) int32 */
  readonly targets: tf.Tensor2D;
  /** (B, T) */
  readonly weights: tf.Tensor2D;
};

/** Moves a batch to the backend; the caller disposes with `tf.dispose(tensors)`. */
export function batchTensors({ rows, length, tokens, targets, weights }: TokenBatch): BatchTensors {
  return {
    tokens: tf.tensor2d(tokens, [rows, length], 'int32'),
    start: tf.zeros([rows], 'int32'),
    targets: tf.tensor2d(targets, [rows, length], 'int32'),
    weights: tf.tensor2d(weights, [rows, length]),
  };
}

/** The number of a scalar, which is disposed. */
export async function read(scalar: tf.Tensor): Promise<number> {
  const [value] = await scalar.data();
  scalar.dispose();
  return value ?? Number.NaN;
}
