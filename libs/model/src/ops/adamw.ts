import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, output, runKernel } from './fused.ts';

export interface AdamWStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** 1 - beta1^step */
  readonly correction1: number;
  /** 1 - beta2^step */
  readonly correction2: number;
  /** Multiplies the gradient first (clipping). */
  readonly gradScale: number;
}

/**
 * One AdamW update of one parameter (Loshchilov and Hutter, arXiv 1711.05101): returns
 * [parameter, m, v]; the caller disposes the old ones, whose buffers these may share.
 */
export function adamW(parameter: tf.Tensor, grad: tf.Tensor, m: tf.Tensor, v: tf.Tensor, step: AdamWStep): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const outputs = hasKernel('MinchatAdamW')
    ? runKernel('MinchatAdamW', { parameter, grad, m, v }, { ...step })
    : tf.tidy(() => adamWForward(parameter, grad, m, v, step));
  return [output(outputs, 0), output(outputs, 1), output(outputs, 2)];
}

/** The composition: [parameter, m, v]. */
export function adamWForward(parameter: tf.Tensor, grad: tf.Tensor, m: tf.Tensor, v: tf.Tensor, step: AdamWStep): tf.Tensor[] {
  const g = step.gradScale === 1 ? grad : tf.mul(grad, step.gradScale);
  const newM = tf.add(tf.mul(m, step.beta1), tf.mul(g, 1 - step.beta1));
  const newV = tf.add(tf.mul(v, step.beta2), tf.mul(tf.square(g), 1 - step.beta2));
  const root = tf.add(tf.sqrt(tf.div(newV, step.correction2)), step.epsilon);
  const change = tf.mul(tf.div(newM, root), step.learningRate / step.correction1);
  const decayed = step.weightDecay === 0 ? parameter : tf.mul(parameter, 1 - step.learningRate * step.weightDecay);
  return [tf.sub(decayed, change), newM, newV];
}

/** The sum of the squares, a scalar. */
export function squaredSum(x: tf.Tensor): tf.Scalar {
  if (hasKernel('MinchatSquaredSum')) return output(runKernel('MinchatSquaredSum', { x }), 0) as tf.Scalar;
  return tf.tidy(() => tf.sum(tf.square(x)));
}
