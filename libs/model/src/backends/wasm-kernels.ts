import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { Heads } from '../ops/attention.ts';
import type { FusedExports } from './wasm-exports.ts';
import { refuseWhenFull, type WasmBackend } from './wasm-memory.ts';
import { WasmTools } from './wasm-tools.ts';
import { WasmPool } from './wasm-pool.ts';

type Attrs = Record<string, unknown>;
type Inputs = Record<string, tf.TensorInfo>;
type Kernel = (inputs: Inputs, attrs: Attrs) => tf.TensorInfo | tf.TensorInfo[];

/** Logits held at once by TokenNll, in floats: 32 MB. */
const largestLogits = 2 ** 23;

/**
 * Registers the fused kernels of ops/README.md for the wasm backend, and better versions of a few of its
 * own. They are in AssemblyScript (assembly/), compiled to wasm-kernels.wasm, and run on `threads` threads.
 */
export async function registerWasmKernels(memory: WebAssembly.Memory, threads: number): Promise<void> {
  const module = await WebAssembly.compile(await readFile(new URL('wasm-kernels.wasm', import.meta.url)));
  const fused = (await WebAssembly.instantiate(module, { env: { memory } })).exports as unknown as FusedExports;
  const pool = await WasmPool.start(module, memory, fused, threads);
  const backend = tf.backend() as unknown as WasmBackend;
  refuseWhenFull(backend);
  const tools = new WasmTools(backend, fused, pool);
  for (const [kernelName, kernel] of Object.entries({ ...fusedKernels(tools, fused), ...ownKernels(tools, fused) })) {
    if (tf.getKernel(kernelName, 'wasm') !== undefined) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: ({ inputs, attrs }) => kernel(inputs as Inputs, (attrs ?? {}) as Attrs) });
  }
}

const product = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1);
const last = (shape: readonly number[]): number => shape.at(-1) ?? 1;

function fusedKernels(tools: WasmTools, fused: FusedExports): Record<string, Kernel> {
  const { at, make, share } = tools;
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
    MinchatRmsNormForward({ x, weight }: Inputs, { epsilon }) {
      const C = last(x!.shape), N = product(x!.shape) / C;
      const [y, rstd] = [make(x!.shape), make([N])];
      fused.rmsNormForward(at(x), at(weight), N, C, epsilon as number, at(y), at(rstd));
      return [y, rstd];
    },
    MinchatRmsNormBackward({ dy, x, weight, rstd }: Inputs) {
      const C = last(x!.shape), N = product(x!.shape) / C;
      const [dx, dweight] = [make(x!.shape), make([C])];
      fused.zero(at(dweight), C);
      fused.rmsNormBackward(at(dy), at(x), at(weight), at(rstd), N, C, at(dx), at(dweight));
      return [dx, dweight];
    },
    MinchatRotary({ x, table, positions }: Inputs, { heads, back }) {
      const W = last(x!.shape), y = make(x!.shape);
      fused.rotary(at(x), at(table), at(positions), product(x!.shape) / W, W, heads as number, last(table!.shape), back === true ? -1 : 1, at(y));
      return [y];
    },
    MinchatSwigluForward({ x }: Inputs) {
      const I = last(x!.shape) / 2, N = product(x!.shape) / (2 * I);
      const y = make([...x!.shape.slice(0, -1), I]);
      tools.ranges('swigluForward', N, 20 * N * I, 0, (from, to) => [at(x), I, at(y), from, to]);
      return [y];
    },
    MinchatSwigluBackward({ dy, x }: Inputs) {
      const I = last(x!.shape) / 2, N = product(x!.shape) / (2 * I);
      const dx = make(x!.shape);
      tools.ranges('swigluBackward', N, 20 * N * I, 0, (from, to) => [at(dy), at(x), I, at(dx), from, to]);
      return [dx];
    },
    MinchatLinearForward({ x, weight, bias, residual }: Inputs, { activation }) {
      const [I, O] = weight!.shape as [number, number];
      const N = product(x!.shape) / I;
      const shape = [...x!.shape.slice(0, -1), O];
      const pre = make(shape);
      tools.matmul(N, O, I, at(x), I, 0, at(weight), O, 0, at(pre), O, bias === undefined ? 0 : at(bias), 0);
      if (residual !== undefined) fused.add(at(pre), at(pre), at(residual), N * O);
      if (activation !== 'gelu') return [pre];
      const y = make(shape);
      tools.elements('geluForward', N * O, (from, size) => [at(pre) + 4 * from, at(y) + 4 * from, size]);
      return [y, pre];
    },
    MinchatLinearBackward({ dy, x, weight, pre }: Inputs, { activation, biased }) {
      const [I, O] = weight!.shape as [number, number];
      const N = product(x!.shape) / I;
      const [dx, dweight] = [make(x!.shape), make([I, O])];
      const dbias = biased === true ? [make([O])] : [];
      const run = (d: number): void => {
        tools.matmul(N, I, O, d, O, 0, at(weight), O, 1, at(dx), I, 0, 0);
        tools.matmul(I, O, N, at(x), I, 1, d, O, 0, at(dweight), O, 0, 0);
        for (const sum of dbias) {
          fused.zero(at(sum), O);
          fused.sumRows(d, N, O, at(sum));
        }
      };
      if (activation !== 'gelu') run(at(dy));
      else {
        tools.withWork(N * O, (d) => {
          tools.elements('geluBackward', N * O, (from, size) => [at(dy) + 4 * from, at(pre) + 4 * from, d + 4 * from, size]);
          run(d);
        });
      }
      return [dx, dweight, ...dbias];
    },
    MinchatAttentionForward({ qkv, start }: Inputs, attrs) {
      const [B, T, W] = qkv!.shape as [number, number, number];
      const { heads, keyValueHeads } = attrs as unknown as Heads;
      const hs = W / (heads + 2 * keyValueHeads);
      const [out, lse] = [make([B, T, heads * hs]), make([B, heads, T])];
      fused.zero(at(out), B * T * heads * hs);
      fused.zero(at(lse), B * heads * T);
      tools.ranges('attentionForward', B * keyValueHeads, T * T * W * B, fused.attentionWork(T), (from, to, work, scratch) => [at(qkv), at(start), T, hs, heads, keyValueHeads, at(out), at(lse), from, to, work, scratch]);
      return [out, lse];
    },
    MinchatAttentionBackward({ dout, qkv, out, lse, start }: Inputs, attrs) {
      const [B, T, W] = qkv!.shape as [number, number, number];
      const { heads, keyValueHeads } = attrs as unknown as Heads;
      const hs = W / (heads + 2 * keyValueHeads);
      const dqkv = make(qkv!.shape);
      fused.zero(at(dqkv), B * T * W);
      tools.ranges('attentionBackward', B * keyValueHeads, T * T * W * B, fused.attentionWork(T), (from, to, work, scratch) => [at(dout), at(qkv), at(out), at(lse), at(start), T, hs, heads, keyValueHeads, at(dqkv), from, to, work, scratch]);
      return [dqkv];
    },
    MinchatDecodeAttention({ qkv, keys, values }: Inputs, attrs) {
      const [, keyValueHeads, P, hs] = keys!.shape as [number, number, number, number];
      const heads = attrs['heads'] as number;
      const slots = attrs['slots'] as number[], positions = attrs['positions'] as number[];
      const R = slots.length;
      const out = make([R, heads * hs]);
      tools.withInts(slots.flatMap((slot, row) => [slot, positions[row] ?? 0]), (rows) => {
        const read = positions.reduce((sum, position) => sum + position, 0);
        tools.ranges('decodeAttention', R, 2 * read * heads * hs, P, (from, to, work) => [at(qkv), at(keys), at(values), hs, heads, keyValueHeads, P, rows, at(out), from, to, work]);
      });
      return [out, share(keys!), share(values!)];
    },
    MinchatCacheWrite({ qkv, keys, values }: Inputs, attrs) {
      const [, keyValueHeads, P, hs] = keys!.shape as [number, number, number, number];
      const [, T, W] = qkv!.shape as [number, number, number];
      const heads = attrs['heads'] as number, starts = attrs['starts'] as number[];
      (attrs['slots'] as number[]).forEach((slot, b) => {
        const cache = 4 * slot * P * keyValueHeads * hs;
        fused.cacheWriteRow(at(qkv) + 4 * b * T * W, T, starts[b] ?? 0, hs, heads, keyValueHeads, P, at(keys) + cache, at(values) + cache);
      });
      return [share(keys!), share(values!)];
    },
    MinchatEmbeddingForward({ tokens, start, wte, wpe }: Inputs) {
      const [B, T] = tokens!.shape as [number, number];
      const C = last(wte!.shape);
      tools.checkIds(tokens!, wte!.shape[0] ?? 0);
      const x = make([B, T, C]);
      fused.embeddingForward(at(tokens), at(start), at(wte), wpe === undefined ? 0 : at(wpe), B, T, C, at(x));
      return [x];
    },
    MinchatEmbeddingBackward({ dx, tokens, start, onto }: Inputs, { vocabulary, positions }) {
      const [B, T, C] = dx!.shape as [number, number, number];
      const [V, P] = [vocabulary as number, positions as number];
      const dwte = onto === undefined ? make([V, C]) : share(onto);
      const dwpe = P > 0 ? [make([P, C])] : [];
      if (onto === undefined) fused.zero(at(dwte), V * C);
      for (const learned of dwpe) fused.zero(at(learned), P * C);
      fused.embeddingBackward(at(dx), at(tokens), at(start), B, T, C, at(dwte), P > 0 ? at(dwpe[0]) : 0);
      return [dwte, ...dwpe];
    },
    MinchatTokenNllForward({ x, wte, targets }: Inputs, { temperature }) {
      const [N, C] = x!.shape as [number, number];
      const V = wte!.shape[0] ?? 0;
      tools.checkIds(targets!, V);
      const outputs = [make([N]), make([N]), make([N]), make([N])];
      forChunks(N, V, (start, size, z) => {
        tools.matmul(size, V, C, at(x) + 4 * start * C, C, 0, at(wte), C, 1, z, V, 0, 0);
        const [ids, nll, lse, entropy, correct] = [targets, ...outputs].map((tensor) => at(tensor) + 4 * start) as [number, number, number, number, number];
        tools.ranges('nllRows', size, 20 * size * V, 0, (from, to) => [z, V, 1 / (temperature as number), ids, nll, lse, entropy, correct, from, to]);
      });
      return outputs;
    },
    MinchatTokenNllBackward({ dnll, x, wte, targets, lse }: Inputs, { temperature }) {
      const [N, C] = x!.shape as [number, number];
      const V = wte!.shape[0] ?? 0;
      tools.checkIds(targets!, V);
      const [dx, dwte] = [make([N, C]), make([V, C])];
      forChunks(N, V, (start, size, z) => {
        const xs = at(x) + 4 * start * C;
        tools.matmul(size, V, C, xs, C, 0, at(wte), C, 1, z, V, 0, 0);
        const [ids, lses, dnlls] = [targets, lse, dnll].map((tensor) => at(tensor) + 4 * start) as [number, number, number];
        tools.ranges('nllRowsBackward', size, 20 * size * V, 0, (from, to) => [z, V, 1 / (temperature as number), ids, lses, dnlls, from, to]);
        tools.matmul(size, C, V, z, V, 0, at(wte), C, 0, at(dx) + 4 * start * C, C, 0, 0);
        tools.matmul(V, C, size, z, V, 1, xs, C, 0, at(dwte), C, start === 0 ? 0 : at(dwte), C);
      });
      return [dx, dwte];
    },
    MinchatSquaredSums(inputs) {
      const tensors = Object.keys(inputs).map((_, i) => inputs[i]!);
      const sums = make([tensors.length]);
      tools.view(sums).set(tensors.map((tensor) => fused.squaredSum(at(tensor), product(tensor.shape))));
      return [sums];
    },
    MinchatAdamW(inputs, attrs) {
      const a = attrs as Record<string, number>;
      const [rate, beta1, beta2] = [a['learningRate'] ?? 0, a['beta1'] ?? 0, a['beta2'] ?? 0];
      for (const [i, weightDecay] of (attrs['weightDecays'] as number[]).entries()) {
        const tensors = ['parameter', 'grad', 'm', 'v'].map((name) => inputs[`${name}.${i}`]!);
        const constants = [a['gradScale'] ?? 1, beta1, 1 - beta1, beta2, 1 - beta2, rate / (a['correction1'] ?? 1), a['correction2'] ?? 1, a['epsilon'] ?? 0, 1 - rate * weightDecay];
        tools.elements('adamw', product(tensors[0]!.shape), (from, size) => [...tensors.map((tensor) => at(tensor) + 4 * from), size, ...constants]);
      }
      return [];
    },
  };

  function forChunks(N: number, V: number, use: (start: number, size: number, z: number) => void): void {
    const most = Math.min(N, Math.max(16, Math.floor(largestLogits / V)));
    tools.withWork(most * V, (z) => {
      for (let start = 0; start < N; start += most) use(start, Math.min(most, N - start), z);
    });
  }
}

/** tfjs's own kernels that are slow or missing on wasm. */
function ownKernels(tools: WasmTools, fused: FusedExports): Record<string, Kernel> {
  const { at, make, share } = tools;
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
        tools.matmul(M, N, K, at(a) + (countA === 1 ? 0 : 4 * i * M * K), an, Number(transposeA === true), at(b) + (countB === 1 ? 0 : 4 * i * K * N), bn, Number(transposeB === true), at(out) + 4 * i * M * N, N, 0, 0);
      }
      return out;
    },
    // tfjs has none: the gradient of gather needs it.
    UnsortedSegmentSum({ x, segmentIds }: Inputs, attrs) {
      const numSegments = attrs['numSegments'] as number;
      const rows = x!.shape[0] ?? 0, size = product(x!.shape.slice(1));
      const out = make([numSegments, ...x!.shape.slice(1)]);
      fused.zero(at(out), numSegments * size);
      const ids = tools.view(segmentIds!).slice();
      for (let row = 0; row < rows; row++) {
        const id = ids[row] ?? -1;
        // As TensorFlow: a negative index drops the row.
        if (id >= 0 && id < numSegments) fused.add(at(out) + 4 * id * size, at(out) + 4 * id * size, at(x) + 4 * row * size, size);
      }
      return out;
    },
  };
}
