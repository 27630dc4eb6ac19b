import { asManyAsFit, create, GenerateChunk, type Init } from '@minchat/contracts';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../errors.ts';
import { ChatChoices, chatDelta, chatLogprobs, messagesOf, planChat } from './chat.ts';
import { chatRequest, type ChatResponse } from './chat-schema.ts';
import { CompletionChoices, completionDelta, planCompletion, promptTexts, type CompletionPlan } from './completions.ts';
import { completionRequest, type CompletionChoice } from './completions-schema.ts';
import { tokenName, UsageCounter, type ServedModel } from './generation.ts';

const artifact = { kind: 'model', digest: `sha256:${'0'.repeat(64)}`, size: 1, scope: '' };
const base: ServedModel = { id: 'run/pretrain', kind: 'pretrain', artifact };
const policy: ServedModel = { id: 'run', kind: 'ppo', artifact };

const chunk = (init: Init<GenerateChunk>): GenerateChunk => create(GenerateChunk, init);
const token = (text: string, logprob = -1, textOffset = 0) => ({ token: 1, text, logprob, textOffset, raw: new TextEncoder().encode(text), top: [{ token: 1, text, logprob, raw: new TextEncoder().encode(text) }] });
const planOf = (body: object, model = policy) => planCompletion(completionRequest.parse({ model: 'm', ...body }), model, 'req_1');

/** The choices that chunks become: of one prompt, and of a chat. */
function choicesOf(plan: CompletionPlan, prompt: number, chunks: GenerateChunk[]): CompletionChoice[] {
  const choices = new CompletionChoices(plan);
  for (const one of chunks) choices.add(prompt, one);
  return Array.from(choices.items(), (json) => JSON.parse(json) as CompletionChoice).slice(prompt * plan.n);
}
function chatChoicesOf(request: { n: number; wantLogprobs: boolean }, chunks: GenerateChunk[]): ChatResponse['choices'] {
  const choices = new ChatChoices(request);
  for (const one of chunks) choices.add(one);
  return Array.from(choices.items(), (json) => JSON.parse(json) as ChatResponse['choices'][number]);
}

describe('planCompletion', () => {
  it('puts in the defaults of the API', () => {
    expect(planOf({ prompt: 'hi' }, base).requests).toEqual([expect.objectContaining({
      requestId: 'req_1-0', text: 'hi', maxTokens: 16, temperature: 1, topP: 1, topK: 0, n: 1, stop: [], hasSeed: false, wantLogprobs: false, echo: false,
      frequencyPenalty: 0, presencePenalty: 0, logitBias: [],
    })]);
  });

  it('takes the classic call', () => {
    const { requests } = planOf({ prompt: 'Explain the moon landing.', temperature: 0, max_tokens: 100, top_p: 1, frequency_penalty: 0.0, presence_penalty: 0.0 });
    expect(requests[0]).toMatchObject({ chat: { messages: [{ role: 'user', content: 'Explain the moon landing.' }] }, temperature: 0, maxTokens: 100 });
  });

  it('takes texts, tokens and several of each', () => {
    expect(planOf({ prompt: ['a', 'b'] }, base).requests.map((one) => one.text)).toEqual(['a', 'b']);
    expect(planOf({ prompt: [1, 2] }).requests.map((one) => one.tokens?.tokens)).toEqual([[1, 2]]);
    expect(planOf({ prompt: [[1], [2, 3]] }).requests.map((one) => one.tokens?.tokens)).toEqual([[1], [2, 3]]);
    expect(planOf({}, base).requests[0]?.text).toBe('<|endoftext|>');
    expect(promptTexts(completionRequest.parse({ model: 'm', prompt: ['a', 'b'] }))).toEqual(['a', 'b']);
    expect(promptTexts(completionRequest.parse({ model: 'm', prompt: [1] }))).toEqual([]);
  });

  it('maps every sampling parameter', () => {
    const { requests } = planOf({ prompt: 'a', stop: 'x', logit_bias: { 5: -100, 7: 2 }, seed: -1, logprobs: 2, n: 2, top_k: 3, echo: true, user: null });
    expect(requests[0]).toMatchObject({
      stop: ['x'], logitBias: [{ token: 5, bias: -100 }, { token: 7, bias: 2 }], hasSeed: true, seed: 4294967295, wantLogprobs: true, topLogprobs: 2, n: 2, topK: 3, echo: true,
    });
  });

  it.each([
    [{ suffix: 'x' }, 'suffix'],
    [{ n: 3, best_of: 2 }, 'best_of'],
    [{ best_of: 2, stream: true }, 'best_of'],
    [{ n: 100, prompt: ['a', 'b'] }, 'n'],
    [{ stream_options: { include_usage: true } }, 'stream_options'],
  ])('refuses %o', (body, param) => {
    expect(() => planOf({ prompt: 'a', ...body })).toThrow(expect.objectContaining({ body: expect.objectContaining({ status: 400, error: expect.objectContaining({ param }) as object }) as object }));
  });
});

describe('completion choices', () => {
  it('puts the pieces of each answer together', () => {
    const plan = planOf({ prompt: ['a', 'b'], n: 2, logprobs: 1 }, base);
    const choices = choicesOf(plan, 1, [
      chunk({ index: 0, text: 'x', tokens: [token('x')], completionTokens: 1 }),
      chunk({ index: 1, text: 'y', tokens: [token('y')], finishReason: 'length', completionTokens: 1 }),
      chunk({ index: 0, text: 'z', tokens: [token('z', -2, 1)], finishReason: 'stop', completionTokens: 2 }),
    ]);
    expect(choices).toEqual([
      { text: 'xz', index: 2, finish_reason: 'stop', logprobs: { tokens: ['x', 'z'], token_logprobs: [-1, -2], top_logprobs: [{ x: -1 }, { z: -2 }], text_offset: [0, 1] } },
      { text: 'y', index: 3, finish_reason: 'length', logprobs: { tokens: ['y'], token_logprobs: [-1], top_logprobs: [{ y: -1 }], text_offset: [0] } },
    ]);
  });

  it('keeps the likeliest per token with best_of, the echo not counted', () => {
    const plan = planOf({ prompt: 'a', best_of: 3, n: 1, echo: true }, base);
    const answer = (index: number, logprob: number) => [
      chunk({ index, text: 'a', tokens: [token('a', -50)], completionTokens: 0 }),
      chunk({ index, text: String(index), tokens: [token('1', logprob), token('2', logprob)], finishReason: 'stop', completionTokens: 2 }),
    ];
    expect(choicesOf(plan, 0, [...answer(0, -3), ...answer(1, -1), ...answer(2, -2)])).toEqual([{ text: 'a1', index: 0, finish_reason: 'stop', logprobs: null }]);
  });

  it('has no probability for a first token with nothing before it', () => {
    const plan = planOf({ prompt: 'ab', echo: true, logprobs: 0 }, base);
    const [choice] = choicesOf(plan, 0, [chunk({ index: 0, text: 'ab', tokens: [token('a', 0), token('b')], finishReason: 'length' })]);
    expect(choice?.logprobs?.token_logprobs).toEqual([null, -1]);
    expect(choice?.logprobs?.top_logprobs?.[0]).toBeNull();
    // A long echo comes in several pieces.
    const streamed = [chunk({ text: 'a', tokens: [token('a', 0)] }), chunk({ text: 'b', tokens: [token('b', -1, 1)] })];
    expect(streamed.map((piece) => completionDelta(plan, 0, piece).logprobs?.token_logprobs)).toEqual([[null], [-1]]);
    // In a conversation, the template stands before the first token.
    expect(planOf({ prompt: 'ab', echo: true }).firstIsBare).toBe(false);
    expect(planOf({ prompt: [1, 2], echo: true }).firstIsBare).toBe(true);
  });

  it('names half characters by their bytes, and tells the chosen token beside the likeliest', () => {
    const plan = planOf({ prompt: 'a', stream: true, logprobs: 1 }, base);
    const [first, second] = new TextEncoder().encode('é');
    const part = (byte: number) => ({ ...token('\uFFFD', -2, 2), raw: Uint8Array.of(byte), top: token('x').top });
    const { logprobs } = completionDelta(plan, 0, chunk({ text: 'é', tokens: [part(first ?? 0), part(second ?? 0)] }));
    expect(logprobs).toMatchObject({ tokens: ['bytes:\\xc3', 'bytes:\\xa9'], top_logprobs: [{ x: -1, 'bytes:\\xc3': -2 }, { x: -1, 'bytes:\\xa9': -2 }], text_offset: [2, 2] });
  });

  it('is an error when the worker gave up', () => {
    expect(() => choicesOf(planOf({ prompt: 'a' }), 0, [chunk({ finishReason: 'cancelled' })])).toThrow(ApiError);
  });
});

describe('chat', () => {
  const parse = (body: object) => chatRequest.parse({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...body });

  it('maps a request', () => {
    expect(planChat(parse({}), policy, 'req_1')).toMatchObject({ requestId: 'req_1', chat: { messages: [{ role: 'user', content: 'hi' }] }, maxTokens: asManyAsFit, n: 1 });
    expect(planChat(parse({ max_tokens: 5 }), policy, 'r').maxTokens).toBe(5);
    expect(planChat(parse({ max_completion_tokens: 6, max_tokens: 5, logprobs: true, top_logprobs: 4 }), policy, 'r')).toMatchObject({ maxTokens: 6, wantLogprobs: true, topLogprobs: 4 });
  });

  it('joins parts and reads developer as system', () => {
    const messages = [{ role: 'developer', content: 'be kind' }, { role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }] }];
    expect(messagesOf(parse({ messages }))).toEqual([{ role: 'system', content: 'be kind' }, { role: 'user', content: 'ab' }]);
  });

  it('refuses base models, and top_logprobs alone', () => {
    expect(() => planChat(parse({}), base, 'r')).toThrow(/base model/);
    expect(() => planChat(parse({ top_logprobs: 2 }), policy, 'r')).toThrow(/logprobs/);
  });

  it.each([{ tools: [{}] }, { response_format: { type: 'json_object' } }, { messages: [] }, { messages: [{ role: 'tool', content: 'x' }] }, { stop: ['a', 'b', 'c', 'd', 'e'] }, { temperature: 3 }, { nonsense: 1 }])('refuses %o', (body) => {
    expect(chatRequest.safeParse({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...body }).success).toBe(false);
  });

  it('collects and streams', () => {
    const chunks = [chunk({ index: 0, text: 'Hel', tokens: [token('Hel')] }), chunk({ index: 0, text: 'lo', tokens: [token('lo')] }), chunk({ index: 0, finishReason: 'stop' })];
    const [choice] = chatChoicesOf({ n: 1, wantLogprobs: true }, chunks);
    expect(choice).toMatchObject({ message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' });
    expect(choice?.logprobs?.content?.map((one) => one.token)).toEqual(['Hel', 'lo']);
    expect(chunks.map((one) => chatDelta(one, false).delta)).toEqual([{ content: 'Hel' }, { content: 'lo' }, {}]);
    expect(chatLogprobs([token('é')]).content?.[0]?.bytes).toEqual([0xc3, 0xa9]);
    expect(chatLogprobs([{ ...token('<|user|>'), raw: new Uint8Array() }]).content?.[0]?.bytes).toBeNull();
  });
});

describe('counting and naming', () => {
  it('adds up prompts and answers', () => {
    const usage = new UsageCounter();
    usage.add(0, chunk({ index: 0, promptTokens: 3, completionTokens: 1 }));
    usage.add(0, chunk({ index: 1, promptTokens: 3, completionTokens: 4 }));
    usage.add(0, chunk({ index: 0, promptTokens: 3, completionTokens: 2 }));
    usage.add(1, chunk({ index: 0, promptTokens: 5, completionTokens: 1 }));
    expect(usage.usage).toEqual({ prompt_tokens: 8, completion_tokens: 7, total_tokens: 15 });
  });

  it('names tokens by text where they are text', () => {
    expect(tokenName(' the', new TextEncoder().encode(' the'))).toBe(' the');
    expect(tokenName('\uFFFD', new TextEncoder().encode('\uFFFD'))).toBe('bytes:\\xef\\xbf\\xbd');
    expect(tokenName('\uFFFD', Uint8Array.of(0xe2, 0x82))).toBe('bytes:\\xe2\\x82');
  });
});
