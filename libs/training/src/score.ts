import * as tf from '@tensorflow/tfjs-core';
import { leftPad, scores, type Dropout, type Model } from '@minchat/model';
import { paddedLength } from './batch.ts';
import type { Example } from './examples.ts';

/** The key of a reward model's config.json: demonstrations score 0 on average once it is added. */
export const rewardBiasKey = 'minchat_reward_bias';

export function rewardBias(model: Model): number {
  const bias = model.config[rewardBiasKey];
  return typeof bias === 'number' ? bias : 0;
}

/** A prompt and the answer to it as one text. */
export function textOf({ prompt, answer }: Example): number[] {
  return [...prompt, ...answer];
}

/**
 * The scalar head at the last token of each text, differentiable: (B). Without the bias, which is no
 * parameter and cancels in comparisons. A text has at most as many tokens as the model's context.
 */
export function lastTokenScores(model: Model, texts: readonly (readonly number[])[], dropout?: Dropout): tf.Tensor1D {
  return tf.tidy(() => {
    // Padded on the left all texts end at one position, and the last layer works for that alone.
    const length = paddedLength(Math.max(...texts.map((text) => text.length)), undefined, model.shape.context);
    const { tokens, start } = leftPad(texts, length);
    return tf.reshape(scores(model, tokens, start, { dropout, positions: { from: length - 1, count: 1 } }), [texts.length]);
  });
}

export interface ScoreOptions {
  /** Rows in one forward pass; 32 by default. */
  readonly batchSize?: number;
}

/** Rewards of answers to prompts, bias included, in the order given. */
export async function scoreExamples(model: Model, examples: readonly Example[], { batchSize = 32 }: ScoreOptions = {}): Promise<number[]> {
  const bias = rewardBias(model);
  const size = ({ prompt, answer }: Example): number => prompt.length + answer.length;
  const byLength = examples.map((example, index) => ({ example, index })).sort((a, b) => size(a.example) - size(b.example));
  const rewards = Array.from(examples, () => 0);
  for (let from = 0; from < byLength.length; from += batchSize) {
    const chunk = byLength.slice(from, from + batchSize);
    const result = lastTokenScores(model, chunk.map(({ example }) => textOf(example)));
    const values = await result.data();
    result.dispose();
    for (const [row, { index }] of chunk.entries()) rewards[index] = (values[row] ?? Number.NaN) + bias;
  }
  return rewards;
}
