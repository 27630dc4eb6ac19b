import { activate } from './start.ts';
import { catchMemory } from './wasm-memory.ts';
import { registerWasmKernels } from './wasm-kernels.ts';

let started: Promise<void> | undefined;

/** WebAssembly with SIMD on one core, with our fused kernels. */
export async function startWasm(): Promise<string> {
  await import('@tensorflow/tfjs-backend-wasm');
  started ??= catchMemory(() => activate('wasm')).then(registerWasmKernels);
  await started;
  await activate('wasm');
  return 'WebAssembly with SIMD and fused kernels';
}
