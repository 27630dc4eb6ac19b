import * as tf from '@tensorflow/tfjs-core';
import { leftPad, scores, type Dropout, type Model } from '@minchat/model';
import { padExamples, type Example, type TokenBatch } from './batch.ts';

/** The key of a reward model's config.json: demonstrations score 0 on average once it is added. */
export const rewardBiasKey = 'minchat_reward_bias';

export function rewardBias(model: Model): number {
  const bias = model.config[rewardBiasKey];
  return typeof bias === 'number' ? bias : 0;
}

/**
 * The scalar head at each row's last token, differentiable: (B) from rows of so many tokens.
 * Without the bias, which is no parameter and cancels in comparisons.
 */
export function lastTokenScores(model: Model, { rows, length, tokens }: TokenBatch, lengths: readonly number[], dropout?: Dropout): tf.Tensor1D {
  return tf.tidy(() => {
    // Padded on the left all rows end at one position, and the last layer works for that alone.
    const padded = leftPad(lengths.map((count, row) => Array.from(tokens.subarray(row * length, row * length + count))), length);
    return tf.reshape(scores(model, padded.tokens, padded.start, { dropout, positions: { from: length - 1, count: 1 } }), [rows]);
  });
}

export interface ScoreOptions {
  /** Any valid token id. */
  readonly pad: number;
  /** Rows in one forward pass; 32 by default. */
  readonly batchSize?: number;
}

/** Rewards of answers to prompts, bias included, in the order given. */
export async function scoreExamples(model: Model, examples: readonly Example[], options: ScoreOptions): Promise<number[]> {
  const { pad, batchSize = 32 } = options;
  const bias = rewardBias(model);
  const size = ({ prompt, answer }: Example): number => prompt.length + answer.length;
  const byLength = examples.map((example, index) => ({ example, index })).sort((a, b) => size(a.example) - size(b.example));
  const rewards = Array.from(examples, () => 0);
  for (let from = 0; from < byLength.length; from += batchSize) {
    const chunk = byLength.slice(from, from + batchSize);
    const batch = padExamples(chunk.map(({ example }) => example), { pad, limit: model.config.n_positions });
    const result = lastTokenScores(model, batch, chunk.map(({ example }) => size(example)));
    const values = await result.data();
    result.dispose();
    for (const [row, { index }] of chunk.entries()) rewards[index] = (values[row] ?? Number.NaN) + bias;
  }
  return rewards;
}
