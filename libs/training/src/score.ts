import * as tf from '@tensorflow/tfjs-core';
import { scores, type ForwardOptions, type Model } from '@minchat/model';
import { padExamples, type Example } from './batch.ts';
import { batchTensors } from './tensors.ts';

/** The key of a reward model's config.json: demonstrations score 0 on average once it is added. */
export const rewardBiasKey = 'minchat_reward_bias';

export function rewardBias(model: Model): number {
  const bias = model.config[rewardBiasKey];
  return typeof bias === 'number' ? bias : 0;
}

/**
 * The scalar head at each row's last token, differentiable: (B) from right-padded rows.
 * Without the bias, which is no parameter and cancels in comparisons.
 */
export function lastTokenScores(
  model: Model,
  tokens: tf.Tensor2D,
  start: tf.Tensor1D,
  lengths: readonly number[],
  options: ForwardOptions = {},
): tf.Tensor1D {
  return tf.tidy(() => {
    // A mask instead of a gather: its gradient needs no scatter.
    const last = tf.oneHot(tf.tensor1d(lengths.map((length) => length - 1), 'int32'), tokens.shape[1]); // (B, T)
    return tf.sum(tf.mul(scores(model, tokens, start, options), tf.cast(last, 'float32')), 1) as tf.Tensor1D;
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
    const tensors = batchTensors(batch);
    const result = lastTokenScores(model, tensors.tokens, tensors.start, chunk.map(({ example }) => size(example)));
    const values = await result.data();
    tf.dispose([tensors, result]);
    for (const [row, { index }] of chunk.entries()) rewards[index] = (values[row] ?? Number.NaN) + bias;
  }
  return rewards;
}
