import * as tf from '@tensorflow/tfjs-core';

/**
 * Gradients of parameters, past tfjs's tape. On the tape each costs two scopes, a copy of the parameter and, where
 * a parameter is used twice, a new tensor for the sum: for a small model as long as the kernels themselves.
 * The tape holds what lies between operations; what `withGradient` finds for a parameter goes here.
 */
export class ParameterGradients {
  /** On the tape in the place of all parameters, so that an operation without other inputs is on it too. */
  readonly root: tf.Variable = tf.tidy(() => tf.variable(tf.scalar(0)));
  readonly #parameters: ReadonlySet<tf.Tensor>;
  readonly #sums = new Map<tf.Tensor, tf.Tensor>();

  constructor(parameters: Iterable<tf.Tensor>) {
    this.#parameters = new Set(parameters);
  }

  has(tensor: tf.Tensor): boolean {
    return this.#parameters.has(tensor);
  }

  /** What there is of a parameter so far: an operation may add to it in place, and give it to `add` as its own. */
  sum(parameter: tf.Tensor): tf.Tensor | undefined {
    return this.#sums.get(parameter);
  }

  add(parameter: tf.Tensor, gradient: tf.Tensor): void {
    const before = this.#sums.get(parameter);
    if (before === gradient) return;
    this.#sums.set(parameter, tf.keep(before === undefined ? gradient : tf.add(before, gradient)));
    before?.dispose();
  }

  /** A parameter's gradient, which now belongs to the caller. */
  take(parameter: tf.Tensor): tf.Tensor | undefined {
    const sum = this.#sums.get(parameter);
    this.#sums.delete(parameter);
    return sum;
  }

  dispose(): void {
    tf.dispose([this.root, ...this.#sums.values()]);
  }
}

let current: ParameterGradients | undefined;

/** Where the operations that run just now leave gradients of parameters; undefined: on the tape. */
export function parameterGradients(): ParameterGradients | undefined {
  return current;
}

/** Runs a function with its own collection of gradients. */
export function collectingInto<T>(gradients: ParameterGradients, run: () => T): T {
  const before = current;
  current = gradients;
  try {
    return run();
  } finally {
    current = before;
  }
}
