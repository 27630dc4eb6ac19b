type n = number;

/** What assembly/index.ts exports. Addresses, sizes and flags (0 or 1) are numbers. */
export interface FusedExports {
  matmul(M: n, N: n, K: n, a: n, lda: n, transposeA: n, b: n, ldb: n, transposeB: n, c: n, ldc: n, init: n, initStride: n, scratch: n): void;
  scratchBytes(): n;
  add(y: n, a: n, b: n, size: n): void;
  squaredSum(x: n, size: n): n;
  sumRows(x: n, N: n, C: n, out: n): void;
  zero(y: n, size: n): void;
  layerNormForward(x: n, weight: n, bias: n, N: n, C: n, epsilon: n, y: n, mean: n, rstd: n): void;
  layerNormBackward(dy: n, x: n, weight: n, mean: n, rstd: n, N: n, C: n, dx: n, dweight: n, dbias: n): void;
  rmsNormForward(x: n, weight: n, N: n, C: n, epsilon: n, y: n, rstd: n): void;
  rmsNormBackward(dy: n, x: n, weight: n, rstd: n, N: n, C: n, dx: n, dweight: n): void;
  rotary(x: n, table: n, positions: n, N: n, W: n, heads: n, hs: n, sign: n, y: n): void;
  swigluForward(x: n, I: n, y: n, from: n, to: n): void;
  swigluBackward(dy: n, x: n, I: n, dx: n, from: n, to: n): void;
  geluForward(x: n, y: n, size: n): void;
  geluBackward(dy: n, x: n, dx: n, size: n): void;
  attentionWork(T: n): n;
  attentionForward(qkv: n, start: n, T: n, hs: n, heads: n, kvHeads: n, out: n, lse: n, from: n, to: n, work: n, scratch: n): void;
  attentionBackward(dout: n, qkv: n, out: n, lse: n, start: n, T: n, hs: n, heads: n, kvHeads: n, dqkv: n, from: n, to: n, work: n, scratch: n): void;
  decodeAttention(qkv: n, keys: n, values: n, hs: n, heads: n, kvHeads: n, P: n, rows: n, out: n, from: n, to: n, work: n): void;
  cacheWriteRow(qkv: n, T: n, start: n, hs: n, heads: n, kvHeads: n, P: n, keys: n, values: n): void;
  nllRows(z: n, V: n, scale: n, targets: n, nll: n, lse: n, entropy: n, correct: n, from: n, to: n): void;
  nllRowsBackward(z: n, V: n, scale: n, targets: n, lse: n, dnll: n, from: n, to: n): void;
  adamw(parameter: n, grad: n, m: n, v: n, size: n, gradScale: n, beta1: n, rest1: n, beta2: n, rest2: n, rate: n, correction2: n, epsilon: n, decay: n): void;
  embeddingForward(tokens: n, start: n, wte: n, wpe: n, B: n, T: n, C: n, x: n): void;
  embeddingBackward(dx: n, tokens: n, start: n, B: n, T: n, C: n, dwte: n, dwpe: n): void;
}

/** Kernels that threads share out; the place in the list is the number that names one to a thread. */
export const sharedKernels = ['matmul', 'attentionForward', 'attentionBackward', 'decodeAttention', 'nllRows', 'nllRowsBackward', 'geluForward', 'geluBackward', 'adamw', 'swigluForward', 'swigluBackward'] as const;
export type SharedKernel = (typeof sharedKernels)[number];
