import * as tf from '@tensorflow/tfjs-core';
import { AdamW, disposeModel, gptConfig, initModel, Random } from '@minchat/model';
import { lmStep, type TokenBatch } from '@minchat/training';
import type { BenchOptions } from './options.ts';

/** Mean loss of the last tenth of a training run on the same data, with products in float32 and in bfloat16. */
export async function lossCurves(options: BenchOptions): Promise<{ float32: number; bfloat16: number }> {
  return { float32: await finalLoss(options, false), bfloat16: await finalLoss(options, true) };
}

async function finalLoss({ layers, heads, width, context: length, vocab, batch: rows, steps }: BenchOptions, bf16: boolean): Promise<number> {
  (tf.backend() as unknown as { addon: { configure(options: { bf16: boolean }): void } }).addon.configure({ bf16 });
  const model = initModel(gptConfig({ n_layer: layers, n_head: heads, n_embd: width, n_positions: length, vocab_size: vocab, initializer_range: 0.06 }), new Random(0));
  const optimizer = new AdamW(model.parameters, { weightDecay: 0.1 });
  const random = new Random(1);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const learningRate = 3e-3 * Math.min(1, (step + 1) / 20) * (1 - step / steps);
    const { loss } = await lmStep({ model, optimizer, batch: sentences(rows, length, vocab, random), learningRate, passes: 1, dropout: { rate: 0, seed: '' } });
    losses.push(loss);
  }
  optimizer.dispose();
  disposeModel(model);
  const last = losses.slice(-Math.max(1, Math.floor(steps / 10)));
  return last.reduce((sum, loss) => sum + loss, 0) / last.length;
}

/** A language to learn: after a token comes one of four, which depend on it and on whether the token before it was an even one. */
function sentences(rows: number, length: number, vocab: number, random: Random): TokenBatch {
  const size = rows * length;
  const [tokens, targets] = [new Int32Array(size), new Int32Array(size)];
  for (let row = 0; row < rows; row++) {
    let [before, token] = [0, random.int(vocab)];
    for (let t = 0; t < length; t++) {
      tokens[row * length + t] = token;
      [before, token] = [token, (31 * token + 7 * (before % 2) + random.int(4)) % vocab];
      targets[row * length + t] = token;
    }
  }
  return { rows, length, tokens, targets, weights: new Float32Array(size).fill(1), tokenCount: size, weightSum: size };
}
