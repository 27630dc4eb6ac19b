import { z } from 'zod';
import { finishSchema, ignored, limits, nullish, samplingShape, usageSchema } from './common.ts';

const textPart = z.object({ type: z.literal('text', 'only text parts can be read'), text: z.string() });

const chatMessage = z.strictObject({
  role: z.enum(['system', 'developer', 'user', 'assistant'], 'expected system, developer, user or assistant'),
  content: z.union([z.string(), z.array(textPart).min(1)], 'expected text, or an array of text parts'),
  name: nullish(z.string().max(64)),
  // Clients send back the answers that they got with all the members that an answer may have.
  refusal: nullish(z.string()),
  annotations: nullish(z.array(z.unknown())),
  audio: z.null('audio cannot be read').optional(),
  function_call: z.null('functions cannot be called').optional(),
  tool_calls: nullish(z.array(z.unknown()).max(0, 'tools cannot be called')),
});

/** The body of POST /v1/chat/completions. */
export const chatRequest = z.strictObject({
  ...samplingShape,
  messages: z.array(chatMessage).min(1).max(2048),
  max_tokens: nullish(z.int().min(1).max(limits.maxTokens)).describe('Default: as many as fit; the older name of max_completion_tokens'),
  max_completion_tokens: nullish(z.int().min(1).max(limits.maxTokens)).describe('Default: as many as fit'),
  logprobs: nullish(z.boolean()).describe('Tell the log-probability of each token'),
  top_logprobs: nullish(z.int().min(0).max(20)).describe('How many of the likeliest tokens to tell beside it; only with logprobs'),
  response_format: nullish(z.object({ type: z.literal('text', 'only text can be written') })),
  modalities: nullish(z.array(z.literal('text', 'only text can be written'))),
  tool_choice: nullish(z.literal('none', 'tools cannot be called')),
  function_call: nullish(z.literal('none', 'functions cannot be called')),
  tools: nullish(z.array(z.unknown()).max(0, 'tools cannot be called')),
  functions: nullish(z.array(z.unknown()).max(0, 'functions cannot be called')),
  store: nullish(z.boolean()).describe('false: this prompt is not collected, whatever the setting'),
  metadata: ignored,
  parallel_tool_calls: ignored,
  service_tier: ignored,
  safety_identifier: ignored,
  prompt_cache_key: ignored,
});
export type ChatRequest = z.infer<typeof chatRequest>;

const topLogprob = z.object({ token: z.string(), logprob: z.number(), bytes: z.array(z.int()).nullable() });
const chatLogprobs = z.object({
  content: z.array(topLogprob.extend({ top_logprobs: z.array(topLogprob) })).nullable(),
  refusal: z.null(),
});
export type ChatLogprobs = z.infer<typeof chatLogprobs>;

const envelope = { id: z.string(), created: z.int(), model: z.string() };

export const chatResponse = z.object({
  ...envelope,
  object: z.literal('chat.completion'),
  choices: z.array(z.object({
    index: z.int(),
    message: z.object({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
    logprobs: chatLogprobs.nullable(),
    finish_reason: finishSchema,
  })),
  usage: usageSchema,
});
export type ChatResponse = z.infer<typeof chatResponse>;

/** One event of a streamed chat answer. */
const chatChunk = z.object({
  ...envelope,
  object: z.literal('chat.completion.chunk'),
  choices: z.array(z.object({
    index: z.int(),
    delta: z.object({ role: z.literal('assistant').optional(), content: z.string().optional() }),
    logprobs: chatLogprobs.nullable(),
    finish_reason: finishSchema,
  })),
  usage: usageSchema.nullable().optional(),
});
export type ChatChunk = z.infer<typeof chatChunk>;
