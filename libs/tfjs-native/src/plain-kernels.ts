import { getKernelsForBackend, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import type { NativeBackend } from './backend.ts';

// tfjs's own kernels under the name of this backend: those of plain JavaScript, of which the few
// that still run often beside the fused ones have a C++ kernel for the common case.

type Arguments = Parameters<KernelFunc>[0];

const binary = ['Add', 'Sub', 'Multiply', 'RealDiv'];

/** Every kernel of the cpu backend, ready to be registered here. */
export function plainKernels(): { name: string; run: KernelFunc }[] {
  return getKernelsForBackend('cpu').map(({ kernelName, kernelFunc }) => {
    const code = binary.indexOf(kernelName);
    const own = withOwnData(kernelFunc);
    if (code >= 0) return { name: kernelName, run: (args) => arithmetic(code, args) ?? own(args) };
    if (kernelName === 'BatchMatMul') return { name: kernelName, run: (args) => product(args) ?? own(args) };
    return { name: kernelName, run: own };
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
