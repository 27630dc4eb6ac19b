import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../random.ts';

// What the tests of operations share.

/** The largest difference, relative to the size of the array's numbers; Infinity for other lengths or NaN. */
export function difference(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Infinity;
  let size = 1e-3;
  let worst = 0;
  expected.forEach((value, i) => {
    size = Math.max(size, Math.abs(value));
    const d = Math.abs((found[i] ?? NaN) - value);
    worst = Number.isNaN(d) ? Infinity : Math.max(worst, d);
  });
  return worst / size;
}

/** Seeded normal numbers. */
export function noise(seed: number, scale = 1): (shape: number[]) => tf.Tensor {
  const random = new Random(seed);
  return (shape) => {
    const size = shape.reduce((product, side) => product * side, 1);
    return tf.tensor(Float32Array.from({ length: size }, () => random.normal() * scale), shape);
  };
}

/** The value of an operation and its gradient for every input, under seeded weights of the outputs. */
export function withGradients(operation: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[], draw: (shape: number[]) => tf.Tensor): tf.Tensor[] {
  const value = operation(...inputs);
  const weights = draw(value.shape);
  return [value, ...tf.grads((...x: tf.Tensor[]) => tf.sum(tf.mul(operation(...x), weights)))(inputs)];
}

/** Runs `compute` on a backend and copies what it gives out. */
export async function on(backend: string, compute: () => tf.Tensor[]): Promise<Float32Array[]> {
  await tf.setBackend(backend);
  return tf.tidy(() => compute().map((tensor) => Float32Array.from(tensor.dataSync())));
}
