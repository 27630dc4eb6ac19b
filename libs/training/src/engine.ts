import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { GradientAccumulator, type Gradients, type Model } from '@minchat/model';
import type { GradientWorkerData, GradientWorkerReply } from './gradient-worker.ts';
import { runPass, type Pass, type PassResult } from './passes.ts';

/** Computes the gradients of an optimizer step. */
export interface GradientEngine<P = Pass> extends AsyncDisposable {
  /** Gradients summed over the passes, which belong to the caller, and each pass's own result. */
  run(passes: readonly P[]): Promise<{ grads: Gradients; results: PassResult[] }>;
}

/** How passes of a kind are run: `module` exports the same `runPass`, for the other threads to load. */
export interface PassRunner<P> {
  readonly module: URL;
  readonly runPass: (model: Model, pass: P) => Promise<PassResult & { grads: Gradients }>;
}

const standardPasses: PassRunner<Pass> = { module: new URL('./passes.ts', import.meta.url), runPass };

/**
 * An engine for a model. The passes of a step run one after the other where the backend uses all cores,
 * and side by side where it has one thread only (`wasm` with MINCHAT_THREADS=1): each thread then has a
 * copy of the weights. Gradients are added up in the order of the passes, so that the result is the
 * same bits on any number of threads. Hold it with `await using`: the threads end with it.
 */
export function gradientEngine(model: Model, passes: number): GradientEngine;
export function gradientEngine<P>(model: Model, passes: number, runner: PassRunner<P>): GradientEngine<P>;
export function gradientEngine(model: Model, passes: number, runner: PassRunner<Pass> = standardPasses): GradientEngine {
  return new ThreadedEngine(model, Math.min(passes, idleCores()), runner);
}

/** This thread's core, and those that the backend's own threads leave alone. */
function idleCores(): number {
  const backendThreads = Number(process.env['MINCHAT_THREADS'] ?? availableParallelism());
  return tf.getBackend() === 'wasm' && backendThreads === 1 ? availableParallelism() : 1;
}

interface Helper {
  readonly worker: Worker;
  /** Weights that it reads and gradients that it writes, parameter after parameter. */
  readonly weights: Float32Array;
  readonly grads: Float32Array;
}

class ThreadedEngine<P> implements GradientEngine<P> {
  private readonly model: Model;
  private readonly runner: PassRunner<P>;
  private readonly helpers: readonly Helper[];

  constructor(model: Model, threads: number, runner: PassRunner<P>) {
    this.model = model;
    this.runner = runner;
    this.helpers = Array.from({ length: threads - 1 }, () => startHelper(model, runner.module));
  }

  async run(passes: readonly P[]): Promise<{ grads: Gradients; results: PassResult[] }> {
    const total = new GradientAccumulator();
    const results: PassResult[] = [];
    await Promise.all(this.helpers.map(async ({ weights }) => this.copyWeights(weights)));
    const wave = this.helpers.length + 1;
    for (let from = 0; from < passes.length; from += wave) {
      const [own, ...others] = passes.slice(from, from + wave);
      if (!own) break;
      // The helpers get their passes first: this thread's own pass blocks it.
      const replies = others.map((pass, index) => ask(this.helpers[index], pass));
      const [{ grads, ...result }, ...answers] = await Promise.all([this.runner.runPass(this.model, own), ...replies]);
      total.add(grads);
      results.push(result);
      for (const [index, answer] of answers.entries()) {
        results.push(answer);
        const helper = this.helpers[index];
        if (helper) total.add(this.takeGradients(helper.grads));
      }
    }
    return { grads: total.take(), results };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.helpers.map(({ worker }) => worker.terminate()));
  }

  private async copyWeights(into: Float32Array): Promise<void> {
    let at = 0;
    for (const parameter of this.model.parameters.values()) {
      into.set((await parameter.data()) as Float32Array, at);
      at += parameter.size;
    }
  }

  private takeGradients(from: Float32Array): Gradients {
    const grads: Gradients = new Map();
    let at = 0;
    for (const [name, { size, shape }] of this.model.parameters) {
      grads.set(name, tf.tensor(from.slice(at, at + size), shape));
      at += size;
    }
    return grads;
  }
}

function startHelper(model: Model, module: URL): Helper {
  const size = [...model.parameters.values()].reduce((sum, parameter) => sum + parameter.size, 0);
  const shared = (): Float32Array => new Float32Array(new SharedArrayBuffer(size * 4));
  const helper = { weights: shared(), grads: shared() };
  const workerData: GradientWorkerData = { ...helper, config: model.config, head: model.head, backend: tf.getBackend(), module: module.href };
  const worker = new Worker(new URL('./gradient-worker.ts', import.meta.url), { workerData });
  // It must not keep a process alive whose stage has failed.
  worker.unref();
  return { ...helper, worker };
}

async function ask(helper: Helper | undefined, pass: unknown): Promise<PassResult> {
  if (!helper) throw new Error('expected a helper for every pass of a wave');
  const { worker } = helper;
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.unref();
    };
    const onMessage = (reply: GradientWorkerReply): void => {
      settle();
      if ('failure' in reply) reject(new Error(reply.failure));
      else resolve(reply);
    };
    const onError = (error: unknown): void => {
      settle();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.ref();
    worker.postMessage(pass);
  });
}
