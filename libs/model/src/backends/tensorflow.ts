import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { activate } from './activate.ts';

/**
 * TensorFlow by @tensorflow/tfjs-node-gpu (CUDA), then @tensorflow/tfjs-node (only when asked for: on a
 * CPU other backends are as good). Both are optional.
 */
export async function startTensorFlow(asked: boolean): Promise<string> {
  restoreIsNullOrUndefined();
  const packages: string[] = asked ? ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] : ['@tensorflow/tfjs-node-gpu'];
  const failures: string[] = [];
  for (const name of packages) {
    try {
      await import(name);
      await activate('tensorflow');
      const { isUsingGpuDevice } = tf.backend() as unknown as { isUsingGpuDevice?: boolean };
      if (!asked && isUsingGpuDevice === false) throw new Error('it finds no CUDA device');
      return `${name} on ${isUsingGpuDevice === true ? 'CUDA' : 'the CPU'}`;
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
    }
  }
  throw new Error(failures.join('; '));
}

/** tfjs-node 4.22 calls util.isNullOrUndefined, which Node 23 removed. */
function restoreIsNullOrUndefined(): void {
  const target = util as unknown as Record<string, unknown>;
  target['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
}
