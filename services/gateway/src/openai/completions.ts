import type { GenerateChunk, GenerateRequest, Init, TokenLogprob } from '@minchat/contracts';
import { ApiError } from '../errors.ts';
import { merge } from '../merge.ts';
import type { ServerSentEvent } from '../sse.ts';
import type { CompletionChoice, CompletionLogprobs, CompletionRequest, CompletionResponse } from './completions-schema.ts';
import { checkChoices, finishOf, samplingOf, streamEnd, tokenName, UsageCounter, type Inference, type ServedModel } from './generation.ts';
import { JoinedLists, withLogprobs } from './json-pieces.ts';

/** A completion request made into requests to the inference service, one per prompt. */
export interface CompletionPlan {
  requests: Init<GenerateRequest>[];
  /** Answers sent per prompt. */
  n: number;
  /** Answers generated per prompt; more than n only with best_of. */
  perPrompt: number;
  wantLogprobs: boolean;
  /** Whether the first token sent has nothing before it, and so no probability. */
  firstIsBare: boolean;
}

/**
 * Base models continue the text. Models that were fine-tuned on conversations take the text as a
 * user's instruction, as InstructGPT took the prompts of this endpoint; token ids are always taken
 * as they are.
 */
export function planCompletion(request: CompletionRequest, model: ServedModel, requestId: string): CompletionPlan {
  if (request.suffix) throw new ApiError(400, 'suffix is not supported: the models cannot insert text', { param: 'suffix', code: 'unsupported_parameter' });
  const n = request.n ?? 1;
  const perPrompt = request.best_of ?? n;
  if (perPrompt < n) throw new ApiError(400, `expected best_of to be at least n, found ${String(perPrompt)} and ${String(n)}`, { param: 'best_of', code: 'invalid_value' });
  if (request.stream === true && perPrompt > n) throw new ApiError(400, 'best_of cannot be streamed', { param: 'best_of', code: 'invalid_value' });
  const prompts = promptsOf(request.prompt);
  checkChoices(prompts.length, perPrompt);
  const wantLogprobs = typeof request.logprobs === 'number';
  const instruct = model.kind !== 'pretrain';
  const requests = prompts.map((prompt, index): Init<GenerateRequest> => ({
    requestId: `${requestId}-${String(index)}`,
    model: model.artifact,
    ...(typeof prompt !== 'string'
      ? { tokens: { tokens: [...prompt] } }
      : instruct ? { chat: { messages: [{ role: 'user', content: prompt }] } } : { text: prompt }),
    ...samplingOf(request),
    maxTokens: request.max_tokens ?? 16,
    n: perPrompt,
    wantLogprobs: wantLogprobs || perPrompt > n,
    topLogprobs: request.logprobs ?? 0,
    echo: request.echo ?? false,
  }));
  const firstIsBare = request.echo === true && (!instruct || typeof prompts[0] !== 'string');
  return { requests, n, perPrompt, wantLogprobs, firstIsBare };
}

type Prompt = string | readonly number[];

function promptsOf(prompt: CompletionRequest['prompt']): readonly Prompt[] {
  if (prompt === undefined || prompt === null) return ['<|endoftext|>'];
  if (typeof prompt === 'string') return [prompt];
  return prompt.every((one) => typeof one === 'number') ? [prompt] : prompt as readonly Prompt[];
}

/** OpenAI's logprobs of an answer, or of a piece of one. The first token may have nothing before it, and so no probability. */
function completionLogprobs(tokens: readonly TokenLogprob[], firstIsBare: boolean): CompletionLogprobs {
  const isBare = (place: number): boolean => firstIsBare && place === 0 && tokens[0]?.textOffset === 0;
  return {
    tokens: tokens.map((token) => tokenName(token.text, token.raw)),
    token_logprobs: tokens.map((token, place) => (isBare(place) ? null : token.logprob)),
    // The likeliest, and the chosen one in any case.
    top_logprobs: tokens.map((token, place) => (isBare(place) ? null : Object.fromEntries([...token.top, token].map((one) => [tokenName(one.text, one.raw), one.logprob])))),
    text_offset: tokens.map((token) => token.textOffset),
  };
}

interface Answer { text: string; logprobs: JoinedLists; finish: CompletionChoice['finish_reason']; sum: number; count: number }

/** Puts the chunks of all prompts together into their choices, the likeliest of a prompt first when best_of asks for it. */
export class CompletionChoices {
  readonly #plan: CompletionPlan;
  /** By prompt. */
  readonly #answers: Answer[][];

  constructor(plan: CompletionPlan) {
    this.#plan = plan;
    this.#answers = plan.requests.map(() => Array.from({ length: plan.perPrompt }, () => ({ text: '', logprobs: new JoinedLists(), finish: null, sum: 0, count: 0 })));
  }

  add(prompt: number, chunk: GenerateChunk): void {
    const { wantLogprobs, firstIsBare } = this.#plan;
    const answer = this.#answers[prompt]?.[chunk.index];
    if (answer === undefined) return;
    answer.text += chunk.text;
    answer.finish = finishOf(chunk) ?? answer.finish;
    if (wantLogprobs) answer.logprobs.add(completionLogprobs(chunk.tokens, firstIsBare));
    // Chunks that count no answer tokens yet are the echoed prompt.
    if (chunk.completionTokens === 0) return;
    answer.sum += chunk.tokens.reduce((total, token) => total + token.logprob, 0);
    answer.count += chunk.tokens.length;
  }

  /** Each choice as JSON. */
  *items(): Generator<string, void, undefined> {
    const { n, perPrompt, wantLogprobs } = this.#plan;
    const mean = (answer: Answer): number => (answer.count === 0 ? -Infinity : answer.sum / answer.count);
    for (const [prompt, answers] of this.#answers.entries()) {
      const kept = perPrompt > n ? answers.toSorted((a, b) => mean(b) - mean(a)).slice(0, n) : answers;
      for (const [index, { text, logprobs, finish }] of kept.entries()) {
        const head: Omit<CompletionChoice, 'logprobs'> = { text, index: prompt * n + index, finish_reason: finish };
        yield withLogprobs(head, wantLogprobs ? logprobs : undefined);
      }
    }
  }
}

/** The choice of one stream event. */
export function completionDelta({ n, wantLogprobs, firstIsBare }: CompletionPlan, prompt: number, chunk: GenerateChunk): CompletionChoice {
  return {
    text: chunk.text,
    index: prompt * n + chunk.index,
    logprobs: wantLogprobs ? completionLogprobs(chunk.tokens, firstIsBare) : null,
    finish_reason: finishOf(chunk),
  };
}

/** The prompts that are texts, for collecting; token ids are none that a person wrote. */
export function promptTexts(request: CompletionRequest): string[] {
  if (request.prompt === undefined || request.prompt === null) return [];
  return promptsOf(request.prompt).filter((prompt) => typeof prompt === 'string');
}

/** The chunks of all prompts as they come. */
export function answersOf(inference: Inference, { requests }: CompletionPlan, client: string, signal: AbortSignal) {
  return merge(requests.map((request) => (ending: AbortSignal) => inference.generate({ ...request, client }, ending)), signal);
}

/** The events of a streamed answer. */
export async function* streamCompletion(answers: ReturnType<typeof answersOf>, plan: CompletionPlan, head: Pick<CompletionResponse, 'id' | 'object' | 'created' | 'model'>, withUsage: boolean): AsyncGenerator<ServerSentEvent, void, undefined> {
  const usage = new UsageCounter();
  const extra = withUsage ? { usage: null } : {};
  for await (const { source, value } of answers) {
    usage.add(source, value);
    yield { data: JSON.stringify({ ...head, choices: [completionDelta(plan, source, value)], ...extra } satisfies CompletionResponse) };
  }
  if (withUsage) yield { data: JSON.stringify({ ...head, choices: [], usage: usage.usage } satisfies CompletionResponse) };
  yield streamEnd;
}
