import type { EmbedRequest, Init } from '@minchat/contracts';
import { z } from 'zod';
import { ApiError } from '../errors.ts';
import { nullish, tokenSchema } from './common.ts';
import type { ServedModel } from './generation.ts';

/** As many as OpenAI takes: clients gather texts up to there. */
const most = 2048;

/** The body of POST /v1/embeddings. */
export const embeddingRequest = z.strictObject({
  model: z.string().min(1).max(256).describe('`RUN`, `RUN/STAGE` or `latest`'),
  input: z.union([
    z.string(),
    z.array(z.string()).min(1).max(most),
    z.array(tokenSchema).min(1),
    z.array(z.array(tokenSchema).min(1)).min(1).max(most),
  ], `expected a text, token ids, or 1 to ${String(most)} of either`).describe('A text, tokens, or several of them'),
  encoding_format: nullish(z.enum(['float', 'base64'])).describe('base64: little-endian float32, as OpenAI’s client asks for it'),
  dimensions: nullish(z.int().min(1)).describe('Only the model’s own number: its vectors cannot be cut short'),
  user: nullish(z.string().max(256)),
});
export type EmbeddingRequest = z.infer<typeof embeddingRequest>;

export const embeddingResponse = z.object({
  object: z.literal('list'),
  model: z.string(),
  data: z.array(z.object({ object: z.literal('embedding'), index: z.int(), embedding: z.union([z.array(z.number()), z.string()]) })),
  usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
});
export type EmbeddingResponse = z.infer<typeof embeddingResponse>;

export function planEmbeddings({ input }: EmbeddingRequest, model: ServedModel): Init<EmbedRequest> {
  const several = typeof input === 'string' ? [input] : input.every((one) => typeof one === 'number') ? [input] : input;
  return { model: model.artifact, inputs: several.map((one) => (typeof one === 'string' ? { text: one } : { tokens: { tokens: [...(one as number[])] } })) };
}

export function embeddingAnswer(request: EmbeddingRequest, model: ServedModel, embeddings: readonly (readonly number[])[], promptTokens: number): EmbeddingResponse {
  const width = embeddings[0]?.length ?? 0;
  if (typeof request.dimensions === 'number' && request.dimensions !== width) {
    throw new ApiError(400, `dimensions: expected ${String(width)}, the model's own, found ${String(request.dimensions)}`, { param: 'dimensions', code: 'invalid_value' });
  }
  const written = (vector: readonly number[]): number[] | string => (request.encoding_format === 'base64' ? float32Base64(vector) : [...vector]);
  return {
    object: 'list',
    model: model.id,
    data: embeddings.map((vector, index) => ({ object: 'embedding', index, embedding: written(vector) })),
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  };
}

function float32Base64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [place, value] of vector.entries()) bytes.writeFloatLE(value, place * 4);
  return bytes.toString('base64');
}
