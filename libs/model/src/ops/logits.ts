import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, output, runKernel, withGradient } from './fused.ts';

/** The tied projection: x (N, C), wte (V, C) -> logits (N, V). For sampling; losses use tokenNll, which keeps no logits. */
export function logitsOf(x: tf.Tensor2D, wte: tf.Tensor): tf.Tensor2D {
  if (!hasKernel('MinchatLogits')) return tf.matMul(x, wte as tf.Tensor2D, false, true);
  return withGradient([x, wte], (save) => {
    save([x, wte]);
    return {
      value: output(runKernel('MinchatLogits', { x, wte }), 0),
      gradFunc: (dy, saved) => {
        const [sx, swte] = saved as [tf.Tensor2D, tf.Tensor2D];
        return [tf.matMul(dy as tf.Tensor2D, swte), tf.matMul(dy as tf.Tensor2D, sx, true, false)];
      },
    };
  }) as tf.Tensor2D;
}
