import OpenAI, { APIUserAbortError, BadRequestError, NotFoundError, RateLimitError } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type Api } from './support.ts';

// The official client against the real parts.

let api: Api;
let client: OpenAI;

beforeAll(async () => {
  api = await startApi();
  client = new OpenAI({ baseURL: `${api.url}/v1`, apiKey: 'unused', maxRetries: 0 });
});
afterAll(() => api.close());

const messages = [{ role: 'user', content: 'what is the capital of France?' }] as const;
/** Never ends by itself: a token that is always drawn. */
const forever = { logit_bias: { 100: 100 } };

describe('models', () => {
  it('are listed and found', async () => {
    const ids = (await Array.fromAsync(client.models.list())).map((model) => model.id);
    expect(ids).toEqual(['latest', 'tiny', 'tiny/pretrain', 'tiny/sft', 'tiny/ppo', 'tiny/reward']);
    expect(await client.models.retrieve('tiny/ppo')).toMatchObject({ id: 'tiny/ppo', object: 'model', owned_by: 'minchat' });
    expect(await client.models.retrieve('tiny')).toMatchObject({ minchat: { stage: 'ppo' } });
    expect(await client.models.retrieve('latest/reward')).toMatchObject({ id: 'latest/reward', minchat: { purpose: 'reward' } });
    await expect(client.models.retrieve('nothing')).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe('completions', () => {
  it('continue a text, and count tokens', async () => {
    const completion = await client.completions.create({ model: 'tiny/pretrain', prompt: 'the cat', max_tokens: 8, ...forever });
    expect(completion).toMatchObject({ object: 'text_completion', model: 'tiny/pretrain', choices: [{ index: 0, finish_reason: 'length', logprobs: null }], usage: { completion_tokens: 8 } });
    expect(completion.choices[0]?.text).not.toBe('');
    expect(completion.usage?.total_tokens).toBe(8 + (completion.usage?.prompt_tokens ?? 0));
    expect(completion._request_id).toMatch(/^req_/);
  });

  it('take several prompts, n, echo, best_of', async () => {
    const several = await client.completions.create({ model: 'latest', prompt: ['one', 'two'], n: 2, max_tokens: 4, echo: true });
    expect(several.choices.map((choice) => choice.index)).toEqual([0, 1, 2, 3]);
    expect(several.choices.map((choice) => choice.text.slice(0, 3))).toEqual(['one', 'one', 'two', 'two']);
    const best = await client.completions.create({ model: 'latest', prompt: 'one', best_of: 4, n: 2, max_tokens: 4, ...forever });
    expect(best.choices).toHaveLength(2);
    expect(best.usage?.completion_tokens).toBe(16);
    const tokens = await client.completions.create({ model: 'tiny/pretrain', prompt: [[10, 11], [12]], max_tokens: 2, echo: true });
    expect(tokens.choices).toHaveLength(2);
  });

  it('stop before a stop string', async () => {
    const ask = (stop: string | null) => client.completions.create({ model: 'tiny/pretrain', prompt: 'the cat', temperature: 0, max_tokens: 20, stop });
    const whole = (await ask(null)).choices[0]?.text ?? '';
    const stop = whole.slice(3, 6);
    const cut = (await ask(stop)).choices[0];
    expect(cut).toMatchObject({ text: whole.slice(0, whole.indexOf(stop)), finish_reason: 'stop' });
  });

  it('tell log-probabilities', async () => {
    const { choices: [choice] } = await client.completions.create({ model: 'tiny/pretrain', prompt: 'the cat', max_tokens: 4, logprobs: 2, echo: true, temperature: 0 });
    const logprobs = choice?.logprobs;
    expect(logprobs?.tokens?.join('')).toBe(choice?.text);
    expect(logprobs?.token_logprobs?.[0]).toBeNull();
    expect(logprobs?.token_logprobs?.slice(1).every((value) => value < 0)).toBe(true);
    // The two likeliest, and the one of the prompt.
    expect(Object.keys(logprobs?.top_logprobs?.[1] ?? {})).toContain(logprobs?.tokens?.[1]);
    expect(logprobs?.text_offset?.[0]).toBe(0);
  });

  it.each([false, true])('tell where each token begins in the text, special tokens among them (streamed: %o)', async (stream) => {
    // Special tokens are drawn every now and then: they are no text.
    const body = { model: 'tiny/pretrain', prompt: '<|endoftext|>the cat', max_tokens: 30, logprobs: 0, echo: true, seed: 1, logit_bias: { 0: -100, 1: 6, 2: 6, 3: 6, 4: -100 } };
    const pieces = stream ? await Array.fromAsync(await client.completions.create({ ...body, stream: true })) : [await client.completions.create(body)];
    const choices = pieces.flatMap((piece) => piece.choices);
    const text = choices.map((choice) => choice.text).join('');
    const tokens = choices.flatMap(({ logprobs }) => logprobs?.tokens ?? []);
    const offsets = choices.flatMap(({ logprobs }) => logprobs?.text_offset ?? []);
    expect(tokens.some((token) => token.startsWith('<|') && !text.includes(token))).toBe(true);
    const plain = tokens.map((token, place) => ({ token, offset: offsets[place] })).filter(({ token }) => text.includes(token));
    expect(plain.map(({ token, offset }) => text.slice(offset).startsWith(token))).toEqual(plain.map(() => true));
  });

  it('stream the same text, with usage at the end', async () => {
    const body = { model: 'tiny/ppo', prompt: ['the cat', 'one'], max_tokens: 12, seed: 5, temperature: 0.8 } as const;
    const whole = await client.completions.create({ ...body, prompt: [...body.prompt] });
    const texts = ['', ''];
    let usage;
    for await (const event of await client.completions.create({ ...body, prompt: [...body.prompt], stream: true, stream_options: { include_usage: true } })) {
      for (const choice of event.choices) texts[choice.index] += choice.text;
      usage = event.usage ?? usage;
    }
    expect(texts).toEqual(whole.choices.map((choice) => choice.text));
    expect(usage).toEqual(whole.usage);
  });
});

describe('chat', () => {
  it('answers', async () => {
    const answer = await client.chat.completions.create({ model: 'tiny', messages: [...messages], max_completion_tokens: 6, n: 2, ...forever });
    expect(answer).toMatchObject({ object: 'chat.completion', choices: [{ index: 0, finish_reason: 'length', message: { role: 'assistant' } }, { index: 1 }], usage: { completion_tokens: 12 } });
  });

  it('streams', async () => {
    const body = { model: 'tiny', messages: [...messages], max_tokens: 10, seed: 1, logprobs: true, top_logprobs: 2 };
    const whole = await client.chat.completions.create(body);
    let text = '';
    let tokens = 0;
    const roles: unknown[] = [];
    let finish: string | null = null;
    for await (const event of await client.chat.completions.create({ ...body, stream: true })) {
      const choice = event.choices[0];
      text += choice?.delta.content ?? '';
      tokens += choice?.logprobs?.content?.length ?? 0;
      if (choice?.delta.role) roles.push(choice.delta.role);
      finish = choice?.finish_reason ?? finish;
    }
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(finish).toBe(whole.choices[0]?.finish_reason);
    expect(tokens).toBe(whole.choices[0]?.logprobs?.content?.length);
    expect(roles).toEqual(['assistant']);
  });

  it('tells bytes that make up the text, special tokens having none, and the bytes of what might have been drawn', async () => {
    // Special tokens are drawn every now and then, the end never.
    const { choices: [choice] } = await client.chat.completions.create({ model: 'tiny', messages: [...messages], max_tokens: 30, seed: 1, logprobs: true, top_logprobs: 20, logit_bias: { 0: -100, 1: 6, 2: 6, 3: 6, 4: -100 } });
    const tokens = choice?.logprobs?.content ?? [];
    expect(tokens.filter(({ bytes }) => bytes === null).map(({ token }) => token)).toContainEqual(expect.stringMatching(/^<\|/));
    expect(Buffer.from(tokens.flatMap(({ bytes }) => bytes ?? [])).toString()).toBe(choice?.message.content);
    const special = tokens.flatMap(({ top_logprobs: top }) => top).filter(({ token }) => token.startsWith('<|'));
    expect(special.map(({ bytes }) => Buffer.from(bytes ?? []).toString())).toEqual(special.map(({ token }) => token));
    expect(special).not.toEqual([]);
  });

  it('works with the client’s own stream helper', async () => {
    const stream = client.chat.completions.stream({ model: 'tiny', messages: [...messages], max_tokens: 5 });
    const final = await stream.finalChatCompletion();
    expect(typeof final.choices[0]?.message.content).toBe('string');
  });

  it('is determined by the seed, whatever runs beside it', async () => {
    const ask = async (seed: number): Promise<string | null | undefined> =>
      (await client.chat.completions.create({ model: 'tiny', messages: [...messages], max_tokens: 16, seed })).choices[0]?.message.content;
    const first = await ask(11);
    const many = await Promise.all([ask(12), ask(11), ask(13), ask(11), ask(14)]);
    expect(many[1]).toBe(first);
    expect(many[3]).toBe(first);
    expect(new Set([...many, first]).size).toBeGreaterThan(2);
  });

  it('frees the slot of a client that leaves', async () => {
    const stream = await client.chat.completions.create({ model: 'tiny', messages: [...messages], stream: true, ...forever });
    for await (const _ of stream) break;
    await expect.poll(() => api.live.engine.load.answers, { timeout: 5000 }).toBe(0);
    const abort = new AbortController();
    const pending = client.chat.completions.create({ model: 'tiny', messages: [...messages], n: 40, ...forever }, { signal: abort.signal });
    await expect.poll(() => api.live.engine.load.answers, { timeout: 5000 }).toBe(40);
    // The queue is full now: 8 slots and 32 places.
    await expect(client.chat.completions.create({ model: 'tiny', messages: [...messages] })).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded', constructor: RateLimitError });
    abort.abort();
    await expect(pending).rejects.toBeInstanceOf(APIUserAbortError);
    await expect.poll(() => api.live.engine.load.answers, { timeout: 5000 }).toBe(0);
  });
});

describe('responses', () => {
  const input = [{ role: 'user' as const, content: [{ type: 'input_text' as const, text: 'the cat' }] }];

  it('are the same as a chat', async () => {
    const chat = await client.chat.completions.create({ model: 'tiny', messages: [{ role: 'system', content: 'be brief' }, { role: 'user', content: 'the cat' }], max_tokens: 8, temperature: 0 });
    const response = await client.responses.create({ model: 'tiny', instructions: 'be brief', input, max_output_tokens: 8, temperature: 0 });
    expect(response.output_text).toBe(chat.choices[0]?.message.content);
    expect([response.usage?.input_tokens, response.usage?.output_tokens]).toEqual([chat.usage?.prompt_tokens, chat.usage?.completion_tokens]);
    expect([response.status, response.incomplete_details]).toEqual(chat.choices[0]?.finish_reason === 'length' ? ['incomplete', { reason: 'max_output_tokens' }] : ['completed', null]);
    // An answer goes back as it came.
    const next = await client.responses.create({ model: 'tiny', input: [...input, ...response.output, { role: 'user', content: 'where?' }] as never, max_output_tokens: 4 });
    expect(next.usage?.input_tokens).toBeGreaterThan(response.usage?.input_tokens ?? NaN);
  });

  it('stream the same text, event by event', async () => {
    const whole = await client.responses.create({ model: 'tiny', input: 'the cat', max_output_tokens: 20, temperature: 0 });
    const stream = client.responses.stream({ model: 'tiny', input: 'the cat', max_output_tokens: 20, temperature: 0 });
    let text = '';
    const types: string[] = [];
    for await (const event of stream) {
      types.push(event.type);
      expect(event.sequence_number).toBe(types.length - 1);
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    expect(text).toBe(whole.output_text);
    const final = await stream.finalResponse();
    expect([final.output_text, final.usage]).toEqual([whole.output_text, whole.usage]);
    expect(types.filter((type) => type !== 'response.output_text.delta')).toEqual([
      'response.created', 'response.in_progress', 'response.output_item.added', 'response.content_part.added',
      'response.output_text.done', 'response.content_part.done', 'response.output_item.done', `response.${whole.status ?? ''}`,
    ]);
  });

  it.each([
    [{ previous_response_id: 'resp_1' }, 'invalid_value', 'previous_response_id', /send the conversation/],
    [{ tools: [{ type: 'web_search' }] }, 'invalid_value', 'tools', /tools cannot be called/],
    [{ text: { format: { type: 'json_object' } } }, 'invalid_value', 'text.format.type', /only text/],
    [{ reasoning: { effort: 'low' } }, 'unknown_parameter', 'reasoning', /reasoning/],
    [{ input: [{ type: 'function_call_output', call_id: 'x', output: 'y' }] }, 'invalid_value', 'input', /./],
    [{ max_output_tokens: 9999 }, 'context_length_exceeded', null, /./],
    [{ stream: true, max_output_tokens: 9999 }, 'context_length_exceeded', null, /./],
  ] as const)('refuse what there is not: %o', async (body, code, param, message) => {
    await expect(client.responses.create({ model: 'tiny', input: 'hi', ...body } as never)).rejects.toMatchObject({ status: 400, code, param, message: expect.stringMatching(message) as string });
  });
});

describe('errors', () => {
  it.each([
    [{ model: 'nothing' }, 404, 'model_not_found', 'model'],
    [{ model: 'tiny/reward' }, 400, 'model_not_supported', 'model'],
    [{ model: 'tiny/pretrain' }, 400, 'model_not_supported', 'model'],
    [{ max_tokens: 5000 }, 400, 'context_length_exceeded', null],
    [{ temperature: 9 }, 400, 'invalid_value', 'temperature'],
    [{ top_logprobs: 3 }, 400, 'invalid_value', 'top_logprobs'],
    [{ nonsense: 1 }, 400, 'unknown_parameter', 'nonsense'],
    [{ logit_bias: { 99999: 1 } }, 400, 'MC_USAGE', null],
    [{ tools: [{ type: 'function', function: { name: 'f' } }] }, 400, 'invalid_value', 'tools'],
  ] as const)('%o', async (body, status, code, param) => {
    await expect(client.chat.completions.create({ model: 'tiny', messages: [...messages], ...body } as never)).rejects.toMatchObject({ status, code, param });
  });

  it('are those of the client', async () => {
    await expect(client.completions.create({ model: 'tiny', prompt: 'x', suffix: 'y' })).rejects.toBeInstanceOf(BadRequestError);
    await expect(client.embeddings.create({ model: 'tiny/reward', input: 'x' })).rejects.toBeInstanceOf(BadRequestError);
    // An error before the first event has a status of its own, also when streaming.
    await expect(client.completions.create({ model: 'tiny', prompt: 'x', max_tokens: 9999, stream: true })).rejects.toMatchObject({ status: 400 });
  });
});

describe('embeddings', () => {
  it('are vectors of length 1, alike for like texts', async () => {
    const { data, usage, model } = await client.embeddings.create({ model: 'tiny', input: ['the cat sat', 'the cat sat on', 'one two three four'] });
    const [cat, mat, count] = data.map((one) => one.embedding) as [number[], number[], number[]];
    const likeness = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
    expect(likeness(cat, cat)).toBeCloseTo(1, 4);
    expect(likeness(cat, mat)).toBeGreaterThan(likeness(cat, count));
    expect([model, usage.prompt_tokens > 0]).toEqual(['tiny', true]);
  });
});

describe('rewards', () => {
  it('score texts', async () => {
    const scored = await client.post<{ data: { index: number; score: number }[] }>('/rewards', {
      body: { model: 'tiny', input: [{ prompt: 'hi', completion: 'Paris.' }, { messages: [{ role: 'user', content: 'hi' }, { role: 'assistant', content: 'Paris.' }] }, { prompt: 'hi', completion: 'no' }] },
    });
    expect(scored).toMatchObject({ object: 'list', model: 'tiny' });
    expect(scored.data[0]?.score).toBeCloseTo(scored.data[1]?.score ?? 0, 4);
    expect(scored.data[2]?.score).not.toBeCloseTo(scored.data[0]?.score ?? 0, 4);
    await expect(client.post('/rewards', { body: { model: 'tiny/ppo', input: { prompt: 'a', completion: 'b' } } })).rejects.toBeInstanceOf(BadRequestError);
  });
});
