import * as tf from '@tensorflow/tfjs-core';
import { AdamW, gptConfig, initModel, Random } from '@minchat/model';
import { lmStep, type TokenBatch } from '@minchat/training';
import type { BenchOptions } from './options.ts';

/** Processor time of one kind of kernel, in a step. */
export interface KernelShare {
  readonly kernel: string;
  readonly calls: number;
  readonly milliseconds: number;
}

/** What a step of training costs, kernel by kernel; `rest` is JavaScript: tape, tidy, engine. */
export interface StepProfile {
  readonly milliseconds: number;
  readonly kernels: readonly KernelShare[];
}

interface Runner {
  run(kernel: string, arrays: unknown[], numbers: number[]): void;
}

const milliseconds = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/**
 * Processor time (so that other programs disturb little) of a training step on one thread of the native
 * backend, the mean of all steps but the first: the system counts it in ticks of milliseconds.
 */
export async function profileTraining(options: BenchOptions): Promise<StepProfile> {
  const backend = tf.backend() as unknown as { addon: Runner };
  const { addon } = backend;
  const { batch: rows, context: length, vocab, steps } = options;
  const totals = new Map<string, { calls: number; milliseconds: number }>();
  const counted: Runner['run'] = (kernel, arrays, numbers) => {
    const began = milliseconds();
    addon.run(kernel, arrays, numbers);
    // Products by shape, since each is bound by something else.
    const name = kernel.startsWith('linear') ? `${kernel} ${numbers.slice(1, 3).join('x')}` : kernel;
    const total = totals.get(name) ?? { calls: 0, milliseconds: 0 };
    totals.set(name, { calls: total.calls + 1, milliseconds: total.milliseconds + milliseconds() - began });
  };
  backend.addon = new Proxy(addon, { get: (target, name): unknown => (name === 'run' ? counted : Reflect.get(target, name)) });
  const model = initModel(gptConfig({ n_layer: options.layers, n_head: options.heads, n_embd: options.width, n_positions: length, vocab_size: vocab }), new Random(0));
  const optimizer = new AdamW(model.parameters, { weightDecay: 0.1 });
  const random = new Random(1);
  const draw = (): Int32Array => Int32Array.from({ length: rows * length }, () => random.int(vocab));
  let whole = 0;
  for (let step = 0; step < steps; step++) {
    const size = rows * length;
    const batch: TokenBatch = { rows, length, tokens: draw(), targets: draw(), weights: new Float32Array(size).fill(1), tokenCount: size, weightSum: size };
    const began = milliseconds();
    await lmStep({ model, optimizer, batch, learningRate: 3e-4, passes: 1, dropout: { rate: 0, seed: '' } });
    whole += milliseconds() - began;
    if (step > 0) continue;
    whole = 0;
    totals.clear();
  }
  const counts = steps - 1;
  const kernels = [...totals].map(([kernel, total]) => ({ kernel, calls: total.calls / counts, milliseconds: total.milliseconds / counts }));
  const rest = whole / counts - kernels.reduce((sum, kernel) => sum + kernel.milliseconds, 0);
  kernels.push({ kernel: 'JavaScript (tape, engine, memory)', calls: 1, milliseconds: rest });
  return { milliseconds: whole / counts, kernels: kernels.sort((a, b) => b.milliseconds - a.milliseconds) };
}
