import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import type { FusedExports } from './wasm-exports.ts';
import { taskFloats, WasmPool, word, type WorkerData } from './wasm-pool.ts';

// A caller that is put aside between writing the round and waking the threads wakes a thread that has
// finished that round already: it must not run it, and count it, again.
test('a thread that is woken without a new round does nothing', async () => {
  const module = await WebAssembly.compile(await readFile(new URL('wasm-kernels.wasm', import.meta.url)));
  const [imported] = WebAssembly.Module.imports(module);
  expect(imported).toMatchObject({ module: 'env', name: 'memory' });
  const control = new SharedArrayBuffer(16);
  const workerData: WorkerData = {
    module,
    memory: new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true }),
    control,
    tasks: new SharedArrayBuffer(taskFloats * 8),
    index: 0,
  };
  const worker = new Worker(new URL('wasm-worker.ts', import.meta.url), { workerData, execArgv: [] });
  try {
    await once(worker, 'message');
    const words = new Int32Array(control);
    // No kernel: the thread only counts the round.
    new Float64Array(workerData.tasks)[0] = -1;
    const wakeOnce = async (): Promise<void> => {
      while (Atomics.notify(words, word.round) === 0) await turn();
    };
    await wakeOnce();
    // Woken again: it has been back at its waiting.
    await wakeOnce();
    await wakeOnce();
    expect(Atomics.load(words, word.pending)).toBe(0);
  } finally {
    await worker.terminate();
  }
});

test('a part that fails, a thread\'s or the caller\'s own, fails its kernel and none after it', async () => {
  const module = await WebAssembly.compile(await readFile(new URL('wasm-kernels.wasm', import.meta.url)));
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true });
  const kernels = (await WebAssembly.instantiate(module, { env: { memory } })).exports as unknown as FusedExports;
  const pool = await WasmPool.start(module, memory, kernels, 2);
  const numbers = new Float32Array(memory.buffer);
  numbers.fill(3, 0, 16);
  const good = (from: number): number[] => [4 * from, 64 + 4 * from, 8];
  const beyond = [0xffff_0000, 0xffff_8000, 8];
  for (const parts of [[good(0), beyond], [beyond, good(8)]]) {
    expect(() => pool.run('geluForward', parts)).toThrow();
    numbers.fill(0, 16, 32);
    pool.run('geluForward', [good(0), good(8)]);
    for (const y of numbers.subarray(16, 32)) expect(y).toBeCloseTo(2.996, 3);
  }
});
