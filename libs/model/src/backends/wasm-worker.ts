// A thread of the wasm backend: waits for its part of a kernel, runs it on the shared memory, says so.
import { parentPort, workerData } from 'node:worker_threads';
import { sharedKernels, type FusedExports } from './wasm-exports.ts';
import { taskFloats, word, type WorkerData } from './wasm-pool.ts';

const { module, memory, control, tasks, index } = workerData as WorkerData;
const instance = await WebAssembly.instantiate(module, { env: { memory } });
const kernels = instance.exports as unknown as FusedExports;
const words = new Int32Array(control);
const task = new Float64Array(tasks, index * taskFloats * 8, taskFloats);
let round = 0;
parentPort?.postMessage('ready');
for (;;) {
  // Not just once: the caller's call to wake may come late, for a round that is done already.
  while (Atomics.load(words, word.round) === round) Atomics.wait(words, word.round, round);
  round = Atomics.load(words, word.round);
  const [kernel = -1, count = 0] = task;
  const name = sharedKernels[kernel];
  if (name !== undefined) {
    try {
      (kernels[name] as (...args: number[]) => void)(...task.subarray(2, 2 + count));
    } catch {
      Atomics.store(words, word.failed, 1);
    }
  }
  if (Atomics.sub(words, word.pending, 1) === 1) Atomics.notify(words, word.pending);
}
