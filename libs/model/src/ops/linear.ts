import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, lastSize, output, rows, runKernel, withGradient } from './fused.ts';
import { gelu, geluBackward } from './gelu.ts';

export type Activation = 'none' | 'gelu';

/** y = gelu(x @ weight (+ bias)). x (..., I), weight (I, O), bias (O) -> (..., O). */
export function linearGelu(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  return run(x, weight, bias, undefined, 'gelu');
}

/**
 * y = x @ weight (+ bias) (+ residual). x (..., I), weight (I, O) as GPT-2's Conv1D stores it, bias (O),
 * residual (..., O) -> (..., O).
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor, residual?: tf.Tensor): tf.Tensor {
  return run(x, weight, bias, residual, 'none');
}

function run(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | undefined, residual: tf.Tensor | undefined, activation: Activation): tf.Tensor {
  const fused = hasKernel('MinchatLinearForward');
  const inputs = [x, weight, bias, residual].filter((input) => input !== undefined);
  const biased = bias !== undefined;
  return withGradient(inputs, (save) => {
    const outputs = fused
      ? runKernel('MinchatLinearForward', { x, weight, ...(bias && { bias }), ...(residual && { residual }) }, { activation })
      : linearForward(x, weight, bias, residual, activation);
    // `pre`, the value before GELU, is the second output with 'gelu' only.
    save(activation === 'gelu' ? [x, weight, output(outputs, 1)] : [x, weight]);
    return {
      value: output(outputs, 0),
      gradFunc: (dy, saved) => {
        const [sx, sw, pre] = saved as [tf.Tensor, tf.Tensor, tf.Tensor | undefined];
        const grads = fused
          ? runKernel('MinchatLinearBackward', { dy, x: sx, weight: sw, ...(pre && { pre }) }, { activation, biased })
          : linearBackward(dy, sx, sw, pre, biased);
        return residual === undefined ? grads : [...grads, dy];
      },
    };
  });
}

/** The composition: [y], and with 'gelu' [y, pre]. */
export function linearForward(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | undefined, residual: tf.Tensor | undefined, activation: Activation): tf.Tensor[] {
  const shape = [...x.shape.slice(0, -1), lastSize(weight)];
  const product = tf.matMul(rows(x), weight as tf.Tensor2D);
  const pre = tf.reshape(bias === undefined ? product : tf.add(product, bias), shape);
  if (activation === 'gelu') return [gelu(pre), pre];
  return [residual === undefined ? pre : tf.add(pre, residual)];
}

/** The composition's gradient: [dx, dweight], and dbias where there is one; `pre` with 'gelu' only. */
export function linearBackward(dy: tf.Tensor, x: tf.Tensor, weight: tf.Tensor, pre: tf.Tensor | undefined, biased: boolean): tf.Tensor[] {
  const d = rows(pre === undefined ? dy : geluBackward(dy, pre)); // (N, O)
  const dx = tf.matMul(d, weight as tf.Tensor2D, false, true); // (N, I)
  const dweight = tf.matMul(rows(x), d, true, false); // (I, O)
  return [tf.reshape(dx, x.shape), dweight, ...(biased ? [tf.sum(d, 0)] : [])];
}
