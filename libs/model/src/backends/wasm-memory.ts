import type { TensorInfo } from '@tensorflow/tfjs-core';

/** The parts of tfjs's wasm backend that fused kernels need. */
export interface WasmBackend {
  makeOutput(shape: number[], dtype: 'float32' | 'int32'): TensorInfo;
  incRef(dataId: object): void;
  /** The tensor's address in the module's memory. */
  getMemoryOffset(dataId: object): number;
  /** A view of a tensor's numbers, good until the memory grows. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array;
  readonly wasm: { _malloc(bytes: number): number; _free(address: number): void };
}

/** What assembly/index.ts exports. Addresses and sizes are numbers; a boolean is 0 or 1. */
export interface FusedExports {
  matmul(M: number, N: number, K: number, a: number, lda: number, transposeA: number, b: number, ldb: number, transposeB: number, c: number, ldc: number, init: number, initStride: number, scratch: number): void;
  scratchBytes(): number;
  add(y: number, a: number, b: number, n: number): void;
  scaleInPlace(x: number, scale: number, n: number): void;
  squaredSum(x: number, n: number): number;
  sumRows(x: number, N: number, C: number, out: number): void;
  zero(y: number, n: number): void;
  layerNormForward(x: number, weight: number, bias: number, N: number, C: number, epsilon: number, y: number, mean: number, rstd: number): void;
  layerNormBackward(dy: number, x: number, weight: number, mean: number, rstd: number, N: number, C: number, dx: number, dweight: number, dbias: number): void;
  geluForward(x: number, y: number, n: number): void;
  geluBackward(dy: number, x: number, dx: number, n: number): void;
  attentionWork(T: number): number;
  attentionForward(qkv: number, start: number, B: number, T: number, C: number, heads: number, out: number, lse: number, work: number, scratch: number): void;
  attentionBackward(dout: number, qkv: number, out: number, lse: number, start: number, B: number, T: number, C: number, heads: number, dqkv: number, work: number, scratch: number): void;
  decodeAttentionRow(qkv: number, keys: number, values: number, C: number, heads: number, P: number, position: number, out: number, work: number): void;
  cacheWriteRow(qkv: number, T: number, start: number, C: number, heads: number, P: number, keys: number, values: number): void;
  nllRow(z: number, V: number, target: number, nll: number, lse: number, entropy: number, correct: number): void;
  nllRowBackward(z: number, V: number, target: number, lse: number, scale: number): void;
  adamw(parameter: number, grad: number, m: number, v: number, n: number, gradScale: number, beta1: number, rest1: number, beta2: number, rest2: number, rate: number, correction2: number, epsilon: number, decay: number): void;
  embeddingForward(tokens: number, start: number, wte: number, wpe: number, B: number, T: number, C: number, x: number): void;
  embeddingBackward(dx: number, tokens: number, start: number, B: number, T: number, C: number, dwte: number, dwpe: number): void;
}

/**
 * Runs `start`, which instantiates tfjs's WebAssembly module, and returns that module's memory. tfjs keeps
 * it to itself; fused kernels must work on the same one.
 */
export async function catchMemory(start: () => Promise<void>): Promise<WebAssembly.Memory> {
  const original = WebAssembly.instantiate as (source: BufferSource, imports?: WebAssembly.Imports) => Promise<WebAssembly.WebAssemblyInstantiatedSource>;
  let memory: WebAssembly.Memory | undefined;
  const catching: typeof original = async (source, imports) => {
    const result = await original(source, imports);
    memory ??= Object.values(result.instance.exports).find((value) => value instanceof WebAssembly.Memory);
    return result;
  };
  WebAssembly.instantiate = catching as typeof WebAssembly.instantiate;
  try {
    await start();
  } finally {
    WebAssembly.instantiate = original as typeof WebAssembly.instantiate;
  }
  if (memory === undefined) throw new Error('expected the WebAssembly module of tfjs to export its memory');
  return memory;
}
