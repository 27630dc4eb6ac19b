import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type Api } from './support.ts';

// What docs/api.md says of each parameter, parameter by parameter; the tests have the names of its table.

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

interface Choice { index: number; text: string; message: { role: string; content: string }; finish_reason: string | null; logprobs: { tokens: string[]; token_logprobs: (number | null)[]; top_logprobs: Record<string, number>[]; content: { token: string; logprob: number; top_logprobs: unknown[] }[] } | null }
interface Answer { choices: Choice[]; usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number }; error?: { code: string; param: string | null; message: string; type: string } }
type Body = Record<string, unknown>;

async function post(path: string, body: Body): Promise<{ status: number; answer: Answer }> {
  const response = await fetch(`${api.url}/v1/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return { status: response.status, answer: await response.json() as Answer };
}
/** A completion of a base model, and a chat, with short answers that are the same each time. */
const complete = (body: Body = {}) => post('completions', { model: 'tiny/pretrain', prompt: 'the cat', max_tokens: 6, seed: 1, ...body });
const chat = (body: Body = {}) => post('chat/completions', { model: 'tiny', messages: [{ role: 'user', content: 'the cat' }], max_tokens: 6, seed: 1, ...body });
const both = [['completions', complete], ['chat', chat]] as const;
const textOf = ({ answer }: { answer: Answer }): string | undefined => answer.choices[0]?.text ?? answer.choices[0]?.message.content;
/** A token that is always drawn, so that an answer has as many tokens as it may. */
const forever = { logit_bias: { 100: 100 } };

/** The data of each event of a stream. */
async function events(path: string, body: Body): Promise<string[]> {
  const response = await fetch(`${api.url}/v1/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...body, stream: true }) });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  return (await response.text()).split('\n\n').filter((part) => part !== '').map((part) => part.replace(/^data: /, ''));
}

describe('both', () => {
  it.each(both)('model (%s)', async (_, ask) => {
    expect((await ask({ model: 'nothing' })).answer.error).toMatchObject({ code: 'model_not_found', param: 'model' });
    expect((await ask({ model: 'tiny/sft' })).status).toBe(200);
    expect((await ask({ model: undefined })).answer.error).toMatchObject({ param: 'model' });
  });

  it.each(both)('temperature (%s)', async (_, ask) => {
    const greedy = await Promise.all([1, 2, 3].map((seed) => ask({ temperature: 0, seed })));
    expect(new Set(greedy.map(textOf)).size).toBe(1);
    const warm = await Promise.all([1, 2, 3].map((seed) => ask({ temperature: 2, seed })));
    expect(new Set(warm.map(textOf)).size).toBe(3);
    expect((await ask({ temperature: 2.1 })).answer.error).toMatchObject({ param: 'temperature' });
    expect((await ask({ temperature: -0.1 })).status).toBe(400);
  });

  it.each(both)('top_p (%s)', async (_, ask) => {
    // The likeliest token alone makes up such a share.
    expect(textOf(await ask({ top_p: 0.0001, seed: 7 }))).toBe(textOf(await ask({ temperature: 0 })));
    expect((await ask({ top_p: 1.1 })).answer.error).toMatchObject({ param: 'top_p' });
  });

  it.each(both)('top_k (%s)', async (_, ask) => {
    expect(textOf(await ask({ top_k: 1, seed: 7 }))).toBe(textOf(await ask({ temperature: 0 })));
  });

  it.each(both)('n (%s)', async (_, ask) => {
    const { answer } = await ask({ n: 3, ...forever });
    expect(answer.choices.map((choice) => choice.index)).toEqual([0, 1, 2]);
    expect(answer.usage.completion_tokens).toBe(18);
    expect((await ask({ n: 129 })).answer.error).toMatchObject({ param: 'n' });
    expect((await ask({ n: 0 })).status).toBe(400);
  });

  it.each(both)('stop (%s)', async (_, ask) => {
    const whole = textOf(await ask({ temperature: 0, max_tokens: 20 })) ?? '';
    const stop = whole.slice(3, 5);
    const { answer } = await ask({ temperature: 0, max_tokens: 20, stop: ['never seen', stop] });
    expect(textOf({ answer })).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    expect((await ask({ stop: ['a', 'b', 'c', 'd', 'e'] })).answer.error).toMatchObject({ param: 'stop', message: expect.stringMatching(/up to 4/) as string });
  });

  it.each(both)('stream (%s)', async (path) => {
    const body = path === 'chat' ? { model: 'tiny', messages: [{ role: 'user', content: 'hi' }] } : { model: 'tiny', prompt: 'hi' };
    const heard = await events(path === 'chat' ? 'chat/completions' : 'completions', { ...body, max_tokens: 4 });
    expect(heard.at(-1)).toBe('[DONE]');
    const chunks = heard.slice(0, -1).map((data) => JSON.parse(data) as { object: string; choices: Choice[]; usage?: unknown });
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toMatch(/stop|length/);
    expect(chunks.every((one) => one.object === (path === 'chat' ? 'chat.completion.chunk' : 'text_completion') && one.usage === undefined)).toBe(true);
  });

  it.each(both)('stream_options (%s)', async (path, ask) => {
    const body = path === 'chat' ? { model: 'tiny', messages: [{ role: 'user', content: 'hi' }] } : { model: 'tiny', prompt: 'hi' };
    const heard = await events(path === 'chat' ? 'chat/completions' : 'completions', { ...body, max_tokens: 4, ...forever, stream_options: { include_usage: true } });
    const chunks = heard.slice(0, -1).map((data) => JSON.parse(data) as { choices: unknown[]; usage: { completion_tokens: number } | null });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 4 } });
    expect(chunks.slice(0, -1).every((one) => one.usage === null)).toBe(true);
    expect((await ask({ stream_options: { include_usage: true } })).answer.error).toMatchObject({ param: 'stream_options' });
  });

  it.each(both)('seed (%s)', async (_, ask) => {
    const [a, b, c] = await Promise.all([ask({ seed: 5, max_tokens: 20 }), ask({ seed: 5, max_tokens: 20 }), ask({ seed: 6, max_tokens: 20 })]);
    expect(textOf(b!)).toBe(textOf(a!));
    expect(textOf(c!)).not.toBe(textOf(a!));
    for (const seed of [-1, 2 ** 63, -(2 ** 63)]) expect((await ask({ seed })).status).toBe(200);
    expect((await ask({ seed: 1.5 })).answer.error).toMatchObject({ param: 'seed' });
  });

  it.each(both)('logit_bias (%s)', async (path, ask) => {
    const { answer } = await ask({ ...forever, max_tokens: 3, logprobs: path === 'chat' ? true : 0 });
    const logprobs = answer.choices[0]?.logprobs;
    const names = path === 'chat' ? logprobs?.content.map((one) => one.token) : logprobs?.tokens;
    expect(new Set(names).size).toBe(1);
    expect((await ask({ logit_bias: { 100: 101 } })).answer.error).toMatchObject({ param: 'logit_bias.100' });
    expect((await ask({ logit_bias: { the: 1 } })).answer.error).toMatchObject({ message: expect.stringMatching(/by token id/) as string });
  });

  it.each(both)('frequency_penalty (%s)', async (_, ask) => {
    // With the greatest penalty the greedy answer does not say a token as often as without.
    const [plain, penalised] = await Promise.all([ask({ temperature: 0, max_tokens: 40 }), ask({ temperature: 0, max_tokens: 40, frequency_penalty: 2 })]);
    expect(textOf(penalised!)).not.toBe(textOf(plain!));
    expect((await ask({ frequency_penalty: 2.5 })).answer.error).toMatchObject({ param: 'frequency_penalty' });
  });

  it.each(both)('presence_penalty (%s)', async (_, ask) => {
    expect((await ask({ presence_penalty: 2 })).status).toBe(200);
    expect((await ask({ presence_penalty: -2.5 })).answer.error).toMatchObject({ param: 'presence_penalty' });
  });

  it.each(both)('user (%s)', async (_, ask) => {
    expect((await ask({ user: 'somebody' })).status).toBe(200);
    expect((await ask({ user: 'x'.repeat(300) })).answer.error).toMatchObject({ param: 'user' });
  });

  it.each(both)('null is not given (%s)', async (_, ask) => {
    const none = Object.fromEntries(['temperature', 'top_p', 'n', 'stop', 'stream', 'stream_options', 'frequency_penalty', 'presence_penalty', 'logit_bias', 'user', 'logprobs'].map((name) => [name, null]));
    expect(textOf(await ask({ ...none }))).toBe(textOf(await ask()));
    // Nor of what nobody here knows, as clients send it that write down all that there is.
    expect(textOf(await ask({ reasoning_effort: null, stream_options: null, metadata: null, anything: null }))).toBe(textOf(await ask()));
  });
});

describe('completions', () => {
  it('prompt', async () => {
    expect((await complete({ prompt: ['one', 'two'] })).answer.choices).toHaveLength(2);
    expect((await complete({ prompt: [[10, 11], [12]] })).answer.choices).toHaveLength(2);
    expect((await complete({ prompt: [10, 11] })).answer.usage.prompt_tokens).toBe(2);
    expect((await complete({ prompt: Array.from({ length: 129 }, () => 'a') })).answer.error).toMatchObject({ param: 'prompt', message: expect.stringMatching(/1 to 128/) as string });
    expect((await complete({ prompt: undefined })).answer.usage.prompt_tokens).toBe(1);
    // A model that learned conversations reads a text as a user's turn, with the template's tokens around it.
    const [asText, asTurn] = await Promise.all([complete(), complete({ model: 'tiny/ppo' })]);
    expect(asTurn.answer.usage.prompt_tokens).toBeGreaterThan(asText.answer.usage.prompt_tokens);
  });

  it('max_tokens', async () => {
    expect((await complete({ max_tokens: undefined, ...forever })).answer.usage.completion_tokens).toBe(16);
    expect((await complete({ max_tokens: 5000 })).answer.error).toMatchObject({ code: 'context_length_exceeded' });
    expect((await complete({ max_tokens: 0 })).status).toBe(400);
    expect((await complete({ max_tokens: 0, echo: true })).answer).toMatchObject({ choices: [{ text: 'the cat', finish_reason: 'length' }] });
  });

  it('logprobs', async () => {
    const { answer } = await complete({ logprobs: 3, temperature: 0 });
    const { tokens, token_logprobs: values, top_logprobs: top } = answer.choices[0]?.logprobs ?? { tokens: [], token_logprobs: [], top_logprobs: [] };
    expect(tokens.join('')).toBe(textOf({ answer }));
    expect(top.every((one) => Object.keys(one).length >= 3)).toBe(true);
    expect(values[0]).toBeCloseTo(Math.max(...Object.values(top[0] ?? {})), 5);
    expect((await complete({ logprobs: 6 })).answer.error).toMatchObject({ param: 'logprobs' });
  });

  it('echo', async () => {
    expect(textOf(await complete({ echo: true }))).toMatch(/^the cat/);
  });

  it('suffix', async () => {
    expect((await complete({ suffix: 'the end' })).answer.error).toMatchObject({ param: 'suffix', code: 'unsupported_parameter', message: expect.stringMatching(/cannot insert/) as string });
  });

  it('best_of', async () => {
    const { answer } = await complete({ best_of: 4, n: 2, ...forever });
    expect(answer.choices).toHaveLength(2);
    expect(answer.usage.completion_tokens).toBe(24);
    expect((await complete({ best_of: 1, n: 2 })).answer.error).toMatchObject({ param: 'best_of' });
    expect((await complete({ best_of: 2, stream: true })).answer.error).toMatchObject({ param: 'best_of' });
  });
});

describe('chat', () => {
  it('messages', async () => {
    const turns = [{ role: 'system', content: 'be brief' }, { role: 'user', content: [{ type: 'text', text: 'the ' }, { type: 'text', text: 'cat' }] }, { role: 'assistant', content: 'sat' }, { role: 'user', content: 'where?', name: 'kim' }];
    expect((await chat({ messages: turns })).status).toBe(200);
    expect(textOf(await chat({ messages: [{ role: 'developer', content: 'x' }, { role: 'user', content: 'y' }] }))).toBe(textOf(await chat({ messages: [{ role: 'system', content: 'x' }, { role: 'user', content: 'y' }] })));
    // An answer sent back with all the members that the Python client's model_dump() writes.
    const back = (more: Body = {}) => chat({ messages: [{ role: 'user', content: 'the cat' }, { role: 'assistant', content: 'sat', refusal: null, annotations: [], audio: null, function_call: null, tool_calls: null, reasoning_content: null, ...more }, { role: 'user', content: 'where?' }] });
    expect((await back()).status).toBe(200);
    expect((await back({ tool_calls: [{ id: 'x' }] })).answer.error).toMatchObject({ param: 'messages.1.tool_calls', message: expect.stringMatching(/tools cannot be called/) as string });
    expect((await chat({ messages: [] })).answer.error).toMatchObject({ param: 'messages' });
    expect((await chat({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] })).status).toBe(400);
  });

  it('max_tokens, max_completion_tokens', async () => {
    expect((await chat({ max_tokens: 3, ...forever })).answer.usage.completion_tokens).toBe(3);
    expect((await chat({ max_tokens: 3, max_completion_tokens: 4, ...forever })).answer.usage.completion_tokens).toBe(4);
  });

  it('logprobs, top_logprobs', async () => {
    const { answer } = await chat({ logprobs: true, top_logprobs: 4 });
    for (const one of answer.choices[0]?.logprobs?.content ?? []) expect(one.top_logprobs).toHaveLength(4);
    expect((await chat({ top_logprobs: 4 })).answer.error).toMatchObject({ param: 'top_logprobs' });
    expect((await chat({ logprobs: true, top_logprobs: 21 })).status).toBe(400);
  });

  it('store', async () => {
    expect((await chat({ store: false })).status).toBe(200);
  });

  it('response_format, modalities', async () => {
    expect((await chat({ response_format: { type: 'text' }, modalities: ['text'] })).status).toBe(200);
    expect((await chat({ response_format: { type: 'json_object' } })).status).toBe(400);
    expect((await chat({ modalities: ['audio'] })).status).toBe(400);
  });

  it('tools, tool_choice, functions, function_call', async () => {
    expect((await chat({ tools: [], tool_choice: 'none' })).status).toBe(200);
    expect((await chat({ tools: [{ type: 'function', function: { name: 'f' } }] })).answer.error).toMatchObject({ param: 'tools' });
    expect((await chat({ functions: [{ name: 'f' }] })).answer.error).toMatchObject({ param: 'functions' });
  });

  it('metadata, service_tier, parallel_tool_calls, safety_identifier, prompt_cache_key', async () => {
    expect((await chat({ metadata: { a: 'b' }, service_tier: 'auto', parallel_tool_calls: true, safety_identifier: 'x', prompt_cache_key: 'y' })).status).toBe(200);
  });

  it('anything else', async () => {
    expect((await chat({ audio: {} })).answer.error).toMatchObject({ code: 'unknown_parameter', param: 'audio', type: 'invalid_request_error' });
  });
});

describe('embeddings', () => {
  it('input, dimensions, encoding_format', async () => {
    const embed = (body: Body) => post('embeddings', { model: 'tiny', ...body }) as unknown as Promise<{ status: number; answer: { data: { index: number; embedding: number[] | string }[]; usage: { prompt_tokens: number; total_tokens: number }; error?: { param: string } } }>;
    const { answer } = await embed({ input: ['the cat', 'one two'] });
    expect(answer.data.map(({ index, embedding }) => [index, embedding.length])).toEqual([[0, 32], [1, 32]]);
    const [first] = answer.data.map(({ embedding }) => embedding as number[]) as [number[]];
    expect(Math.hypot(...first)).toBeCloseTo(1, 5);
    expect(answer.usage.total_tokens).toBe(answer.usage.prompt_tokens);
    const packed = Buffer.from((await embed({ input: 'the cat', encoding_format: 'base64' })).answer.data[0]?.embedding as string, 'base64');
    expect(packed.readFloatLE(0)).toBeCloseTo(first[0] ?? NaN, 4);
    expect((await embed({ input: [1, 2, 3], dimensions: 32 })).status).toBe(200);
    expect((await embed({ input: 'x', dimensions: 8 })).answer.error).toMatchObject({ param: 'dimensions' });
    expect((await embed({ input: Array.from({ length: 2049 }, () => 'x') })).answer.error).toMatchObject({ param: 'input', message: expect.stringMatching(/1 to 2048/) as string });
    // As many as clients gather.
    expect((await embed({ input: Array.from({ length: 2048 }, () => 'x'), user: null, anything: null })).answer.data).toHaveLength(2048);
    expect((await embed({ model: 'tiny/reward', input: 'x' })).status).toBe(400);
  });
});

describe('the classic call', () => {
  it('openai.Completion.create of the 0.x Python client, byte for byte', async () => {
    // As a socket heard it from openai 0.28.1 over requests 2.28.1, but for the machine's name: the session's headers first, then the client's, in this
    // order and case, and the body as json.dumps writes it.
    const { hostname, port } = new URL(api.url);
    const body = '{"model": "tiny", "prompt": "Explain the moon landing to a 6 year old in a few sentences.", "temperature": 0, "max_tokens": 100, "top_p": 1, "frequency_penalty": 0.0, "presence_penalty": 0.0}';
    const head = [
      'POST /v1/completions HTTP/1.1',
      `Host: ${hostname}:${port}`,
      'User-Agent: OpenAI/v1 PythonBindings/0.28.1',
      'Accept-Encoding: gzip, deflate',
      'Accept: */*',
      'Connection: keep-alive',
      'X-OpenAI-Client-User-Agent: {"bindings_version": "0.28.1", "httplib": "requests", "lang": "python", "lang_version": "3.11.2", "platform": "Linux-6.1.0-18-amd64-x86_64-with-glibc2.36", "publisher": "openai", "uname": "Linux 6.1.0-18-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01) x86_64 "}',
      'Authorization: Bearer sk-0123456789abcdef0123456789abcdef0123456789abcdef',
      'Content-Type: application/json',
      `Content-Length: ${String(body.length)}`,
    ].join('\r\n');
    const socket = connect(Number(port), hostname);
    let heard = '';
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.on('data', (data) => {
      heard += data.toString('utf8');
      const [top = '', rest = ''] = heard.split('\r\n\r\n');
      if (Buffer.byteLength(rest) === Number(/content-length: (\d+)/i.exec(top)?.[1])) resolve();
    });
    socket.on('error', reject);
    socket.write(`${head}\r\n\r\n${body}`);
    await promise;
    socket.destroy();
    const [top = '', rest = ''] = heard.split('\r\n\r\n');
    expect(top).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    // The client looks at this to know whether it may read JSON, and keeps the connection.
    expect(top.toLowerCase()).toContain('content-type: application/json');
    expect(top.toLowerCase()).toContain('connection: keep-alive');
    const answer = JSON.parse(rest) as Answer & { object: string; model: string };
    expect(Object.keys(answer).toSorted()).toEqual(['choices', 'created', 'id', 'model', 'object', 'usage']);
    expect(answer).toMatchObject({ object: 'text_completion', model: 'tiny', choices: [{ index: 0, logprobs: null }] });
    expect(answer.usage.completion_tokens).toBeLessThanOrEqual(100);
  });
});

it('docs/api.md names a test of this file for every line of its table', async () => {
  const docs = await readFile(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  const source = await readFile(new URL(import.meta.url), 'utf8');
  const table = docs.slice(docs.indexOf('## Conformance'), docs.indexOf('| endpoint |')).split('\n').filter((line) => line.startsWith('| `'));
  const named = table.map((line) => /\| ([^|]+) \|$/.exec(line)?.[1]?.trim() ?? '');
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !source.includes(`('${name}'`) && !source.includes(`('${name} (%s)'`))).toEqual([]);
});
