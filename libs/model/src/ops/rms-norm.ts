import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, lastSize, output, rows, runKernel, withGradient } from './fused.ts';

/**
 * y = x * rstd * weight over the last dimension, rstd = 1 / sqrt(mean(x^2) + epsilon) (arXiv 1910.07467).
 * x (..., C), weight (C) -> (..., C). rstd, (N), is kept for the gradient.
 */
export function rmsNorm(x: tf.Tensor, weight: tf.Tensor, epsilon: number): tf.Tensor {
  const fused = hasKernel('MinchatRmsNormForward');
  return withGradient([x, weight], (save) => {
    const outputs = fused ? runKernel('MinchatRmsNormForward', { x, weight }, { epsilon }) : rmsNormForward(x, weight, epsilon);
    save([x, weight, output(outputs, 1)]);
    return {
      value: output(outputs, 0),
      gradFunc: (dy, saved) => {
        const [sx, sw, rstd] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        return fused ? runKernel('MinchatRmsNormBackward', { dy, x: sx, weight: sw, rstd }) : rmsNormBackward(dy, sx, sw, rstd);
      },
    };
  });
}

/** The composition: [y (..., C), rstd (N)]. */
export function rmsNormForward(x: tf.Tensor, weight: tf.Tensor, epsilon: number): [tf.Tensor, tf.Tensor] {
  const x2 = rows(x); // (N, C)
  const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(x2), 1, true), epsilon)); // (N, 1)
  return [tf.reshape(tf.mul(tf.mul(x2, rstd), weight), x.shape), tf.reshape(rstd, [-1])];
}

/** The composition's gradient: [dx (..., C), dweight (C)]. */
export function rmsNormBackward(dy: tf.Tensor, x: tf.Tensor, weight: tf.Tensor, rstd: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const dy2 = rows(dy);
  const rstd2 = tf.reshape(rstd, [-1, 1]);
  const normal = tf.mul(rows(x), rstd2); // (N, C)
  const g = tf.mul(dy2, weight);
  const meanGNormal = tf.div(tf.sum(tf.mul(g, normal), 1, true), lastSize(x)); // (N, 1)
  const dx = tf.mul(tf.sub(g, tf.mul(normal, meanGNormal)), rstd2);
  return [tf.reshape(dx, x.shape), tf.sum(tf.mul(dy2, normal), 0)];
}
