import * as tf from '@tensorflow/tfjs-core';
import { activate } from './activate.ts';

/** Our own backend in C++, if its package is installed and was built. */
export async function startNative(): Promise<string> {
  // A name that the type checker does not resolve: the package may be absent.
  const name: string = '@minchat/tfjs-native';
  const { registerNativeBackend } = (await import(name)) as { registerNativeBackend: () => Promise<boolean> };
  if (!(await registerNativeBackend())) throw new Error('its addon was not built on this machine');
  await activate('native');
  return 'fused kernels in C++';
}

/** Whether the backend in use rounds the operands of products to bfloat16: then the order of a sum shows in the third digit. */
export async function multipliesInBfloat16(): Promise<boolean> {
  if (tf.getBackend() !== 'native') return false;
  const name: string = '@minchat/tfjs-native';
  const { nativeInformation } = (await import(name)) as { nativeInformation: () => { bf16: boolean } | undefined };
  return nativeInformation()?.bf16 === true;
}
