import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, lastSize, output, runKernel, withGradient } from './fused.ts';

/** silu(gate) * values, silu(g) = g sigmoid(g) (arXiv 2002.05202). x (..., 2I), gate and values side by side -> (..., I). */
export function swiglu(x: tf.Tensor): tf.Tensor {
  const fused = hasKernel('MinchatSwigluForward');
  return withGradient([x], (save) => {
    save([x]);
    return {
      value: fused ? output(runKernel('MinchatSwigluForward', { x }), 0) : swigluForward(x),
      gradFunc: (dy, saved) => {
        const sx = output(saved, 0);
        return [fused ? output(runKernel('MinchatSwigluBackward', { dy, x: sx }), 0) : swigluBackward(dy, sx)];
      },
    };
  });
}

/** The composition, (..., I). */
export function swigluForward(x: tf.Tensor): tf.Tensor {
  const [gate, values] = halves(x);
  return tf.mul(tf.mul(gate, tf.sigmoid(gate)), values);
}

/** The composition's gradient, dx (..., 2I). */
export function swigluBackward(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const [gate, values] = halves(x);
  const s = tf.sigmoid(gate);
  const silu = tf.mul(gate, s);
  // d/dg g s(g) = s + g s (1 - s)
  const slope = tf.add(s, tf.mul(silu, tf.sub(1, s)));
  return tf.concat([tf.mul(tf.mul(dy, values), slope), tf.mul(dy, silu)], -1);
}

function halves(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const I = lastSize(x) / 2;
  return tf.split(x, [I, I], -1) as [tf.Tensor, tf.Tensor];
}
