import * as tf from '@tensorflow/tfjs-core';
import { scores, tokenLogProbs, type Matrix, type Model } from '@minchat/model';
import { paddedLength } from '@minchat/training';
import type { Asked } from './prompts.ts';

/** One bandit episode: a prompt, and the answer that the policy gave to it. */
export interface Episode {
  readonly prompt: readonly number[];
  readonly asked: Asked;
  /** With the token that ended it, if one did. */
  readonly answer: readonly number[];
  /** Whether the end-of-turn token ended it. */
  readonly finished: boolean;
  /** log pi of every answer token when it was sampled. */
  readonly logProbs: readonly number[];
}

/** Episodes as one rectangle: prompts padded on the left, answers on the right. */
export interface EpisodeBatch {
  /** (B, P + A) int32 */
  readonly tokens: tf.Tensor2D;
  /** (B) int32: first real position. */
  readonly start: tf.Tensor1D;
  /** P: where the answers begin. */
  readonly from: number;
  /** A: the padded length of the answers. */
  readonly width: number;
}

/**
 * Packs episodes; the caller disposes of `tokens` and `start`. Lengths are rounded up to multiples
 * of 8, so that few shapes reach the backend, where the context (`limit`) leaves room. A prompt
 * and an answer together fit in the context whichever rows they are of: see prompts.ts.
 */
export function packEpisodes(episodes: readonly Pick<Episode, 'prompt' | 'answer'>[], options: { pad: number; limit: number }): EpisodeBatch {
  const longestPrompt = Math.max(...episodes.map(({ prompt }) => prompt.length));
  const longestAnswer = Math.max(...episodes.map(({ answer }) => answer.length));
  const width = paddedLength(longestAnswer, 8, options.limit - longestPrompt);
  const from = paddedLength(longestPrompt, 8, options.limit - width);
  const length = from + width;
  const tokens = new Int32Array(episodes.length * length).fill(options.pad);
  episodes.forEach(({ prompt, answer }, row) => {
    tokens.set(prompt, row * length + from - prompt.length);
    tokens.set(answer, row * length + from);
  });
  return {
    tokens: tf.tensor2d(tokens, [episodes.length, length], 'int32'),
    start: tf.tensor1d(episodes.map(({ prompt }) => from - prompt.length), 'int32'),
    from,
    width,
  };
}

/** Ragged rows as a (B, A) tensor, filled up with zeros; the caller disposes of it. */
export function padRows(rows: Matrix, width: number): tf.Tensor2D {
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, index) => values.set(row, index * width));
  return tf.tensor2d(values, [rows.length, width]);
}

/** A (B, A) tensor as ragged rows, one number per answer token; the tensor stays the caller's. */
async function answerRows(tensor: tf.Tensor2D, episodes: readonly Pick<Episode, 'answer'>[]): Promise<number[][]> {
  const values = await tensor.data();
  const width = tensor.shape[1];
  return episodes.map(({ answer }, row) => Array.from(values.subarray(row * width, row * width + answer.length)));
}

/** The values before every answer token, (B, A), differentiable. */
export function answerValueTensor(model: Model, { tokens, start, from, width }: EpisodeBatch): tf.Tensor2D {
  return scores(model, tokens, start, { positions: { from: from - 1, count: width } });
}

export interface PassOptions {
  /** Any valid token id. */
  readonly pad: number;
  /** Rows in one forward pass. */
  readonly rows: number;
}

/** log pi of every answer token under a model, without gradient. */
export async function answerLogProbs(
  model: Model,
  episodes: readonly Episode[],
  temperature: number,
  options: PassOptions,
): Promise<number[][]> {
  return forEachPass(model, episodes, options, ({ tokens, start, from }) => tokenLogProbs(model, tokens, start, from, temperature).logprobs);
}

/** The value network's estimate before every answer token, without gradient. */
export async function answerValues(model: Model, episodes: readonly Episode[], options: PassOptions): Promise<number[][]> {
  return forEachPass(model, episodes, options, (batch) => answerValueTensor(model, batch));
}

async function forEachPass(
  model: Model,
  episodes: readonly Episode[],
  { pad, rows }: PassOptions,
  pass: (batch: EpisodeBatch) => tf.Tensor2D,
): Promise<number[][]> {
  const result: number[][] = [];
  for (let at = 0; at < episodes.length; at += rows) {
    const chunk = episodes.slice(at, at + rows);
    const batch = packEpisodes(chunk, { pad, limit: model.shape.context });
    const values = tf.tidy(() => pass(batch));
    result.push(...(await answerRows(values, chunk)));
    tf.dispose([batch.tokens, batch.start, values]);
  }
  return result;
}
