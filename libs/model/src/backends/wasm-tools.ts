import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedExports, SharedKernel } from './wasm-exports.ts';
import type { WasmBackend } from './wasm-memory.ts';
import type { WasmPool } from './wasm-pool.ts';

/** Work, in multiplications or so, that is worth waking a thread for: some 50 microseconds. */
const worthSharing = 2 ** 20;

/** What the wasm kernels are made with: addresses, outputs, passing memory, work shared out to threads. */
export class WasmTools {
  readonly #backend: WasmBackend;
  readonly #pool: WasmPool;
  /** One packing area per thread. */
  readonly #scratch: readonly number[];

  constructor(backend: WasmBackend, fused: FusedExports, pool: WasmPool) {
    this.#backend = backend;
    this.#pool = pool;
    this.#scratch = Array.from({ length: pool.threads }, () => backend.wasm._malloc(fused.scratchBytes()) >>> 0);
  }

  /** A tensor's address. */
  at = (tensor: TensorInfo | undefined): number => {
    if (tensor === undefined) throw new Error('expected an input, found none');
    return this.#backend.getMemoryOffset(tensor.dataId);
  };

  /** A new float32 tensor, its content undefined. */
  make = (shape: readonly number[]): TensorInfo => this.#backend.makeOutput([...shape], 'float32');

  /** The input as an output: the same memory, one more reference. */
  share = ({ dataId, shape, dtype }: TensorInfo): TensorInfo => {
    this.#backend.incRef(dataId);
    return { dataId, shape, dtype };
  };

  /** A view of a tensor's numbers, good until the next output is made. */
  view(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array {
    return this.#backend.typedArrayFromHeap(tensor);
  }

  /** Passing memory of so many floats. */
  withWork(floats: number, use: (address: number) => void): void {
    const { wasm } = this.#backend;
    const address = wasm._malloc(4 * floats) >>> 0;
    try {
      use(address);
    } finally {
      wasm._free(address);
    }
  }

  /** Passing memory that holds these whole numbers. */
  withInts(values: readonly number[], use: (address: number) => void): void {
    const tensor = this.#backend.makeOutput([values.length], 'int32');
    this.view(tensor).set(values);
    use(this.at(tensor));
    this.#backend.disposeData(tensor.dataId);
  }

  /** Token ids are used as addresses: refuses those beyond the vocabulary. */
  checkIds(ids: TensorInfo, vocabulary: number): void {
    for (const id of this.view(ids)) if (id < 0 || id >= vocabulary) throw new RangeError(`expected token ids from 0 to ${vocabulary - 1}, found ${id}`);
  }

  /**
   * c (M, N) = a (M, K) @ b (K, N) + init, see assembly/matmul.ts; rows or columns of c are shared out. How
   * a sum is added up does not depend on the part it is in.
   */
  matmul(M: number, N: number, K: number, a: number, lda: number, transposeA: number, b: number, ldb: number, transposeB: number, c: number, ldc: number, init: number, initStride: number): void {
    const enough = M * N * K >= worthSharing;
    const byRows = M >= N / 4 && M >= 8 * this.#pool.threads;
    const parts = this.#pool.split(byRows ? M : N, byRows ? 4 : 8, enough);
    this.#pool.run('matmul', parts.map(([from, to], thread) => {
      const [row, column] = byRows ? [from, 0] : [0, from];
      return [
        byRows ? to - from : M, byRows ? N : to - from, K,
        a + 4 * row * (transposeA === 1 ? 1 : lda), lda, transposeA,
        b + 4 * column * (transposeB === 1 ? ldb : 1), ldb, transposeB,
        c + 4 * (row * ldc + column), ldc,
        init === 0 ? 0 : init + 4 * (row * initStride + column), initStride, this.#scratch[thread] ?? 0,
      ];
    }));
  }

  /** A kernel over single numbers: `args` tells those of a part of them. */
  elements(kernel: SharedKernel, size: number, args: (from: number, size: number) => number[]): void {
    this.#pool.run(kernel, this.#pool.split(size, 4, 8 * size >= worthSharing).map(([from, to]) => args(from, to - from)));
  }

  /** A kernel over `count` independent pieces of altogether `cost`; each thread has `work` floats and a packing area. */
  ranges(kernel: SharedKernel, count: number, cost: number, work: number, args: (from: number, to: number, work: number, scratch: number) => number[]): void {
    const parts = this.#pool.split(count, 1, cost >= worthSharing);
    this.withWork(parts.length * work, (address) => {
      this.#pool.run(kernel, parts.map(([from, to], thread) => args(from, to, address + 4 * thread * work, this.#scratch[thread] ?? 0)));
    });
  }
}
