import { rpc } from '@minchat/bus';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type Api } from './support.ts';

// Several workers behind one gateway, each with little room.

const room = { INFERENCE_SLOTS: 2, INFERENCE_QUEUE: 2 };
let api: Api;
beforeAll(async () => {
  api = await startApi(room);
});
afterAll(() => api.close());

/** Always draws the same token, so that an answer lasts as long as it may. */
const ask = (tokens: number, signal?: AbortSignal, key = 'unused'): Promise<Response> =>
  fetch(`${api.url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'tiny', prompt: 'the cat', max_tokens: tokens, logit_bias: { 100: 100 } }),
    ...(signal === undefined ? {} : { signal }),
  });

it('one that is full says so, and when to come again; a client that leaves makes room', async () => {
  const leaving = new AbortController();
  const taken = Array.from({ length: 4 }, () => ask(490, leaving.signal).catch(() => undefined));
  await expect.poll(() => api.live.engine.load.answers, { timeout: 10_000 }).toBe(4);
  const refused = await ask(1);
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await refused.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' } });
  leaving.abort();
  await Promise.all(taken);
  await expect.poll(() => api.live.engine.load.answers, { timeout: 10_000 }).toBe(0);
  expect((await ask(1)).status).toBe(200);
});

it('one that is full of one program’s requests has room for another’s', async () => {
  const leaving = new AbortController();
  const taken = Array.from({ length: 4 }, () => ask(490, leaving.signal).catch(() => undefined));
  await expect.poll(() => api.live.engine.load.answers, { timeout: 10_000 }).toBe(4);
  expect((await ask(1, undefined, 'another')).status).toBe(200);
  leaving.abort();
  await Promise.all(taken);
  await expect.poll(() => api.live.engine.load.answers, { timeout: 10_000 }).toBe(0);
});

it('two take what one cannot', async () => {
  await api.worker();
  const rounds = Array.from({ length: 6 }, async () => {
    for (let i = 0; i < 4; i += 1) await expect.poll(async () => (await ask(20)).status, { timeout: 20_000 }).toBe(200);
  });
  await Promise.all(rounds);
});

it('vectors and scores that fit in no one message come in several', async () => {
  const { stages } = await api.bus.call(rpc.getRun, { runId: 'tiny' });
  const modelOf = (name: string) => stages.find(({ stage }) => stage === name)?.result?.outputs[0]?.artifact;
  const inputs = Array.from({ length: 4500 }, () => ({ text: 'a' }));
  const pieces = await Array.fromAsync(api.bus.stream(rpc.embed, { model: modelOf('sft'), inputs }));
  expect(pieces.flatMap(({ embeddings }) => embeddings)).toHaveLength(inputs.length);
  const texts = inputs.map(({ text }) => ({ completion: text }));
  expect((await Array.fromAsync(api.bus.stream(rpc.score, { model: modelOf('reward'), texts }))).flatMap(({ scores }) => scores)).toHaveLength(texts.length);
});

it('what one had is done by the other when it goes', async () => {
  await api.live.stop();
  const answers = await Promise.all(Array.from({ length: 3 }, () => ask(20)));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
});
