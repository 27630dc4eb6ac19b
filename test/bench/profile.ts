import * as tf from '@tensorflow/tfjs-core';
import { AdamW, gptConfig, initModel, Random } from '@minchat/model';
import { gradientEngine, lmStep, type TokenBatch } from '@minchat/training';
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

/** Processor time (so that other programs disturb little) of a training step on one thread of the native backend; the median step of `steps`. */
export async function profileTraining(options: BenchOptions): Promise<StepProfile> {
  const { addon } = tf.backend() as unknown as { addon: Runner };
  const { batch: rows, context: length, vocab, steps } = options;
  const totals = new Map<string, { calls: number; milliseconds: number }>();
  const counted: Runner['run'] = (kernel, arrays, numbers) => {
    const began = milliseconds();
    addon.run(kernel, arrays, numbers);
    // Products by shape, since each is bound by something else.
    const name = /^(linear|matrixMultiply|logits)/.test(kernel) ? `${kernel} ${numbers.slice(1, 3).join('x')}` : kernel;
    const total = totals.get(name) ?? { calls: 0, milliseconds: 0 };
    totals.set(name, { calls: total.calls + 1, milliseconds: total.milliseconds + milliseconds() - began });
  };
  (tf.backend() as unknown as { addon: Runner }).addon = new Proxy(addon, { get: (target, name) => (name === 'run' ? counted : Reflect.get(target, name)) });
  const model = initModel(gptConfig({ n_layer: options.layers, n_head: options.heads, n_embd: options.width, n_positions: length, vocab_size: vocab }), new Random(0));
  const optimizer = new AdamW(model.parameters, { weightDecay: 0.1 });
  await using engine = gradientEngine(model, 1);
  const random = new Random(1);
  const draw = (): Int32Array => Int32Array.from({ length: rows * length }, () => random.int(vocab));
  const found: StepProfile[] = [];
  for (let step = 0; step < steps; step++) {
    const size = rows * length;
    const batch: TokenBatch = { rows, length, tokens: draw(), targets: draw(), weights: new Float32Array(size).fill(1), tokenCount: size, weightSum: size };
    totals.clear();
    const began = milliseconds();
    await lmStep({ engine, optimizer, batch, learningRate: 3e-4, passes: 1, dropout: { rate: 0, seed: '' } });
    const whole = milliseconds() - began;
    const kernels = [...totals].map(([kernel, total]) => ({ kernel, ...total })).sort((a, b) => b.milliseconds - a.milliseconds);
    const rest = whole - kernels.reduce((sum, kernel) => sum + kernel.milliseconds, 0);
    found.push({ milliseconds: whole, kernels: [...kernels, { kernel: 'rest (JavaScript)', calls: 1, milliseconds: rest }] });
  }
  return found.slice(1).sort((a, b) => a.milliseconds - b.milliseconds)[(found.length - 1) >> 1] as StepProfile;
}
