import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { sharedKernels, type FusedExports, type SharedKernel } from './wasm-exports.ts';

/** Words of the control memory: the task's round, threads still at work, whether one failed. */
export const word = { round: 0, pending: 1, failed: 2 } as const;
/** Per thread: the kernel's number, the count of arguments, the arguments. */
export const taskFloats = 32;

export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly control: SharedArrayBuffer;
  readonly tasks: SharedArrayBuffer;
  readonly index: number;
}

/** How often the main thread looks before it goes to sleep: a few tens of microseconds. */
const looks = 5000;

/** Threads that run parts of one kernel at a time; the calling thread is one of them. */
export class WasmPool {
  /** The caller included. */
  readonly threads: number;
  readonly #kernels: FusedExports;
  readonly #words: Int32Array;
  readonly #tasks: Float64Array;

  private constructor(kernels: FusedExports, threads: number, control: SharedArrayBuffer, tasks: SharedArrayBuffer) {
    this.#kernels = kernels;
    this.threads = threads;
    this.#words = new Int32Array(control);
    this.#tasks = new Float64Array(tasks);
  }

  static async start(module: WebAssembly.Module, memory: WebAssembly.Memory, kernels: FusedExports, threads: number): Promise<WasmPool> {
    const control = new SharedArrayBuffer(16);
    const tasks = new SharedArrayBuffer(Math.max(1, threads - 1) * taskFloats * 8);
    const workers = Array.from({ length: threads - 1 }, (_, index) => {
      const workerData: WorkerData = { module, memory, control, tasks, index };
      // No flags of the parent: a debugger's or profiler's would stop the thread.
      return new Worker(new URL('wasm-worker.ts', import.meta.url), { workerData, execArgv: [] });
    });
    // From here on a thread never looks at its events again, and must not keep the process alive.
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    for (const worker of workers) worker.unref();
    return new WasmPool(kernels, threads, control, tasks);
  }

  /** Runs a kernel once per list of arguments, at most `threads` of them, at the same time. */
  run(kernel: SharedKernel, parts: readonly (readonly number[])[]): void {
    const call = this.#kernels[kernel] as (...args: readonly number[]) => void;
    const [own, ...others] = parts;
    if (own === undefined) return;
    if (others.length === 0) {
      call(...own);
      return;
    }
    const words = this.#words;
    const number = sharedKernels.indexOf(kernel);
    for (let index = 0; index < this.threads - 1; index++) {
      const part = others[index];
      // A thread without a part gets a task that is none.
      this.#tasks[index * taskFloats] = part === undefined ? -1 : number;
      this.#tasks[index * taskFloats + 1] = part?.length ?? 0;
      if (part !== undefined) this.#tasks.set(part, index * taskFloats + 2);
    }
    Atomics.store(words, word.failed, 0);
    Atomics.store(words, word.pending, this.threads - 1);
    Atomics.add(words, word.round, 1);
    Atomics.notify(words, word.round);
    try {
      call(...own);
    } finally {
      // Also where the own part fails: the others still write.
      for (let look = 0; look < looks && Atomics.load(words, word.pending) !== 0; look++);
      for (let left = Atomics.load(words, word.pending); left !== 0; left = Atomics.load(words, word.pending)) Atomics.wait(words, word.pending, left);
    }
    if (Atomics.load(words, word.failed) !== 0) throw new Error(`expected ${kernel} to run on every thread, found one that failed`);
  }

  /** [from, to) of a range for every thread, in multiples of `step`; a range too small stays whole. */
  split(size: number, step: number, enough: boolean): [number, number][] {
    if (!enough || this.threads === 1) return [[0, size]];
    const each = Math.ceil(size / this.threads / step) * step;
    const ranges: [number, number][] = [];
    for (let from = 0; from < size; from += each) ranges.push([from, Math.min(size, from + each)]);
    return ranges;
  }
}
