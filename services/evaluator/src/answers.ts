import * as tf from '@tensorflow/tfjs-core';
import { generate, leftPad, Random, tokenLogProbs, type Model } from '@minchat/model';
import type { Tokenizer } from '@minchat/tokenizer';
import { fitExample, scoreExamples } from '@minchat/training';

/** One model's answer to one prompt. */
export interface Answer {
  /** The token that stopped it included, if one did. */
  readonly tokens: readonly number[];
  readonly text: string;
  readonly finished: boolean;
}

export interface SampleOptions {
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  /** As token ids; an answer fits into the model's context behind each. */
  readonly prompts: readonly (readonly number[])[];
  readonly settings: { readonly maxNewTokens: number; readonly temperature: number };
  readonly seed: number;
  readonly signal: AbortSignal;
}

/**
 * Answers prompts `from` to `to`. Each prompt has its own random stream, the same for both models: an
 * answer does not depend on how prompts are put into batches, or on where a resumed job goes on.
 */
export async function sampleAnswers(options: SampleOptions, from: number, to: number): Promise<Answer[]> {
  const { model, tokenizer, settings } = options;
  const random = new Random(options.seed);
  const generations = await generate(
    model,
    options.prompts.slice(from, to),
    {
      maxNewTokens: settings.maxNewTokens,
      temperature: settings.temperature,
      stopIds: tokenizer.eosIds,
      seed: Array.from({ length: to - from }, (_, i) => random.fork(`answer/${from + i}`).bits()),
      signal: options.signal,
    },
  );
  return generations.map(({ tokens }) => ({ tokens, finished: tokenizer.isFinished(tokens), text: tokenizer.decode(tokens, { skipSpecial: true }) }));
}

/**
 * log pi(answer | prompt) of each answer in nats at a temperature, (B), with the number of tokens.
 * Rows are left-padded, so that every answer ends at the last position.
 */
export async function answerLogProbs(model: Model, prompts: readonly (readonly number[])[], answers: readonly Answer[], temperature: number): Promise<number[]> {
  const rows = answers.map(({ tokens }, i) => [...(prompts[i] ?? []), ...tokens]);
  const longest = Math.max(...answers.map(({ tokens }) => tokens.length));
  const { tokens, start } = leftPad(rows);
  const width = tokens.shape[1];
  const { logprobs, entropy } = tokenLogProbs(model, tokens, start, width - longest, temperature);
  const values = (await logprobs.data()) as Float32Array; // (B, longest)
  tf.dispose([tokens, start, logprobs, entropy]);
  return answers.map((answer, i) => values.slice((i + 1) * longest - answer.tokens.length, (i + 1) * longest).reduce((sum, value) => sum + value, 0));
}

/** The reward model's score of each answer, bias included. */
export async function rewardsOf(reward: Model, prompts: readonly (readonly number[])[], answers: readonly Answer[]): Promise<number[]> {
  const examples = answers.map(({ tokens }, i) => fitExample({ prompt: prompts[i] ?? [], answer: tokens }, reward.shape.context));
  return scoreExamples(reward, examples);
}
