import { z } from 'zod';
import { finishSchema, limits, nullish, samplingShape, tokenSchema, usageSchema } from './common.ts';


/** The body of POST /v1/completions. */
export const completionRequest = z.strictObject({
  ...samplingShape,
  prompt: nullish(z.union([
    z.string(),
    z.array(z.string()).min(1).max(limits.choices),
    z.array(tokenSchema).min(1),
    z.array(z.array(tokenSchema).min(1)).min(1).max(limits.choices),
  ], `expected a text, token ids, or 1 to ${String(limits.choices)} of either`)).describe('A text, tokens, or several of them; default `<|endoftext|>`'),
  max_tokens: nullish(z.int().min(0).max(limits.maxTokens)).describe('Default 16'),
  logprobs: nullish(z.int().min(0).max(5)).describe('Log-probabilities of this many likeliest tokens beside the chosen one'),
  echo: nullish(z.boolean()).describe('Send the prompt back before the answer'),
  best_of: nullish(z.int().min(1).max(20)).describe('Generates this many and sends the n likeliest per token; not with stream'),
  suffix: nullish(z.string()).describe('Refused: the models cannot insert text'),
});
export type CompletionRequest = z.infer<typeof completionRequest>;

const completionLogprobs = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(z.number().nullable()),
  top_logprobs: z.array(z.record(z.string(), z.number()).nullable()).nullable(),
  text_offset: z.array(z.int()),
});
export type CompletionLogprobs = z.infer<typeof completionLogprobs>;

const completionChoice = z.object({
  text: z.string(),
  index: z.int(),
  logprobs: completionLogprobs.nullable(),
  finish_reason: finishSchema,
});
export type CompletionChoice = z.infer<typeof completionChoice>;

/** The answer; with `stream` each event is one too. */
export const completionResponse = z.object({
  id: z.string(),
  object: z.literal('text_completion'),
  created: z.int(),
  model: z.string(),
  choices: z.array(completionChoice),
  usage: usageSchema.nullable().optional(),
});
export type CompletionResponse = z.infer<typeof completionResponse>;
