import type * as tf from '@tensorflow/tfjs-core';
import { layerNorm } from './layer-norm.ts';
import { rmsNorm } from './rms-norm.ts';

/** A layer norm, or where it has no bias an RMS norm: x (..., C) -> (..., C). */
export function norm(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | undefined, epsilon: number): tf.Tensor {
  return bias === undefined ? rmsNorm(x, weight, epsilon) : layerNorm(x, weight, bias, epsilon);
}
