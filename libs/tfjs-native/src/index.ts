// The native backend of tfjs: registerNativeBackend() makes `tf.setBackend('native')` work.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { loadAddon, type NativeInformation } from './addon.ts';
import { NativeBackend } from './backend.ts';
import { fusedKernels } from './fused-kernels.ts';
import { plainKernels } from './plain-kernels.ts';

export { type NativeInformation } from './addon.ts';
export { NativeBackend } from './backend.ts';

const name = 'native';

/** Registers backend and kernels once. False when the addon was not built on this machine. */
export async function registerNativeBackend(): Promise<boolean> {
  if (tf.engine().registryFactory[name] !== undefined) return true;
  const addon = loadAddon();
  if (addon === undefined) return false;
  tf.registerBackend(name, () => new NativeBackend(addon));
  for (const { name: kernelName, run } of plainKernels()) tf.registerKernel({ kernelName, backendName: name, kernelFunc: run });
  for (const [kernelName, run] of Object.entries(fusedKernels)) {
    tf.registerKernel({ kernelName, backendName: name, kernelFunc: run as unknown as tf.KernelFunc });
  }
  return true;
}

/** What the addon runs with; undefined when it was not built. */
export function nativeInformation(): NativeInformation | undefined {
  return loadAddon()?.information();
}
