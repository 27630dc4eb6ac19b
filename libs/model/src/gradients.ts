import * as tf from '@tensorflow/tfjs-core';
import { collectingInto, ParameterGradients } from './ops/parameter-gradients.ts';

export type Parameters = ReadonlyMap<string, tf.Variable>;
/** One tensor per parameter, of its shape. */
export type Gradients = Map<string, tf.Tensor>;
/** The loss, and tensors worth keeping from its computation (metrics; no gradient flows through them). */
export type LossResult<A extends Record<string, tf.Tensor>> = tf.Scalar | { loss: tf.Scalar; aux: A };

/**
 * The loss and its gradient for every parameter (zeros where the loss does not depend on one). All that
 * is returned belongs to the caller; what the loss made on the way is disposed.
 */
export function valueAndGrads<A extends Record<string, tf.Tensor> = Record<string, never>>(parameters: Parameters, loss: () => LossResult<A>): { value: tf.Scalar; grads: Gradients; aux: A } {
  const kept: Record<string, tf.Tensor> = {};
  const list = [...parameters.values()];
  const collected = new ParameterGradients(list);
  try {
    const { value, grads: taped } = collectingInto(collected, () =>
      tf.variableGrads(() => {
        const result = loss();
        if (result instanceof tf.Tensor) return result;
        for (const [name, tensor] of Object.entries(result.aux)) kept[name] = tf.keep(tf.clone(tensor));
        return result.loss;
      }, [collected.root, ...list]),
    );
    const grads: Gradients = new Map();
    for (const [name, parameter] of parameters) {
      // Of operations that are tfjs's own.
      const other = taped[parameter.name];
      if (other !== undefined) collected.add(parameter, other);
      const sum = collected.take(parameter);
      if (sum !== other) other?.dispose();
      grads.set(name, sum ?? tf.zeros(parameter.shape));
    }
    taped[collected.root.name]?.dispose();
    return { value, grads, aux: kept as A };
  } finally {
    collected.dispose();
  }
}

export function disposeGradients(grads: Gradients): void {
  for (const grad of grads.values()) grad.dispose();
  grads.clear();
}

/** Sums the gradients of several micro-batches. */
export class GradientAccumulator {
  #sums: Gradients = new Map();

  /** Takes `grads` over: the caller must not use or dispose them afterwards. */
  add(grads: Gradients): void {
    for (const [name, grad] of grads) {
      const before = this.#sums.get(name);
      this.#sums.set(name, before === undefined ? grad : tf.add(before, grad));
      if (before !== undefined) tf.dispose([before, grad]);
    }
    grads.clear();
  }

  /** The sums, which now belong to the caller; the accumulator is empty again. */
  take(): Gradients {
    const sums = this.#sums;
    this.#sums = new Map();
    return sums;
  }
}
