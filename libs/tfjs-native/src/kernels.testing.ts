// What the kernel tests share: every kernel is compared with the composition of tfjs operations in
// libs/model/src/ops, on the cpu backend, for the same random inputs.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { ModelShape } from '@minchat/model';
import { parameterShapes } from '@minchat/model/architectures/parameters';
import type { NamedParameters } from '@minchat/model/ops/transformer';
import { Random } from '@minchat/model/random';
import fc from 'fast-check';
import { expect } from 'vitest';
import { nativeInformation, registerNativeBackend, type NativeBackend } from './index.ts';

/** One way to compute: an instruction set, and whether products multiply in bfloat16. */
export interface Mode {
  readonly set: string;
  readonly bf16: boolean;
}

type Numbers = readonly Float32Array[];
type Compute = () => tf.Tensor[];

if (!(await registerNativeBackend())) process.stderr.write('kernel tests left out: the native backend was not built on this machine (no C++ compiler)\n');

/** All that this machine has; MINCHAT_INSTRUCTION_SET chooses one. None when nothing was built. */
export const modes: readonly Mode[] = (nativeInformation()?.instructionSets ?? [])
  .filter((set) => (process.env['MINCHAT_INSTRUCTION_SET'] ?? set) === set)
  .flatMap((set) => [{ set, bf16: false }, ...(configure({ set, bf16: true }) ? [{ set, bf16: true }] : [])]);

function addon(): NativeBackend['addon'] {
  void tf.setBackend('native');
  return (tf.backend() as NativeBackend).addon;
}

/** Sets how the native backend computes from here on; says whether products are in bfloat16. */
export function configure({ set, bf16 }: Mode, threads = 2): boolean {
  addon().configure({ instructionSet: set, bf16, threads });
  return addon().information().bf16;
}

/** Runs `compute` on a backend and copies what it gives out. */
export function on(backend: 'cpu' | 'native', compute: Compute): Numbers {
  void tf.setBackend(backend);
  // Without this tfjs prints an advertisement at the first tensor.
  (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
  return tf.tidy(() => compute().map((tensor) => Float32Array.from(tensor.dataSync())));
}

/** The value of an operation and its gradient for every input, under weights of every output element. */
export function withGradients(operation: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[], draw: (shape: number[]) => tf.Tensor): tf.Tensor[] {
  const value = operation(...inputs);
  const weights = draw(value.shape);
  return [value, ...tf.grads((...x: tf.Tensor[]) => tf.sum(tf.mul(operation(...x), weights)))(inputs)];
}

/** Seeded normal numbers, one in a hundred of them eight times as large. */
export function noise(seed: number, scale = 1): (shape: number[]) => tf.Tensor {
  const random = new Random(seed);
  return (shape) => {
    const size = shape.reduce((product, side) => product * side, 1);
    return tf.tensor(Float32Array.from({ length: size }, () => random.normal() * scale * (random.next() < 0.01 ? 8 : 1)), shape);
  };
}

/**
 * The largest difference, relative to the largest number of the array. Where one has NaN or an
 * infinity the other must have the same.
 */
export function difference(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  let size = 1e-3;
  let worst = 0;
  expected.forEach((value, i) => {
    const found = actual[i] ?? NaN;
    if (!Number.isFinite(value) || !Number.isFinite(found)) {
      if (!Object.is(value, found)) worst = Infinity;
      return;
    }
    size = Math.max(size, Math.abs(value));
    worst = Math.max(worst, Math.abs(found - value));
  });
  return worst / size;
}

/** The oracle is slow, and the cases are the same for every instruction set. */
const expectations = new Map<string, Numbers>();

/** Random cases through both backends. `compute` is called once per backend: it seeds itself. */
export function same<T>(name: string, mode: Mode, arbitrary: fc.Arbitrary<T>, compute: (value: T) => tf.Tensor[], options: { runs?: number; examples?: T[] } = {}): void {
  configure(mode);
  const tolerance = mode.bf16 ? 3e-2 : 2e-5;
  fc.assert(
    fc.property(arbitrary, (value) => {
      const key = `${name} ${JSON.stringify(value)}`;
      const expected = expectations.get(key) ?? on('cpu', () => compute(value));
      expectations.set(key, expected);
      on('native', () => compute(value)).forEach((numbers, i) => expect(difference(numbers, expected[i] ?? new Float32Array()), `output ${i}`).toBeLessThan(tolerance));
    }),
    { numRuns: options.runs ?? 12, seed: 7, examples: (options.examples ?? []).map((value): [T] => [value]) },
  );
}

/** Sizes at and beside the edges of vectors, tiles and blocks, and any between. */
export function sizes(most: number, least = 1): fc.Arbitrary<number> {
  const edges = [1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 47, 48, 63, 64, 65, 127, 128, 129].filter((size) => size >= least && size <= most);
  return fc.oneof(fc.constantFrom(...edges), fc.integer({ min: least, max: most }));
}

export const seeds = fc.integer({ min: 1, max: 2 ** 30 });

/** Where left-padded rows begin: nowhere padded, all padding, or between. */
export function starts(seed: number, B: number, T: number): number[] {
  const random = new Random(seed).fork('starts');
  return Array.from({ length: B }, () => [0, T, random.int(T + 1)][random.int(3)] ?? 0);
}

/** A model's parameters from tensors in the order of parameterShapes, as `transformer` takes them. */
export function named(shape: ModelShape, tensors: readonly tf.Tensor[]): NamedParameters {
  return new Map(Array.from(parameterShapes(shape, 'lm').keys(), (name, i) => [name, tensors[i] as tf.Tensor]));
}
