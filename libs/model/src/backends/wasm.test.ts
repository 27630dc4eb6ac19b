import { readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test, vi } from 'vitest';
import { difference, noise } from '../ops/ops.testing.ts';
import { startBackend } from './start.ts';
import type { WasmBackend } from './wasm-memory.ts';
import { compileKernels, kernelsFile } from './wasm-compile.testing.ts';

beforeAll(async () => {
  await startBackend('cpu');
  await startBackend('wasm');
});

test('the kernels in the repository are what their sources compile to', async () => {
  const compiled = await compileKernels();
  expect(Buffer.from(compiled).equals(await readFile(kernelsFile))).toBe(true);
});

test('the kernels have no static data, which would lie over the memory of tfjs', async () => {
  const module = await WebAssembly.compile(await readFile(kernelsFile));
  // A data section would be section 11; the custom-section interface cannot show it, so read the binary.
  const bytes = await readFile(kernelsFile);
  const sections: number[] = [];
  for (let at = 8; at < bytes.length; ) {
    sections.push(bytes[at] ?? 0);
    let size = 0;
    let shift = 0;
    for (at++; ; at++, shift += 7) {
      const byte = bytes[at] ?? 0;
      size |= (byte & 0x7f) << shift;
      if (byte < 128) break;
    }
    at += 1 + size;
  }
  expect(sections).not.toContain(11);
  expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
});

test('what the memory does not hold is refused, and nothing is written over', async () => {
  await startBackend('wasm');
  const backend = tf.backend() as unknown as WasmBackend;
  const kept = tf.tensor1d([1, 2, 3]);
  // 4 GiB, whose size is 0 in 32 bits; and the second half of it, where there is room for one. Nothing is written there.
  expect(() => backend.makeOutput([2 ** 30], 'float32')).toThrow(expect.objectContaining({ code: 'MC_MEMORY_FULL' }));
  const half = backend.makeOutput([2 ** 29], 'float32');
  expect(() => backend.makeOutput([2 ** 29], 'float32')).toThrow(expect.objectContaining({ code: 'MC_MEMORY_FULL' }));
  backend.disposeData(half.dataId);
  expect([...kept.dataSync()]).toEqual([1, 2, 3]);
  expect(tf.matMul(tf.ones([8, 8]), tf.ones([8, 8])).dataSync()[0]).toBe(8);
});

test.each([
  [1, 1, 1, 1, 1],
  [1, 3, 5, 7, 1],
  [1, 17, 1025, 9, 1],
  [1, 130, 513, 33, 1],
  [1, 5, 3, 1030, 1],
  [6, 4, 8, 8, 6],
  [6, 7, 5, 3, 1],
])('products agree with cpu: batch %i, M %i, K %i, N %i, batch of b %i', async (batch, M, K, N, batchB) => {
  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      const [expected, found] = (['cpu', 'wasm'] as const).map((backend) => {
        void tf.setBackend(backend);
        return tf.tidy(() => {
          const draw = noise(M * K + N);
          const a = draw(transposeA ? [batch, K, M] : [batch, M, K]);
          const b = draw(transposeB ? [batchB, N, K] : [batchB, K, N]);
          return Float32Array.from(tf.matMul(a as tf.Tensor3D, b as tf.Tensor3D, transposeA, transposeB).dataSync());
        });
      }) as [Float32Array, Float32Array];
      expect(difference(found, expected)).toBeLessThan(1e-5);
    }
  }
});

test('segment sums drop negative indices, as on cpu', async () => {
  const sums = (['cpu', 'wasm'] as const).map((backend) => {
    void tf.setBackend(backend);
    return tf.tidy(() => tf.unsortedSegmentSum(noise(3)([5, 2, 3]), tf.tensor1d([1, 0, 1, 3, 0], 'int32'), 4).arraySync());
  });
  expect(sums[1]).toEqual(sums[0]);
});

test('a token beyond the vocabulary is refused, not used as an address', async () => {
  await startBackend('wasm');
  expect(() => tf.tidy(() => tf.engine().runKernel('MinchatEmbeddingForward', { tokens: tf.tensor2d([[0, 9]], [1, 2], 'int32'), start: tf.tensor1d([0], 'int32'), wte: tf.zeros([4, 2]), wpe: tf.zeros([8, 2]) }))).toThrow(/token ids from 0 to 3/);
});

test('auto says which backend and why; an unknown name is refused', async () => {
  const { name, reason } = await startBackend('auto');
  expect(['tensorflow', 'native', 'webgpu', 'wasm']).toContain(name);
  expect(reason.length).toBeGreaterThan(0);
  await expect(startBackend('abacus')).rejects.toMatchObject({ code: 'MC_CONFIG_INVALID' });
});

test('an empty variable is none; a wrong one is told, whatever the backend, and makes nobody fall back', async () => {
  vi.stubEnv('MINCHAT_BACKEND', '');
  vi.stubEnv('MINCHAT_THREADS', '');
  expect((await startBackend()).name).toBe((await startBackend('auto')).name);
  for (const [variable, value] of [['MINCHAT_BACKEND', 'tpu'], ['MINCHAT_THREADS', 'all'], ['MINCHAT_MATMUL', 'fp64']] as const) {
    vi.stubEnv(variable, value);
    await expect(startBackend('auto')).rejects.toMatchObject({ code: 'MC_CONFIG_INVALID', message: expect.stringContaining(`${variable}=${value}`) });
    vi.unstubAllEnvs();
  }
});
