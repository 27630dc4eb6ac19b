import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { taskFloats, word, type WorkerData } from './wasm-pool.ts';

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
