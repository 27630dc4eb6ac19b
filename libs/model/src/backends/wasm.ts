import { activate } from './start.ts';

/** WebAssembly with SIMD, on one core. */
export async function startWasm(): Promise<string> {
  await import('@tensorflow/tfjs-backend-wasm');
  await activate('wasm');
  return 'WebAssembly';
}
