import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type Api } from './support.ts';

// Requests that no client library would send: each has its status, and the server goes on.

let api: Api;
let port: number;

beforeAll(async () => {
  api = await startApi();
  port = Number(new URL(api.url).port);
});
afterAll(() => api.close());

function post(path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${api.url}${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
}
const chat = '/v1/chat/completions';
const hello = (more: object = {}): string => JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'hi' }], max_tokens: 2, ...more });

interface Case { name: string; status: number; body: string | Uint8Array<ArrayBuffer>; path?: string; headers?: Record<string, string> }
const cases: Case[] = [
  { name: 'malformed JSON', status: 400, body: '{"model": "tiny", ' },
  { name: 'an empty body', status: 400, body: '' },
  { name: 'no object', status: 400, body: '[]' },
  { name: 'null', status: 400, body: 'null' },
  { name: 'a text for a list', status: 400, body: hello({ messages: 'hi' }) },
  { name: 'a list for a text', status: 400, body: hello({ model: ['tiny'] }) },
  { name: 'an object for a number', status: 400, body: hello({ temperature: { $gt: 0 } }) },
  { name: 'a number beyond all numbers', status: 400, body: hello({ max_tokens: 1e300 }) },
  { name: 'a number that is none', status: 400, body: '{"model":"tiny","messages":[{"role":"user","content":"x"}],"temperature":NaN}' },
  { name: 'huge n', status: 400, body: hello({ n: 1_000_000 }) },
  { name: 'huge max_tokens', status: 400, body: hello({ max_tokens: 999_999 }) },
  { name: 'negative n', status: 400, body: hello({ n: -1 }) },
  { name: 'a __proto__ key', status: 400, body: '{"__proto__": {"admin": true}, "model": "tiny", "messages": [{"role": "user", "content": "x"}]}' },
  { name: 'a nested __proto__ key', status: 400, body: '{"model": "tiny", "messages": [{"role": "user", "content": "x", "__proto__": {"x": 1}}]}' },
  { name: 'a constructor.prototype key', status: 400, body: '{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "constructor": {"prototype": {"x": 1}}}' },
  { name: 'logit_bias with keys that are no ids', status: 400, body: hello({ logit_bias: { constructor: 5 } }) },
  { name: 'deeply nested arrays', status: 400, body: hello({ stop: JSON.parse('['.repeat(2000) + ']'.repeat(2000)) as unknown }) },
  { name: 'deeply nested objects', status: 400, body: `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}` },
  { name: 'deep nesting where anything is taken', status: 400, body: `{"model":"tiny","messages":[{"role":"user","content":"x"}],"metadata":${'['.repeat(20_000)}` },
  { name: 'a spec nested without end', status: 400, body: `{"spec":{"name":"x","stages":{"data":{"plugin":"y","settings":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}}}}`, path: '/api/runs' },
  { name: 'an infinite temperature', status: 400, body: '{"model":"tiny","messages":[{"role":"user","content":"x"}],"temperature":1e999}' },
  { name: 'a fraction for a count', status: 400, body: hello({ n: 1.5 }) },
  { name: 'huge best_of', status: 400, body: JSON.stringify({ model: 'tiny', prompt: 'x', best_of: 1e9 }), path: '/v1/completions' },
  { name: 'huge logit_bias', status: 400, body: hello({ logit_bias: Object.fromEntries(Array.from({ length: 2000 }, (_, id) => [id, 1])) }) },
  { name: 'embeddings without end', status: 400, body: JSON.stringify({ model: 'tiny', input: Array.from({ length: 3000 }, () => 'a') }), path: '/v1/embeddings' },
  { name: 'a text to embed beyond the context', status: 400, body: JSON.stringify({ model: 'tiny', input: 'word '.repeat(5000) }), path: '/v1/embeddings' },
  { name: 'a reward of nothing', status: 400, body: JSON.stringify({ model: 'tiny', input: [] }), path: '/v1/rewards' },
  { name: 'a rating beyond seven', status: 400, body: JSON.stringify({ labeler: 'x', messages: [{ role: 'user', content: 'x' }], answer: { text: 'y' }, rating: 70 }), path: '/api/ratings' },
  { name: 'a body that is too large', status: 413, body: hello({ user: 'x'.repeat(100_000) }) },
  { name: 'another media type', status: 415, body: 'x=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  { name: 'text, as a page of another origin may send it', status: 415, body: hello(), headers: { 'content-type': 'text/plain' } },
  { name: 'a compressed body', status: 415, body: 'x', headers: { 'content-encoding': 'gzip' } },
  { name: 'a path in place of a model', status: 404, body: hello({ model: '../../etc/passwd' }) },
  { name: 'a model with bus wildcards', status: 404, body: hello({ model: 'tiny.>' }) },
  { name: 'an unknown path', status: 404, body: hello(), path: '/v1/nothing' },
  { name: 'an unknown run', status: 404, body: '{"from":"ppo"}', path: '/api/runs/nothing/fork' },
  { name: 'a run id that is none', status: 400, body: '{"from":"ppo"}', path: '/api/runs/a.b%3E/fork' },
  { name: 'a spec that is none', status: 400, body: '{"spec":{"stages":{"bogus":{}}}}', path: '/api/runs' },
  { name: 'prompts without end', status: 400, body: JSON.stringify({ model: 'tiny', prompt: Array.from({ length: 1000 }, () => 'a') }), path: '/v1/completions' },
  { name: 'tokens that do not exist', status: 400, body: JSON.stringify({ model: 'tiny', prompt: [2 ** 31] }), path: '/v1/completions' },
  { name: 'tokens that are negative', status: 400, body: JSON.stringify({ model: 'tiny', prompt: [-1] }), path: '/v1/completions' },
  { name: 'a prompt longer than the context', status: 400, body: JSON.stringify({ model: 'tiny', prompt: 'word '.repeat(5000) }), path: '/v1/completions' },
];

describe('hostile requests', () => {
  it.each(cases)('$name: $status', async ({ status, body, path = chat, headers }) => {
    const response = await post(path, body, headers);
    const text = await response.text();
    expect(`${String(response.status)} ${text}`).toMatch(new RegExp(`^${String(status)} `));
    expectError(text);
    // Nothing from inside: no stack, no path of this machine.
    expect(text).not.toMatch(/node_modules|\.ts\b|\/tmp\/|at \w+ \(|nats:/);
    expect(response.headers.get('x-request-id')).toMatch(/^req_/);
    expect(({} as { admin?: unknown; x?: unknown }).admin).toBeUndefined();
  });

  it('bytes that are no UTF-8 become replacement characters', async () => {
    const bytes = new TextEncoder().encode(hello());
    bytes[bytes.indexOf('h'.charCodeAt(0), 60)] = 0xff;
    expect((await post(chat, bytes)).status).toBeLessThan(500);
  });

  it('halves of characters become replacement characters, too', async () => {
    const ask = async (content: string): Promise<unknown> => {
      const response = await post(chat, `{"model":"tiny","messages":[{"role":"user","content":"${content}"}],"max_tokens":8,"seed":1}`);
      const { choices, usage } = await response.json() as { choices?: unknown; usage?: unknown };
      return { status: response.status, choices, usage };
    };
    const replaced = await ask('\uFFFD \uFFFD');
    expect(replaced).toMatchObject({ status: 200 });
    expect(await ask('\\ud83d \\uDE00')).toEqual(replaced);
    // A whole one stays, and so does what only looks like an escape.
    expect(await ask('\\ud83d\\ude00')).toEqual(await ask('😀'));
    expect(await ask('\\\\ud83d')).not.toEqual(await ask('\uFFFD'));
  });

  it('a body that is too large is told how large it may be', async () => {
    expect(expectError(await (await post(chat, hello({ user: 'x'.repeat(100_000) }))).text()).message).toContain('at most 65536 bytes');
    expect(expectError(await (await post('/api/comparisons', `"${'x'.repeat(3_000_000)}"`)).text()).message).toMatch(/at most \d+ bytes/);
  });

  it('what the gateway takes, but no message of the bus', async () => {
    const { url } = await api.gateway({ GATEWAY_BODY_LIMIT_KB: 2048 });
    const response = await fetch(`${url}${chat}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: hello({ messages: [{ role: 'user', content: 'x'.repeat(1_100_000) }] }) });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { code: 'MC_MESSAGE_TOO_LARGE', message: expect.stringMatching(/at most 1000000 bytes/) as string } });
  });

  it('methods that a path does not know', async () => {
    expect((await fetch(`${api.url}${chat}`)).status).toBe(404);
    expect((await fetch(`${api.url}/v1/models`, { method: 'DELETE' })).status).toBe(404);
  });

  it('paths that leave the folder of pages', async () => {
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/%00', '/%']) {
      expect((await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)).status).toBeGreaterThanOrEqual(400);
    }
  });

  it('a path that cannot be read', async () => {
    const response = await fetch(`${api.url}/%ZZ`);
    expect(response.status).toBe(400);
    expect(expectError(await response.text()).message).toMatch(/URL/);
  });

  it('what is no HTTP', async () => {
    const nonsense = await raw('nonsense\r\n\r\n');
    expect(nonsense.status).toBe(400);
    expectError(nonsense.body);
    expect(nonsense.text).toMatch(/^x-request-id: req_/im);
    const large = await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`);
    expect(large.status).toBe(431);
    expect(expectError(large.body).message).toMatch(/16384 bytes/);
  });

  it('a flood of headers', async () => {
    const flood = Array.from({ length: 5000 }, (_, i) => `X-${String(i)}: 1\r\n`).join('');
    expect((await raw(`GET /v1/models HTTP/1.1\r\nHost: localhost\r\n${flood}\r\n`)).status).toBe(431);
  });

  it('a length that lies, two lengths, and a body without end', async () => {
    const head = 'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n';
    expect((await raw(`${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}`)).status).toBe(400);
    expect((await raw(`${head}Content-Length: -1\r\n\r\n{}`)).status).toBe(400);
    expect((await raw(`${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).status).toBe(400);
    const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`;
    expect((await raw(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(40)}`)).status).toBe(413);
  });

  it('many requests on one connection are answered in their order', async () => {
    const get = (path: string, last = false): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
    const { text } = await raw(get('/v1/nothing').repeat(50) + get('/v1/models', true));
    expect(text.match(/HTTP\/1\.1 404/g)).toHaveLength(50);
    expect(text).toMatch(/HTTP\/1\.1 200[^]*tiny\/ppo/);
  });

  it('a client that goes away in the middle of a stream, a hundred times', async () => {
    await Promise.all(Array.from({ length: 100 }, async (_, i) => {
      const abort = new AbortController();
      const asked = fetch(`${api.url}${chat}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: hello({ stream: true, max_tokens: 300, logit_bias: { 100: 100 } }), signal: abort.signal }).catch(() => undefined);
      if (i % 2 === 0) setTimeout(() => abort.abort(), i);
      const response = await asked;
      await response?.body?.getReader().read().catch(() => undefined);
      abort.abort();
    }));
    await expect.poll(() => api.live.engine.load.answers, { timeout: 10_000 }).toBe(0);
  });

  it('a name of another site that points here', async () => {
    const { status, text } = await raw('GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(status).toBe(421);
    expect(text).not.toContain('tiny');
  });

  it('a body that never comes, and headers that never end', async () => {
    const { url } = await api.gateway({ GATEWAY_REQUEST_SECONDS: 0.3 });
    const slow = Number(new URL(url).port);
    const body = await raw('POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"mo', slow);
    expect(body.status).toBe(408);
    const head = await raw('GET / HTTP/1.1\r\nHost: localhost\r\nX-', slow);
    expect(head.status).toBe(408);
    for (const { body: answer } of [body, head]) expectError(answer);
    // Who has asked nothing is told nothing: it would be taken for the answer to a request that is just being sent.
    expect((await raw('', slow)).text).toBe('');
  });

  it('answers that nobody takes, which are given up after a minute', async () => {
    const { url, server } = await api.gateway({});
    const accepted = once(server.server, 'connection') as Promise<[Socket]>;
    const client = connect(Number(new URL(url).port), '127.0.0.1');
    client.pause();
    client.write('GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(500));
    const [socket] = await accepted;
    // More than the system keeps for a client.
    await expect.poll(() => socket.writableLength, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(socket.timeout).toBe(60_000);
    client.destroy();
  });

  it('goes on serving after all that', async () => {
    const response = await post(chat, hello());
    expect(response.status).toBe(200);
    expect(api.live.engine.load.answers).toBe(0);
  });
});

/** The error of an answer in OpenAI's shape. */
function expectError(body: string): { message: string } {
  const { error } = JSON.parse(body) as { error: { message: string; type: string; param: unknown; code: unknown } };
  expect(Object.keys(error).toSorted()).toEqual(['code', 'message', 'param', 'type']);
  return error;
}

/** Sends bytes as they are and reads until the server closes, or has answered. */
async function raw(text: string, to = port): Promise<{ status: number; text: string; body: string }> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let heard = '';
  const socket: Socket = connect(to, '127.0.0.1', () => socket.write(text));
  socket.on('data', (data) => { heard += data.toString('utf8'); });
  socket.on('close', () => resolve(heard));
  socket.on('error', () => resolve(heard));
  const answer = await promise;
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0), text: answer, body: answer.slice(answer.indexOf('\r\n\r\n') + 4) };
}
