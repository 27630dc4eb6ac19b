import * as tf from '@tensorflow/tfjs-core';
import { AdamW, generate, gptConfig, initModel, llamaConfig, parameterCount, Random, type Model } from '@minchat/model';
import { lmStep, type TokenBatch } from '@minchat/training';
import { seconds } from './clock.ts';
import type { BenchOptions } from './options.ts';

export interface Measurement {
  /** Median of all steps but the first. */
  readonly seconds: number;
  readonly tokens: number;
  readonly flops: number;
  readonly parameters: number;
  /** Of PPO: the largest |ratio - 1| before the first update of an iteration. */
  readonly firstRatioError?: number;
  /** Of PPO: medians of the three parts of an iteration. */
  readonly rolloutScoreUpdateSeconds?: readonly number[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function newModel({ architecture, layers, heads, 'kv-heads': keyValueHeads, width, inner, vocab }: BenchOptions, context: number): Model {
  const config =
    architecture === 'gpt2'
      ? gptConfig({ n_layer: layers, n_head: heads, n_embd: width, n_positions: context, vocab_size: vocab })
      : llamaConfig({ num_hidden_layers: layers, num_attention_heads: heads, num_key_value_heads: keyValueHeads, hidden_size: width, intermediate_size: inner, max_position_embeddings: context, vocab_size: vocab });
  return initModel(config, new Random(0));
}

/**
 * Floating-point operations of one token's forward pass, a multiplication and an addition counted as
 * two: all matrices, the tied projection, and attention over `seen` positions on average.
 */
export function forwardFlops({ architecture, layers, heads, 'kv-heads': keyValueHeads, width, inner, vocab }: BenchOptions, seen: number): number {
  // Queries and the projection back, keys and values; GELU between two matrices, SwiGLU behind two and before one.
  const attention = 2 * width * width * (1 + keyValueHeads / heads);
  const mlp = (architecture === 'gpt2' ? 2 : 3) * width * inner;
  return 2 * (layers * (attention + mlp) + vocab * width) + 4 * layers * width * seen;
}

/** Optimizer steps as every trainer makes them (libs/training lmStep). */
export async function measureTraining(options: BenchOptions): Promise<Measurement> {
  const { batch: rows, context: length, vocab, steps } = options;
  const model = newModel(options, length);
  const optimizer = new AdamW(model.parameters, { weightDecay: 0.1 });
  const random = new Random(1);
  const draw = (): Int32Array => Int32Array.from({ length: rows * length }, () => random.int(vocab));
  const times: number[] = [];
  for (let step = 0; step < steps; step++) {
    const size = rows * length;
    const batch: TokenBatch = { rows, length, tokens: draw(), targets: draw(), weights: new Float32Array(size).fill(1), tokenCount: size, weightSum: size };
    const started = seconds();
    await lmStep({ model, optimizer, batch, learningRate: 3e-4, passes: 1, dropout: { rate: 0, seed: '' } });
    times.push(seconds() - started);
  }
  const tokens = rows * length;
  return { seconds: median(times.slice(1)), tokens, flops: 3 * tokens * forwardFlops(options, length / 2), parameters: parameterCount(model) };
}

/** Answers as inference and the PPO rollout make them (libs/model generate). */
export async function measureGeneration(options: BenchOptions): Promise<Measurement> {
  const { batch, prompt, new: fresh, vocab, steps } = options;
  const model = newModel(options, prompt + fresh);
  const random = new Random(1);
  const times: number[] = [];
  for (let step = 0; step < steps; step++) {
    const prompts = Array.from({ length: batch }, () => Array.from({ length: prompt }, () => random.int(vocab)));
    const started = seconds();
    await generate(model, prompts, { maxNewTokens: fresh, temperature: 1, stopIds: [], seed: step });
    times.push(seconds() - started);
  }
  const flops = batch * (prompt * forwardFlops(options, prompt / 2) + fresh * forwardFlops(options, prompt + fresh / 2));
  return { seconds: median(times.slice(1)), tokens: batch * fresh, flops, parameters: parameterCount(model) };
}

/** What the native backend's kernels are made of, in registers; elsewhere the fastest product of matrices that stay in cache. FLOP/s. */
export async function measurePeak(): Promise<number> {
  const { addon } = tf.backend() as { addon?: { run(kernel: string, arrays: Float64Array[], numbers: number[]): void } };
  if (addon === undefined) return await productPeak();
  const operations = new Float64Array(1);
  let most = 0;
  for (let round = 0; round < 40; round++) {
    const started = seconds();
    addon.run('peak', [operations], []);
    most = Math.max(most, (operations[0] ?? 0) / (seconds() - started));
  }
  return most;
}

/** With the kernel that training uses. */
async function productPeak(): Promise<number> {
  const [M, I, O] = [896, 512, 512];
  const x = tf.randomNormal([M, I]);
  const weight = tf.randomNormal([I, O]);
  const bias = tf.zeros([O]);
  const fused = tf.getKernel('MinchatLinearForward', tf.getBackend()) !== undefined;
  const product = (): tf.Tensor =>
    fused ? tf.engine().runKernel<tf.Tensor[]>('MinchatLinearForward', { x, weight, bias }, { activation: 'none' })[0] ?? bias : tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D);
  let best = Infinity;
  for (let round = 0; round < 40; round++) {
    const started = seconds();
    const products = [0, 1, 2, 3].map(product);
    await products.at(-1)?.data();
    best = Math.min(best, (seconds() - started) / products.length);
    tf.dispose(products);
  }
  tf.dispose([x, weight, bias]);
  return (2 * M * I * O) / best;
}
