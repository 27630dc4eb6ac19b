import * as tf from '@tensorflow/tfjs-core';

/** Sets tfjs's backend, or throws. */
export async function activate(name: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error(`tfjs could not initialise ${name}`);
}
