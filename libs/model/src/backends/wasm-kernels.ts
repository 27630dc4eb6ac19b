import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { FusedExports, WasmBackend } from './wasm-memory.ts';

type Attrs = Record<string, unknown>;
type Inputs = Record<string, tf.TensorInfo>;
type Kernel = (inputs: Inputs, attrs: Attrs) => tf.TensorInfo | tf.TensorInfo[];

/** Logits held at once by TokenNll, in floats: 32 MB. */
const largestLogits = 2 ** 23;

/**
 * Registers the fused kernels of ops/README.md for the wasm backend, and better versions of a few of its
 * own. They are in AssemblyScript (assembly/), compiled to wasm-kernels.wasm.
 */
export async function registerWasmKernels(memory: WebAssembly.Memory): Promise<void> {
  const module = await WebAssembly.compile(await readFile(new URL('wasm-kernels.wasm', import.meta.url)));
  const fused = (await WebAssembly.instantiate(module, { env: { memory } })).exports as unknown as FusedExports;
  const backend = tf.backend() as unknown as WasmBackend;
  const scratch = backend.wasm._malloc(fused.scratchBytes()) >>> 0;
  const kernels = { ...fusedKernels(backend, fused, scratch), ...ownKernels(backend, fused, scratch) };
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    if (tf.getKernel(kernelName, 'wasm') !== undefined) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: ({ inputs, attrs }) => kernel(inputs as Inputs, (attrs ?? {}) as Attrs) });
  }
}

/** Addresses, outputs and passing memory, for both sets of kernels. */
function tools(backend: WasmBackend) {
  return {
    at: (tensor: tf.TensorInfo | undefined): number => {
      if (tensor === undefined) throw new Error('expected an input, found none');
      return backend.getMemoryOffset(tensor.dataId);
    },
    make: (shape: readonly number[]): tf.TensorInfo => backend.makeOutput([...shape], 'float32'),
    /** The input as an output: the same memory, one more reference. */
    share: ({ dataId, shape, dtype }: tf.TensorInfo, as: number[] = shape): tf.TensorInfo => {
      backend.incRef(dataId);
      return { dataId, shape: as, dtype };
    },
    withWork: (floats: number, use: (work: number) => void): void => {
      const work = backend.wasm._malloc(4 * floats) >>> 0;
      use(work);
      backend.wasm._free(work);
    },
  };
}

const product = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1);
const last = (shape: readonly number[]): number => shape.at(-1) ?? 1;

function fusedKernels(backend: WasmBackend, fused: FusedExports, scratch: number): Record<string, Kernel> {
  const { at, make, share, withWork } = tools(backend);
  return {
    MinchatLayerNormForward({ x, weight, bias }: Inputs, { epsilon }) {
      const C = last(x!.shape), N = product(x!.shape) / C;
      const [y, mean, rstd] = [make(x!.shape), make([N]), make([N])];
      fused.layerNormForward(at(x), at(weight), at(bias), N, C, epsilon as number, at(y), at(mean), at(rstd));
      return [y, mean, rstd];
    },
    MinchatLayerNormBackward({ dy, x, weight, mean, rstd }: Inputs) {
      const C = last(x!.shape), N = product(x!.shape) / C;
      const [dx, dweight, dbias] = [make(x!.shape), make([C]), make([C])];
      fused.zero(at(dweight), C);
      fused.zero(at(dbias), C);
      fused.layerNormBackward(at(dy), at(x), at(weight), at(mean), at(rstd), N, C, at(dx), at(dweight), at(dbias));
      return [dx, dweight, dbias];
    },
    MinchatLinearForward({ x, weight, bias, residual }: Inputs, { activation }) {
      const [I, O] = weight!.shape as [number, number];
      const N = product(x!.shape) / I;
      const shape = [...x!.shape.slice(0, -1), O];
      const pre = make(shape);
      fused.matmul(N, O, I, at(x), I, 0, at(weight), O, 0, at(pre), O, at(bias), 0, scratch);
      if (residual !== undefined) fused.add(at(pre), at(pre), at(residual), N * O);
      if (activation !== 'gelu') return [pre];
      const y = make(shape);
      fused.geluForward(at(pre), at(y), N * O);
      return [y, pre];
    },
    MinchatLinearBackward({ dy, x, weight, pre }: Inputs, { activation }) {
      const [I, O] = weight!.shape as [number, number];
      const N = product(x!.shape) / I;
      const [dx, dweight, dbias] = [make(x!.shape), make([I, O]), make([O])];
      const run = (d: number): void => {
        fused.matmul(N, I, O, d, O, 0, at(weight), O, 1, at(dx), I, 0, 0, scratch);
        fused.matmul(I, O, N, at(x), I, 1, d, O, 0, at(dweight), O, 0, 0, scratch);
        fused.zero(at(dbias), O);
        fused.sumRows(d, N, O, at(dbias));
      };
      if (activation !== 'gelu') run(at(dy));
      else {
        withWork(N * O, (d) => {
          fused.geluBackward(at(dy), at(pre), d, N * O);
          run(d);
        });
      }
      return [dx, dweight, dbias];
    },
    MinchatAttentionForward({ qkv, start }: Inputs, attrs) {
      const [B, T, C3] = qkv!.shape as [number, number, number];
      const heads = attrs['heads'] as number;
      const [out, lse] = [make([B, T, C3 / 3]), make([B, heads, T])];
      withWork(fused.attentionWork(T), (work) => fused.attentionForward(at(qkv), at(start), B, T, C3 / 3, heads, at(out), at(lse), work, scratch));
      return [out, lse];
    },
    MinchatAttentionBackward({ dout, qkv, out, lse, start }: Inputs, attrs) {
      const [B, T, C3] = qkv!.shape as [number, number, number];
      const dqkv = make(qkv!.shape);
      withWork(fused.attentionWork(T), (work) => fused.attentionBackward(at(dout), at(qkv), at(out), at(lse), at(start), B, T, C3 / 3, attrs['heads'] as number, at(dqkv), work, scratch));
      return [dqkv];
    },
    MinchatDecodeAttention({ qkv, keys, values }: Inputs, attrs) {
      const [, heads, P, hs] = keys!.shape as [number, number, number, number];
      const C = heads * hs;
      const slots = attrs['slots'] as number[], positions = attrs['positions'] as number[];
      const out = make([slots.length, C]);
      withWork(P, (work) => {
        slots.forEach((slot, row) => {
          const cache = 4 * slot * P * C;
          fused.decodeAttentionRow(at(qkv) + 12 * row * C, at(keys) + cache, at(values) + cache, C, heads, P, positions[row] ?? 0, at(out) + 4 * row * C, work);
        });
      });
      return [out, share(keys!), share(values!)];
    },
    MinchatCacheWrite({ qkv, keys, values }: Inputs, attrs) {
      const [, heads, P, hs] = keys!.shape as [number, number, number, number];
      const T = qkv!.shape[1] ?? 1, C = heads * hs;
      const starts = attrs['starts'] as number[];
      (attrs['slots'] as number[]).forEach((slot, b) => {
        const cache = 4 * slot * P * C;
        fused.cacheWriteRow(at(qkv) + 12 * b * T * C, T, starts[b] ?? 0, C, heads, P, at(keys) + cache, at(values) + cache);
      });
      return [share(keys!), share(values!)];
    },
    MinchatEmbeddingForward({ tokens, start, wte, wpe }: Inputs) {
      const [B, T] = tokens!.shape as [number, number];
      const C = last(wte!.shape);
      checkTokens(tokens!, wte!.shape[0] ?? 0);
      const x = make([B, T, C]);
      fused.embeddingForward(at(tokens), at(start), at(wte), at(wpe), B, T, C, at(x));
      return [x];
    },
    MinchatEmbeddingBackward({ dx, tokens, start }: Inputs, { vocabulary, positions }) {
      const [B, T, C] = dx!.shape as [number, number, number];
      const [V, P] = [vocabulary as number, positions as number];
      const [dwte, dwpe] = [make([V, C]), make([P, C])];
      fused.zero(at(dwte), V * C);
      fused.zero(at(dwpe), P * C);
      fused.embeddingBackward(at(dx), at(tokens), at(start), B, T, C, at(dwte), at(dwpe));
      return [dwte, dwpe];
    },
    MinchatTokenNllForward({ x, wte, targets }: Inputs, { temperature }) {
      const [N, C] = x!.shape as [number, number];
      const V = wte!.shape[0] ?? 0;
      const ids = targetsOf(targets!, V);
      const outputs = [make([N]), make([N]), make([N]), make([N])];
      const [nll, lse, entropy, correct] = outputs.map(at) as [number, number, number, number];
      forChunks(N, V, (from, size, z) => {
        fused.matmul(size, V, C, at(x) + 4 * from * C, C, 0, at(wte), C, 1, z, V, 0, 0, scratch);
        if (temperature !== 1) fused.scaleInPlace(z, 1 / (temperature as number), size * V);
        for (let i = 0; i < size; i++) {
          const n = 4 * (from + i);
          fused.nllRow(z + 4 * i * V, V, ids[from + i] ?? 0, nll + n, lse + n, entropy + n, correct + n);
        }
      });
      return outputs;
    },
    MinchatTokenNllBackward({ dnll, x, wte, targets, lse }: Inputs, attrs) {
      const [N, C] = x!.shape as [number, number];
      const V = wte!.shape[0] ?? 0;
      const temperature = attrs['temperature'] as number;
      const ids = targetsOf(targets!, V);
      const [dx, dwte] = [make([N, C]), make([V, C])];
      const lses = backend.typedArrayFromHeap(lse!).slice(), scales = backend.typedArrayFromHeap(dnll!).slice();
      forChunks(N, V, (from, size, z) => {
        const xs = at(x) + 4 * from * C;
        fused.matmul(size, V, C, xs, C, 0, at(wte), C, 1, z, V, 0, 0, scratch);
        if (temperature !== 1) fused.scaleInPlace(z, 1 / temperature, size * V);
        for (let i = 0; i < size; i++) fused.nllRowBackward(z + 4 * i * V, V, ids[from + i] ?? 0, lses[from + i] ?? 0, (scales[from + i] ?? 0) / temperature);
        fused.matmul(size, C, V, z, V, 0, at(wte), C, 0, at(dx) + 4 * from * C, C, 0, 0, scratch);
        fused.matmul(V, C, size, z, V, 1, xs, C, 0, at(dwte), C, from === 0 ? 0 : at(dwte), C, scratch);
      });
      return [dx, dwte];
    },
    MinchatSquaredSum({ x }: Inputs) {
      const sum = make([]);
      backend.typedArrayFromHeap(sum)[0] = fused.squaredSum(at(x), product(x!.shape));
      return [sum];
    },
    MinchatAdamW({ parameter, grad, m, v }: Inputs, attrs) {
      const a = attrs as Record<string, number>;
      const [rate, beta1, beta2] = [a['learningRate'] ?? 0, a['beta1'] ?? 0, a['beta2'] ?? 0];
      fused.adamw(at(parameter), at(grad), at(m), at(v), product(parameter!.shape), a['gradScale'] ?? 1, beta1, 1 - beta1, beta2, 1 - beta2, rate / (a['correction1'] ?? 1), a['correction2'] ?? 1, a['epsilon'] ?? 0, 1 - rate * (a['weightDecay'] ?? 0));
      return [share(parameter!), share(m!), share(v!)];
    },
  };

  function forChunks(N: number, V: number, use: (from: number, size: number, z: number) => void): void {
    const most = Math.min(N, Math.max(16, Math.floor(largestLogits / V)));
    withWork(most * V, (z) => {
      for (let from = 0; from < N; from += most) use(from, Math.min(most, N - from), z);
    });
  }

  /** Token ids, checked: the kernels use them as addresses. */
  function targetsOf(targets: tf.TensorInfo, V: number): Int32Array {
    const ids = backend.typedArrayFromHeap(targets).slice() as Int32Array;
    for (const id of ids) if (id < 0 || id >= V) throw new RangeError(`expected token ids from 0 to ${V - 1}, found ${id}`);
    return ids;
  }

  function checkTokens(tokens: tf.TensorInfo, V: number): void {
    targetsOf(tokens, V);
  }
}

/** tfjs's own kernels that are slow or missing on wasm. */
function ownKernels(backend: WasmBackend, fused: FusedExports, scratch: number): Record<string, Kernel> {
  const { at, make, share } = tools(backend);
  return {
    // tfjs copies.
    Identity: ({ x }: Inputs) => share(x!),
    // tfjs's has a fast path for one untransposed product only.
    BatchMatMul({ a, b }: Inputs, { transposeA, transposeB }) {
      const [am, an] = a!.shape.slice(-2) as [number, number];
      const [bm, bn] = b!.shape.slice(-2) as [number, number];
      const [M, K] = transposeA === true ? [an, am] : [am, an];
      const [inner, N] = transposeB === true ? [bn, bm] : [bm, bn];
      if (inner !== K) throw new Error(`expected inner sizes that match, found [${a!.shape.join()}] and [${b!.shape.join()}]`);
      const batch = tf.broadcast_util.assertAndGetBroadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
      const count = product(batch), countA = product(a!.shape.slice(0, -2)), countB = product(b!.shape.slice(0, -2));
      if ((countA !== count && countA !== 1) || (countB !== count && countB !== 1)) throw new Error(`expected batches of equal size or one, found [${a!.shape.join()}] and [${b!.shape.join()}]`);
      const out = make([...batch, M, N]);
      for (let i = 0; i < count; i++) {
        fused.matmul(M, N, K, at(a) + (countA === 1 ? 0 : 4 * i * M * K), an, Number(transposeA === true), at(b) + (countB === 1 ? 0 : 4 * i * K * N), bn, Number(transposeB === true), at(out) + 4 * i * M * N, N, 0, 0, scratch);
      }
      return out;
    },
    // tfjs has none: the gradient of gather needs it.
    UnsortedSegmentSum({ x, segmentIds }: Inputs, attrs) {
      const numSegments = attrs['numSegments'] as number;
      const rows = x!.shape[0] ?? 0, size = product(x!.shape.slice(1));
      const out = make([numSegments, ...x!.shape.slice(1)]);
      fused.zero(at(out), numSegments * size);
      const ids = backend.typedArrayFromHeap(segmentIds!).slice();
      for (let row = 0; row < rows; row++) {
        const id = ids[row] ?? -1;
        // As TensorFlow: a negative index drops the row.
        if (id >= 0 && id < numSegments) fused.add(at(out) + 4 * id * size, at(out) + 4 * id * size, at(x) + 4 * row * size, size);
      }
      return out;
    },
  };
}
