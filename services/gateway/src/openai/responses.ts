import type { GenerateChunk } from '@minchat/contracts';
import type { ServerSentEvent } from '../sse.ts';
import type { ChatRequest } from './chat-schema.ts';
import { finishOf, UsageCounter } from './generation.ts';
import type { ResponsesRequest, ResponsesResponse } from './responses-schema.ts';

/** The same as a chat. */
export function chatOf({ model, input, instructions, max_output_tokens, temperature, top_p, stream, user, store }: ResponsesRequest): ChatRequest {
  const turns = typeof input === 'string' ? [{ role: 'user' as const, content: input }] : input;
  const messages = turns.map(({ role, content }) => ({ role, content: typeof content === 'string' ? content : content.map(({ text }) => text).join('') }));
  if (typeof instructions === 'string') messages.unshift({ role: 'system', content: instructions });
  return { model, messages, max_completion_tokens: max_output_tokens, temperature, top_p, stream, user, store };
}

/** Puts one answer together, and tells of it as it comes. */
export class Response {
  readonly #request: ResponsesRequest;
  readonly #id: string;
  readonly #model: string;
  readonly #createdAt = Math.floor(Date.now() / 1000);
  readonly #usage = new UsageCounter();
  #text = '';
  #finish: 'stop' | 'length' | null = null;
  #events = 0;

  constructor(request: ResponsesRequest, requestId: string, model: string) {
    this.#request = request;
    this.#id = requestId;
    this.#model = model;
  }

  add(chunk: GenerateChunk): void {
    this.#usage.add(0, chunk);
    this.#text += chunk.text;
    this.#finish = finishOf(chunk);
  }

  /** As far as it has come. */
  get body(): ResponsesResponse {
    const { instructions, max_output_tokens, temperature, top_p } = this.#request;
    const { prompt_tokens, completion_tokens, total_tokens } = this.#usage.usage;
    const isOver = this.#finish !== null;
    return {
      id: `resp_${this.#id}`,
      object: 'response',
      created_at: this.#createdAt,
      status: this.#status,
      model: this.#model,
      output: isOver ? [this.#message] : [],
      usage: isOver ? { input_tokens: prompt_tokens, input_tokens_details: { cached_tokens: 0 }, output_tokens: completion_tokens, output_tokens_details: { reasoning_tokens: 0 }, total_tokens } : null,
      incomplete_details: this.#finish === 'length' ? { reason: 'max_output_tokens' } : null,
      instructions: instructions ?? null,
      max_output_tokens: max_output_tokens ?? null,
      temperature: temperature ?? 1,
      top_p: top_p ?? 1,
      error: null,
      metadata: {},
      parallel_tool_calls: false,
      previous_response_id: null,
      text: { format: { type: 'text' } },
      tool_choice: 'none',
      tools: [],
      truncation: 'disabled',
    };
  }

  /** The events of a stream. */
  async *events(chunks: AsyncIterable<GenerateChunk>): AsyncGenerator<ServerSentEvent, void, undefined> {
    const place = { item_id: this.#message.id, output_index: 0, content_index: 0 };
    for await (const chunk of chunks) {
      if (this.#events === 0) {
        yield this.#event('response.created', { response: this.body });
        yield this.#event('response.in_progress', { response: this.body });
        yield this.#event('response.output_item.added', { output_index: 0, item: { ...this.#message, content: [] } });
        yield this.#event('response.content_part.added', { ...place, part: this.#part });
      }
      this.add(chunk);
      if (chunk.text !== '') yield this.#event('response.output_text.delta', { ...place, delta: chunk.text, logprobs: [] });
    }
    yield this.#event('response.output_text.done', { ...place, text: this.#text, logprobs: [] });
    yield this.#event('response.content_part.done', { ...place, part: this.#part });
    yield this.#event('response.output_item.done', { output_index: 0, item: this.#message });
    yield this.#event(`response.${this.#status}`, { response: this.body });
  }

  get #status(): ResponsesResponse['status'] {
    if (this.#finish === null) return 'in_progress';
    return this.#finish === 'length' ? 'incomplete' : 'completed';
  }

  get #part(): ResponsesResponse['output'][number]['content'][number] {
    return { type: 'output_text', text: this.#text, annotations: [], logprobs: [] };
  }

  get #message(): ResponsesResponse['output'][number] {
    return { id: `msg_${this.#id}`, type: 'message', role: 'assistant', status: this.#status, content: [this.#part] };
  }

  #event(type: string, more: object): ServerSentEvent {
    return { event: type, data: JSON.stringify({ type, sequence_number: this.#events++, ...more }) };
  }
}
