import * as tf from '@tensorflow/tfjs-core';

// The tanh form, 0.5 x (1 + tanh(u)) with u = sqrt(2/pi) (x + 0.044715 x^3), written as x * sigmoid(2u):
// the same function, and one transcendental that every backend has a fast kernel for.
const twice = 2 * Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** gelu(x), any shape. Differentiable through its parts; the model uses `linear` with activation 'gelu'. */
export function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, gate(x));
}

/** dy * gelu'(x), x the value before the activation. */
export function geluBackward(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const s = gate(x);
  // d/dx x s(2u) = s + x s (1 - s) 2 du/dx, with 2 du/dx = twice * (1 + 3 cubic x^2)
  const slope = tf.add(tf.mul(tf.square(x), 3 * cubic * twice), twice);
  const curve = tf.mul(tf.mul(x, tf.mul(s, tf.sub(1, s))), slope);
  return tf.mul(dy, tf.add(s, curve));
}

/** sigmoid(2u) */
function gate(x: tf.Tensor): tf.Tensor {
  return tf.sigmoid(tf.mul(x, tf.add(tf.mul(tf.square(x), cubic * twice), twice)));
}
