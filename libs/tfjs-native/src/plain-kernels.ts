import { getKernelsForBackend, slice_util, type KernelFunc, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeBackend } from './backend.ts';

// tfjs's own kernels under the name of this backend: those of plain JavaScript, of which the few
// that still run often beside the fused ones have one of ours for the common case.

type Arguments = Parameters<KernelFunc>[0];

const binary = ['Add', 'Sub', 'Multiply', 'RealDiv'];

/** Every kernel of the cpu backend, ready to be registered here. */
export function plainKernels(): { name: string; run: KernelFunc }[] {
  return getKernelsForBackend('cpu').map(({ kernelName, kernelFunc }) => {
    const code = binary.indexOf(kernelName);
    const own = withOwnData(kernelFunc);
    if (code >= 0) return { name: kernelName, run: (args) => arithmetic(code, args) ?? own(args) };
    const common = commonCases[kernelName];
    return { name: kernelName, run: common === undefined ? own : (args) => common(args) ?? own(args) };
  });
}

/**
 * Some kernels of the cpu backend give out a view of their input (Slice): here that would change
 * when the input's buffer is recycled, so such an output gets its own copy.
 */
function withOwnData(kernel: KernelFunc): KernelFunc {
  return (args) => {
    const outputs = kernel(args);
    const backend = args.backend as NativeBackend;
    const inputs = new Set(Object.values(args.inputs).flat().map((tensor) => (tensor as TensorInfo | undefined)?.dataId));
    for (const { dataId } of Array.isArray(outputs) ? outputs : [outputs]) {
      if (!inputs.has(dataId) && backend.isPooled(backend.data.get(dataId).values)) backend.detach(dataId);
    }
    return outputs;
  };
}

/** a (op) b for float32 of one shape, or with one side a scalar. */
function arithmetic(code: number, args: Arguments): TensorInfo | undefined {
  const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  const backend = args.backend as NativeBackend;
  const x = backend.values(a);
  const y = backend.values(b);
  const same = a.shape.length === b.shape.length && a.shape.every((size, axis) => size === b.shape[axis]);
  const aScalar = !same && x.length === 1 && a.shape.length <= b.shape.length;
  const bScalar = !same && y.length === 1 && b.shape.length <= a.shape.length;
  if ((!same && !aScalar && !bScalar) || x.length === 0 || y.length === 0) return undefined;
  const out = backend.allocate(aScalar ? b.shape : a.shape);
  backend.addon.run('binary', [x, y, out.values], [code, Number(aScalar), Number(bScalar), out.values.length]);
  return out;
}

/** a (..., M, K) by b (..., K, N) for float32 of the same batch. */
function product(args: Arguments): TensorInfo | undefined {
  const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
  const { transposeA, transposeB } = args.attrs as unknown as { transposeA: boolean; transposeB: boolean };
  if (a.dtype !== 'float32' || b.dtype !== 'float32' || a.shape.length !== b.shape.length) return undefined;
  const batch = a.shape.slice(0, -2);
  if (batch.some((size, axis) => size !== b.shape[axis])) return undefined;
  const [aRows = 1, aColumns = 1] = a.shape.slice(-2);
  const [bRows = 1, bColumns = 1] = b.shape.slice(-2);
  const [M, K] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const N = transposeB ? bRows : bColumns;
  const backend = args.backend as NativeBackend;
  const x = backend.values(a);
  const y = backend.values(b);
  const out = backend.allocate([...batch, M, N]);
  const count = batch.reduce((total, size) => total * size, 1);
  for (let i = 0; i < count; i++) {
    backend.addon.run(
      'matrixMultiply',
      [x.subarray(i * M * K, (i + 1) * M * K), y.subarray(i * K * N, (i + 1) * K * N), out.values.subarray(i * M * N, (i + 1) * M * N)],
      [M, N, K, Number(transposeA), Number(transposeB)],
    );
  }
  return out;
}

/** A part of a tensor of numbers. */
function slice(args: Arguments): TensorInfo | undefined {
  const { x } = args.inputs as { x: TensorInfo };
  const { begin, size } = args.attrs as unknown as { begin: number[]; size: number[] };
  if ((x.dtype !== 'float32' && x.dtype !== 'int32') || x.shape.length === 0) return undefined;
  const [from, shape] = slice_util.parseSliceParams(x as Tensor, begin, size) as [number[], number[]];
  slice_util.assertParamsValid(x as Tensor, from, shape);
  const backend = args.backend as NativeBackend;
  const [values, out] = x.dtype === 'int32' ? [backend.integers(x), backend.allocateIntegers(shape)] : [backend.values(x), backend.allocate(shape)];
  copyBlock(shape, { values, shape: x.shape, at: from }, { values: out.values, shape, at: from.map(() => 0) });
  return out;
}

/** A float32 tensor with a constant around it: the gradient of a slice. */
function pad(args: Arguments): TensorInfo | undefined {
  const { x } = args.inputs as { x: TensorInfo };
  const { paddings, constantValue } = args.attrs as unknown as { paddings: [number, number][]; constantValue: number };
  if (x.dtype !== 'float32' || x.shape.length === 0) return undefined;
  const backend = args.backend as NativeBackend;
  const out = backend.allocate(x.shape.map((size, axis) => size + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0)));
  out.values.fill(constantValue);
  copyBlock(x.shape, { values: backend.values(x), shape: x.shape, at: x.shape.map(() => 0) }, { values: out.values, shape: out.shape, at: paddings.map(([before]) => before) });
  return out;
}

/** A float32 tensor of one number, made where it stays: caches of keys and values are large, and new for every batch. */
function fill({ attrs, backend }: Arguments): TensorInfo | undefined {
  const { shape, value, dtype } = attrs as unknown as { shape: number[]; value: number | string; dtype?: string };
  if (typeof value !== 'number' || (dtype ?? 'float32') !== 'float32') return undefined;
  const out = (backend as NativeBackend).allocate(shape);
  out.values.fill(value);
  return out;
}

const commonCases: Readonly<Record<string, (args: Arguments) => TensorInfo | undefined>> = { BatchMatMul: product, Slice: slice, PadV2: pad, Fill: fill };

interface Place {
  readonly values: Float32Array | Int32Array;
  readonly shape: readonly number[];
  readonly at: readonly number[];
}

/** Copies a block of a shape from one place to another, what lies together in both at once. */
function copyBlock(block: readonly number[], from: Place, to: Place, axis = 0, source = 0, target = 0): void {
  const inner = (shape: readonly number[]): number => shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const [sourceStep, targetStep] = [inner(from.shape), inner(to.shape)];
  const [first, put, count] = [source + (from.at[axis] ?? 0) * sourceStep, target + (to.at[axis] ?? 0) * targetStep, block[axis] ?? 1];
  if (inner(block) === sourceStep && inner(block) === targetStep) {
    to.values.set(from.values.subarray(first, first + count * sourceStep), put);
    return;
  }
  for (let i = 0; i < count; i++) copyBlock(block, from, to, axis + 1, first + i * sourceStep, put + i * targetStep);
}
