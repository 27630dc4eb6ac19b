import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, lastSize, output, rows, runKernel, withGradient } from './fused.ts';

/**
 * y = (x - mean) * rstd * weight + bias over the last dimension, rstd = 1 / sqrt(variance + epsilon).
 * x (..., C), weight (C), bias (C) -> (..., C). Mean and rstd, (N), are kept for the gradient.
 */
export function layerNorm(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor {
  const fused = hasKernel('MinchatLayerNormForward');
  return withGradient([x, weight, bias], (save) => {
    const outputs = fused ? runKernel('MinchatLayerNormForward', { x, weight, bias }, { epsilon }) : layerNormForward(x, weight, bias, epsilon);
    save([x, weight, output(outputs, 1), output(outputs, 2)]);
    return {
      value: output(outputs, 0),
      gradFunc: (dy, saved) => {
        const [sx, sw, mean, rstd] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
        return fused
          ? runKernel('MinchatLayerNormBackward', { dy, x: sx, weight: sw, mean, rstd })
          : layerNormBackward(dy, sx, sw, mean, rstd);
      },
    };
  });
}

/** The composition: [y (..., C), mean (N), rstd (N)]. */
export function layerNormForward(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, epsilon: number): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const x2 = rows(x); // (N, C)
  const mean = tf.mean(x2, 1, true); // (N, 1)
  const centred = tf.sub(x2, mean);
  const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon)); // (N, 1)
  const y = tf.add(tf.mul(tf.mul(centred, rstd), weight), bias);
  return [tf.reshape(y, x.shape), tf.reshape(mean, [-1]), tf.reshape(rstd, [-1])];
}

/** The composition's gradient: [dx (..., C), dweight (C), dbias (C)]. */
export function layerNormBackward(dy: tf.Tensor, x: tf.Tensor, weight: tf.Tensor, mean: tf.Tensor, rstd: tf.Tensor): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const dy2 = rows(dy);
  const C = lastSize(x);
  const rstd2 = tf.reshape(rstd, [-1, 1]);
  const normal = tf.mul(tf.sub(rows(x), tf.reshape(mean, [-1, 1])), rstd2); // (N, C)
  const dyNormal = tf.mul(dy2, normal);
  const g = tf.mul(dy2, weight);
  const meanG = tf.div(tf.sum(g, 1, true), C); // (N, 1)
  const meanGNormal = tf.div(tf.sum(tf.mul(g, normal), 1, true), C);
  const dx = tf.mul(tf.sub(tf.sub(g, meanG), tf.mul(normal, meanGNormal)), rstd2);
  return [tf.reshape(dx, x.shape), tf.sum(dyNormal, 0), tf.sum(dy2, 0)];
}
