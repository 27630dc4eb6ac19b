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

/** Throws where another number of dimensions is asked for than the vectors have. */
export function checkDimensions({ dimensions }: EmbeddingRequest, width: number): void {
  if (typeof dimensions !== 'number' || dimensions === width) return;
  throw new ApiError(400, `dimensions: expected ${String(width)}, the model's own, found ${String(dimensions)}`, { param: 'dimensions', code: 'invalid_value' });
}

/** Each vector of an answer, as JSON. */
export function* embeddingItems({ encoding_format: format }: EmbeddingRequest, vectors: readonly (readonly number[])[]): Generator<string, void, undefined> {
  for (const [index, vector] of vectors.entries()) {
    const item: EmbeddingResponse['data'][number] = { object: 'embedding', index, embedding: format === 'base64' ? float32Base64(vector) : [...vector] };
    yield JSON.stringify(item);
  }
}

function float32Base64(vector: readonly number[]): string {
  return Buffer.from(Float32Array.from(vector).buffer).toString('base64');
}
