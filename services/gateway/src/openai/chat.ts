import { asManyAsFit, type GenerateChunk, type GenerateRequest, type Init, type TokenLogprob } from '@minchat/contracts';
import { ApiError } from '../errors.ts';
import type { ServerSentEvent } from '../sse.ts';
import type { ChatChunk, ChatLogprobs, ChatRequest, ChatResponse } from './chat-schema.ts';
import { checkChoices, finishOf, samplingOf, streamEnd, UsageCounter, type ServedModel } from './generation.ts';
import { JoinedLists, withLogprobs } from './json-pieces.ts';

/** The conversation in the contract's form: parts joined, "developer" is what "system" was called before. */
export function messagesOf(request: ChatRequest): { role: string; content: string }[] {
  return request.messages.map(({ role, content }) => ({
    role: role === 'developer' ? 'system' : role,
    content: typeof content === 'string' ? content : content.map((part) => part.text).join(''),
  }));
}

export function planChat(request: ChatRequest, model: ServedModel, requestId: string): Init<GenerateRequest> {
  if (typeof request.top_logprobs === 'number' && request.logprobs !== true) {
    throw new ApiError(400, 'top_logprobs is only allowed with logprobs', { param: 'top_logprobs', code: 'invalid_value' });
  }
  if (model.kind === 'pretrain') {
    throw new ApiError(400, `${model.id} is a base model and knows no conversations; use /v1/completions, or a model of a later stage`, { param: 'model', code: 'model_not_supported' });
  }
  const n = request.n ?? 1;
  checkChoices(1, n);
  return {
    requestId,
    model: model.artifact,
    chat: { messages: messagesOf(request) },
    ...samplingOf(request),
    maxTokens: request.max_completion_tokens ?? request.max_tokens ?? asManyAsFit,
    n,
    wantLogprobs: request.logprobs ?? false,
    topLogprobs: request.top_logprobs ?? 0,
  };
}

/** OpenAI's logprobs of a chat answer. */
export function chatLogprobs(tokens: readonly TokenLogprob[]): ChatLogprobs {
  return {
    content: tokens.map((token) => ({
      token: token.text,
      logprob: token.logprob,
      bytes: bytesOf(token.raw),
      top_logprobs: token.top.map((one) => ({ token: one.text, logprob: one.logprob, bytes: bytesOf(one.raw) })),
    })),
    refusal: null,
  };
}

/** A token that is no part of the text has no bytes. */
function bytesOf(raw: Uint8Array): number[] | null {
  return raw.length === 0 ? null : [...raw];
}

type ChatChoice = ChatResponse['choices'][number];

/** Puts the chunks of a request together into its choices. */
export class ChatChoices {
  readonly #choices: { text: string; logprobs: JoinedLists; finish: ChatChoice['finish_reason'] }[];
  readonly #wantLogprobs: boolean;

  constructor({ n = 1, wantLogprobs = false }: Pick<Init<GenerateRequest>, 'n' | 'wantLogprobs'>) {
    this.#choices = Array.from({ length: n }, () => ({ text: '', logprobs: new JoinedLists(), finish: null }));
    this.#wantLogprobs = wantLogprobs;
  }

  add(chunk: GenerateChunk): void {
    const choice = this.#choices[chunk.index];
    if (choice === undefined) return;
    choice.text += chunk.text;
    choice.finish = finishOf(chunk);
    if (this.#wantLogprobs) choice.logprobs.add(chatLogprobs(chunk.tokens));
  }

  /** Each choice as JSON. */
  *items(): Generator<string, void, undefined> {
    for (const [index, { text, logprobs, finish }] of this.#choices.entries()) {
      const head: Omit<ChatChoice, 'logprobs'> = { index, message: { role: 'assistant', content: text, refusal: null }, finish_reason: finish };
      yield withLogprobs(head, this.#wantLogprobs ? logprobs : undefined);
    }
  }
}

/** The choice of one stream event. The first event of each answer, without text, tells the role. */
export function chatDelta(chunk: GenerateChunk, wantLogprobs: boolean): ChatChunk['choices'][number] {
  const finish = finishOf(chunk);
  return {
    index: chunk.index,
    delta: chunk.text === '' && finish !== null ? {} : { content: chunk.text },
    logprobs: wantLogprobs && chunk.tokens.length > 0 ? chatLogprobs(chunk.tokens) : null,
    finish_reason: finish,
  };
}

/** The events of a streamed answer. */
export async function* streamChat(answers: AsyncIterable<GenerateChunk>, head: Pick<ChatChunk, 'id' | 'object' | 'created' | 'model'>, want: { logprobs: boolean; usage: boolean }): AsyncGenerator<ServerSentEvent, void, undefined> {
  const usage = new UsageCounter();
  const extra = want.usage ? { usage: null } : {};
  const told = new Set<number>();
  const event = (choices: ChatChunk['choices']): ServerSentEvent => ({ data: JSON.stringify({ ...head, choices, ...extra } satisfies ChatChunk) });
  for await (const chunk of answers) {
    usage.add(0, chunk);
    if (!told.has(chunk.index)) {
      told.add(chunk.index);
      yield event([{ index: chunk.index, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }]);
    }
    yield event([chatDelta(chunk, want.logprobs)]);
  }
  if (want.usage) yield { data: JSON.stringify({ ...head, choices: [], usage: usage.usage } satisfies ChatChunk) };
  yield streamEnd;
}
