import { parentPort, workerData } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { disposeGradients, initModel, Random, startBackend, type GPTConfig, type Head } from '@minchat/model';
import type { PassRunner } from './engine.ts';
import type { PassResult } from './passes.ts';

// A thread that computes gradients for engine.ts.

export interface GradientWorkerData {
  readonly config: GPTConfig;
  readonly head: Head;
  readonly backend: string;
  /** Exports the `runPass` of the passes that it will be sent. */
  readonly module: string;
  /** Shared: read before every pass. */
  readonly weights: Float32Array;
  /** Shared: written by every pass. */
  readonly grads: Float32Array;
}

export type GradientWorkerReply = PassResult | { readonly failure: string };

const { config, head, backend, module, weights, grads: shared } = workerData as GradientWorkerData;
await startBackend(backend);
const { runPass } = (await import(module)) as Pick<PassRunner<unknown>, 'runPass'>;
const model = initModel(config, new Random(0), head);

async function compute(pass: unknown): Promise<PassResult> {
  let at = 0;
  for (const parameter of model.parameters.values()) {
    const values = tf.tensor(weights.slice(at, at + parameter.size), parameter.shape);
    parameter.assign(values);
    values.dispose();
    at += parameter.size;
  }
  const { grads, ...result } = await runPass(model, pass);
  at = 0;
  for (const [name, { size }] of model.parameters) {
    const grad = grads.get(name);
    if (grad) shared.set((await grad.data()) as Float32Array, at);
    at += size;
  }
  disposeGradients(grads);
  return result;
}

parentPort?.on('message', (pass: unknown) => {
  compute(pass).then(
    (result) => parentPort?.postMessage(result satisfies GradientWorkerReply),
    (error: unknown) => parentPort?.postMessage({ failure: error instanceof Error ? error.message : String(error) } satisfies GradientWorkerReply),
  );
});
