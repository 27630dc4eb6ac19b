import type { EmbedReply, EmbedRequest, GenerateChunk, GenerateRequest, Init, NamedModel, ScoreRequest } from '@minchat/contracts';
import { ApiError } from '../errors.ts';
import type { ServerSentEvent } from '../sse.ts';
import { limits, type Usage } from './common.ts';

/** What the inference service is asked through; the bus in production. */
export interface Inference {
  /** Ends with the signal; the worker then stops at once. */
  generate(request: Init<GenerateRequest>, signal: AbortSignal): AsyncIterable<GenerateChunk>;
  score(request: Init<ScoreRequest>, signal: AbortSignal): Promise<number[]>;
  embed(request: Init<EmbedRequest>, signal: AbortSignal): Promise<EmbedReply>;
}

/** What an answer needs of a model that a request named. */
export type ServedModel = Pick<NamedModel, 'id' | 'kind' | 'artifact'>;

/** The parameters that both generating endpoints share. */
export interface SharedRequest {
  temperature?: number | null | undefined;
  top_p?: number | null | undefined;
  top_k?: number | null | undefined;
  n?: number | null | undefined;
  stop?: string | readonly string[] | null | undefined;
  stream?: boolean | null | undefined;
  stream_options?: { include_usage?: boolean | null | undefined } | null | undefined;
  frequency_penalty?: number | null | undefined;
  presence_penalty?: number | null | undefined;
  logit_bias?: Record<string, number> | null | undefined;
  seed?: number | null | undefined;
}

/** OpenAI's defaults put in, under the names of the contract's GenerateRequest. */
export function samplingOf(request: SharedRequest) {
  if (request.stream_options && request.stream !== true) {
    throw new ApiError(400, 'stream_options is only allowed with stream', { param: 'stream_options', code: 'invalid_value' });
  }
  const stop = typeof request.stop === 'string' ? [request.stop] : [...(request.stop ?? [])];
  return {
    temperature: request.temperature ?? 1,
    topP: request.top_p ?? 1,
    topK: request.top_k ?? 0,
    frequencyPenalty: request.frequency_penalty ?? 0,
    presencePenalty: request.presence_penalty ?? 0,
    stop: stop.filter((one) => one !== ''),
    logitBias: Object.entries(request.logit_bias ?? {}).map(([token, bias]) => ({ token: Number(token), bias })),
    hasSeed: typeof request.seed === 'number',
    // Any integer is a seed; the contract carries 32 bits of it.
    seed: Number(BigInt.asUintN(32, BigInt(request.seed ?? 0))),
  };
}

export function checkChoices(prompts: number, perPrompt: number): void {
  if (prompts * perPrompt <= limits.choices) return;
  const found = `${String(prompts)} prompts times ${String(perPrompt)}`;
  throw new ApiError(400, `expected at most ${String(limits.choices)} answers in one request, found ${found}`, { param: 'n', code: 'invalid_value' });
}

/** The last event of a streamed answer. */
export const streamEnd: ServerSentEvent = { data: '[DONE]' };

/** Counts tokens over the chunks of one or several prompts. */
export class UsageCounter {
  readonly #prompts = new Map<number, number>();
  readonly #answers = new Map<string, number>();

  add(prompt: number, chunk: GenerateChunk): void {
    if (chunk.promptTokens > 0) this.#prompts.set(prompt, chunk.promptTokens);
    this.#answers.set(`${String(prompt)}/${String(chunk.index)}`, chunk.completionTokens);
  }

  get usage(): Usage {
    const sum = (counts: Iterable<number>): number => Array.from(counts).reduce((total, count) => total + count, 0);
    const prompt = sum(this.#prompts.values());
    const completion = sum(this.#answers.values());
    return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  }
}

/** "stop" or "length"; null while the answer goes on. An answer that the worker gave up is an error. */
export function finishOf(chunk: GenerateChunk): 'stop' | 'length' | null {
  if (chunk.finishReason === '') return null;
  if (chunk.finishReason === 'stop' || chunk.finishReason === 'length') return chunk.finishReason;
  throw new ApiError(503, 'The model stopped before the answer was complete. Try again.', { code: 'MC_SERVICE_UNAVAILABLE' });
}

/**
 * A token's name in log-probabilities as OpenAI writes it: its text, or its bytes in hexadecimal
 * where they are not whole characters.
 */
export function tokenName(text: string, raw?: Uint8Array): string {
  if (raw === undefined || raw.length === 0 || !text.includes('\uFFFD')) return text;
  return `bytes:${Array.from(raw, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
}
