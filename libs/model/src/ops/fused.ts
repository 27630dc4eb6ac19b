import * as tf from '@tensorflow/tfjs-core';
// Its side effect: the gradients of tfjs's own operations, which tfjs-core alone does not register in Node.
import '@tensorflow/tfjs-layers';
import { parameterGradients } from './parameter-gradients.ts';

/** Whether the active backend has a fused kernel of that name (README.md lists them). */
export function hasKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

/** Runs a fused kernel of the active backend; the outputs come in the order of README.md's table. */
export function runKernel(name: string, inputs: Record<string, tf.Tensor>, attrs: Record<string, unknown> = {}): tf.Tensor[] {
  const outputs: tf.Tensor | tf.Tensor[] = tf.engine().runKernel(name, inputs, attrs as Parameters<ReturnType<typeof tf.engine>['runKernel']>[2]);
  return Array.isArray(outputs) ? outputs : [outputs];
}

/** Whether a gradient may be asked for, so that forward kernels keep what it needs. To be asked before an operation: within one no tape is on. */
export function gradientMayFollow(): boolean {
  return tf.engine().isTapeOn();
}

/** The tensor at an index of a kernel's outputs. */
export function output(outputs: readonly tf.Tensor[], index: number): tf.Tensor {
  const tensor = outputs[index];
  if (tensor === undefined) throw new Error(`expected a kernel with at least ${index + 1} outputs, found ${outputs.length}`);
  return tensor;
}

/** The last dimension. */
export function lastSize(x: tf.Tensor): number {
  return x.shape[x.rank - 1] ?? 1;
}

/** (..., C) as (N, C). Shares the memory. */
export function rows(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [-1, lastSize(x)]);
}

type Save = (tensors: tf.Tensor[]) => void;
type Result = { value: tf.Tensor; gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[] };

/**
 * tf.customGrad; `inputs` are what the gradient is taken of, in order. Gradients of parameters go past the tape
 * where they are collected, and what is saved of them is they themselves: see parameter-gradients.ts.
 */
export function withGradient(inputs: readonly tf.Tensor[], forward: (save: Save) => Result): tf.Tensor {
  const collected = parameterGradients();
  const others = inputs.filter((input) => collected?.has(input) !== true);
  if (collected === undefined || others.length === inputs.length) return customGrad(inputs, forward);
  return customGrad(others.length > 0 ? others : [collected.root], (save) => {
    let whole: readonly tf.Tensor[] = [];
    const { value, gradFunc } = forward((tensors) => {
      whole = tensors;
      save(tensors.filter((tensor) => !collected.has(tensor)));
    });
    return {
      value,
      gradFunc(dy, kept) {
        const saved = kept.values();
        const gradients = gradFunc(dy, whole.map((tensor) => (collected.has(tensor) ? tensor : (saved.next().value as tf.Tensor))));
        for (const [i, input] of inputs.entries()) if (collected.has(input)) collected.add(input, output(gradients, i));
        return others.length > 0 ? gradients.filter((_, i) => others.includes(output(inputs, i))) : [tf.zerosLike(collected.root)];
      },
    };
  });
}

/** With the types that its declaration lacks. */
function customGrad(inputs: readonly tf.Tensor[], forward: (save: Save) => Result): tf.Tensor {
  return tf.customGrad((...args) => forward(args[inputs.length] as unknown as Save))(...inputs);
}
