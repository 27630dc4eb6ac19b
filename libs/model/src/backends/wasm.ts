import { availableParallelism } from 'node:os';
import { readComputeEnv } from '@minchat/config';
import { activate } from './activate.ts';
import { registerWasmKernels } from './wasm-kernels.ts';
import { catchMemory } from './wasm-memory.ts';

/** More threads than this wait for each other more than they compute. */
const mostThreads = 8;

let started: Promise<void> | undefined;

/** WebAssembly with SIMD and our fused kernels, on MINCHAT_THREADS threads (default: the processors there are). */
export async function startWasm(): Promise<string> {
  const threads = Math.min(readComputeEnv().MINCHAT_THREADS ?? availableParallelism(), mostThreads);
  await import('@tensorflow/tfjs-backend-wasm');
  started ??= catchMemory(() => activate('wasm')).then((memory) => registerWasmKernels(memory, threads));
  await started;
  await activate('wasm');
  return `WebAssembly with SIMD and fused kernels, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}
