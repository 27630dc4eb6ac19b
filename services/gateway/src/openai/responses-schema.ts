import { z } from 'zod';
import { ignored, limits, nullish, samplingShape } from './common.ts';

const part = z.object({ type: z.enum(['input_text', 'output_text', 'text'], 'only text parts can be read'), text: z.string() });

/** A turn of the conversation; an answer can be sent back as it came. */
const message = z.strictObject({
  type: nullish(z.literal('message', 'only messages can be read')),
  role: z.enum(['system', 'developer', 'user', 'assistant'], 'expected system, developer, user or assistant'),
  content: z.union([z.string(), z.array(part).min(1)], 'expected text, or an array of text parts'),
  id: nullish(z.string()),
  status: nullish(z.string()),
  phase: nullish(z.string()),
});

/** The body of POST /v1/responses. */
export const responsesRequest = z.strictObject({
  model: samplingShape.model,
  input: z.union([z.string(), z.array(message).min(1).max(2048)]).describe('A user’s message, or the conversation'),
  instructions: nullish(z.string()).describe('A system message before the others'),
  max_output_tokens: nullish(z.int().min(1).max(limits.maxTokens)).describe('Default: as many as fit'),
  temperature: samplingShape.temperature,
  top_p: samplingShape.top_p,
  stream: samplingShape.stream,
  user: samplingShape.user,
  store: nullish(z.boolean()).describe('false: this prompt is not collected, whatever the setting. Answers are never kept'),
  text: nullish(z.object({ format: nullish(z.object({ type: z.literal('text', 'only text can be written') })) })),
  tools: nullish(z.array(z.unknown()).max(0, 'tools cannot be called')),
  tool_choice: nullish(z.enum(['none', 'auto'], 'tools cannot be called')),
  previous_response_id: z.undefined('answers are not kept: send the conversation as input').optional(),
  stream_options: nullish(z.object({})),
  include: nullish(z.array(z.unknown()).max(0, 'nothing more can be included')),
  metadata: ignored,
  parallel_tool_calls: ignored,
  service_tier: ignored,
  safety_identifier: ignored,
  prompt_cache_key: ignored,
  truncation: nullish(z.literal('disabled', 'a conversation is never cut')),
});
export type ResponsesRequest = z.infer<typeof responsesRequest>;

const status = z.enum(['in_progress', 'completed', 'incomplete']);
const outputText = z.object({ type: z.literal('output_text'), text: z.string(), annotations: z.array(z.never()), logprobs: z.array(z.never()) });
const outputMessage = z.object({ id: z.string(), type: z.literal('message'), role: z.literal('assistant'), status, content: z.array(outputText) });

/** The answer. What cannot be asked for is there because OpenAI's clients read it. */
export const responsesResponse = z.object({
  id: z.string(),
  object: z.literal('response'),
  created_at: z.int(),
  status,
  model: z.string(),
  output: z.array(outputMessage),
  usage: z.object({
    input_tokens: z.int(),
    input_tokens_details: z.object({ cached_tokens: z.literal(0) }),
    output_tokens: z.int(),
    output_tokens_details: z.object({ reasoning_tokens: z.literal(0) }),
    total_tokens: z.int(),
  }).nullable(),
  incomplete_details: z.object({ reason: z.literal('max_output_tokens') }).nullable(),
  instructions: z.string().nullable(),
  max_output_tokens: z.int().nullable(),
  temperature: z.number(),
  top_p: z.number(),
  error: z.null(),
  metadata: z.object({}),
  parallel_tool_calls: z.literal(false),
  previous_response_id: z.null(),
  text: z.object({ format: z.object({ type: z.literal('text') }) }),
  tool_choice: z.literal('none'),
  tools: z.array(z.never()),
  truncation: z.literal('disabled'),
});
export type ResponsesResponse = z.infer<typeof responsesResponse>;
