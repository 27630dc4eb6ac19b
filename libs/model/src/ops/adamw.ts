import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, output, runKernel } from './fused.ts';

export interface AdamWStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 1 - beta1^step */
  readonly correction1: number;
  /** 1 - beta2^step */
  readonly correction2: number;
  /** Multiplies the gradients first (clipping). */
  readonly gradScale: number;
}

/** A parameter with its gradient and both moments, all of one shape. */
export interface AdamWUpdate {
  readonly parameter: tf.Variable;
  readonly grad: tf.Tensor;
  readonly m: tf.Variable;
  readonly v: tf.Variable;
  readonly weightDecay: number;
}

const roles = ['parameter', 'grad', 'm', 'v'] as const;
const namesOfInputs: (readonly [name: string, role: (typeof roles)[number]])[][] = [];

/** The names of a parameter's inputs of MinchatAdamW. Made once, not in every update. */
function inputsOf(i: number): readonly (readonly [name: string, role: (typeof roles)[number]])[] {
  return (namesOfInputs[i] ??= roles.map((role) => [`${role}.${i}`, role]));
}

/** One AdamW update of parameters and moments, in place (Loshchilov and Hutter, arXiv 1711.05101). */
export function adamW(updates: readonly AdamWUpdate[], step: AdamWStep): void {
  if (hasKernel('MinchatAdamW')) {
    const inputs: Record<string, tf.Tensor> = {};
    for (const [i, update] of updates.entries()) for (const [name, role] of inputsOf(i)) inputs[name] = update[role];
    runKernel('MinchatAdamW', inputs, { ...step, weightDecays: updates.map((update) => update.weightDecay) });
    return;
  }
  for (const update of updates) tf.tidy(() => adamWComposed(update, step));
}

function adamWComposed({ parameter, grad, m, v, weightDecay }: AdamWUpdate, step: AdamWStep): void {
  const g = step.gradScale === 1 ? grad : tf.mul(grad, step.gradScale);
  m.assign(tf.add(tf.mul(m, step.beta1), tf.mul(g, 1 - step.beta1)));
  v.assign(tf.add(tf.mul(v, step.beta2), tf.mul(tf.square(g), 1 - step.beta2)));
  const root = tf.add(tf.sqrt(tf.div(v, step.correction2)), step.epsilon);
  const change = tf.mul(tf.div(m, root), step.learningRate / step.correction1);
  const decayed = weightDecay === 0 ? parameter : tf.mul(parameter, 1 - step.learningRate * weightDecay);
  parameter.assign(tf.sub(decayed, change));
}

/** The sum of the squares of each tensor. */
export function squaredSums(tensors: readonly tf.Tensor[]): tf.Tensor1D {
  if (hasKernel('MinchatSquaredSums')) return output(runKernel('MinchatSquaredSums', Object.fromEntries(tensors.map((tensor, i) => [i, tensor]))), 0) as tf.Tensor1D;
  return tf.tidy(() => tf.stack(tensors.map((tensor) => tf.sum(tf.square(tensor)))) as tf.Tensor1D);
}
