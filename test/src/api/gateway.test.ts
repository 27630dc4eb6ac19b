import { connect as connectTo } from 'node:net';
import type { PromptSubmitted } from '@minchat/contracts';
import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type Api } from './support.ts';

// The edge itself: keys, limits, collecting prompts, runs, pages.

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const json = { 'content-type': 'application/json' };
const ask = (url: string, headers: Record<string, string> = {}, body: object = {}): Promise<Response> =>
  fetch(`${url}/v1/completions`, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify({ model: 'tiny', prompt: 'hi', max_tokens: 1, ...body }) });

describe('keys', () => {
  it('are needed where they are set, and nothing else lets in', async () => {
    const { url } = await api.gateway({ GATEWAY_API_KEYS: 'alice=a-key-long-enough' });
    expect((await ask(url)).status).toBe(401);
    expect((await ask(url, { authorization: 'Bearer wrong-key-wrong-key' })).status).toBe(401);
    expect(await (await ask(url, { authorization: 'Bearer wrong-key-wrong-key' })).json()).toMatchObject({ error: { code: 'invalid_api_key', type: 'authentication_error' } });
    expect((await ask(url, { authorization: 'Bearer a-key-long-enough' })).status).toBe(200);
    expect((await fetch(`${url}/api/runs`)).status).toBe(401);
    expect((await fetch(url)).status).toBe(200);
  });

  it('let pages of other origins ask /v1, which they may not where no key is needed', async () => {
    const { url } = await api.gateway({ GATEWAY_API_KEYS: 'app=0123456789abcdef' });
    const page = { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' };
    const preflight = (to: string) => fetch(to, { method: 'OPTIONS', headers: { ...page, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type,x-stainless-os' } });
    const allowed = await preflight(`${url}/v1/chat/completions`);
    expect([allowed.status, ...['origin', 'headers', 'credentials'].map((name) => allowed.headers.get(`access-control-allow-${name}`))]).toEqual([204, '*', 'authorization,content-type,x-stainless-os', null]);
    for (const [key, status] of [['0123456789abcdef', 200], ['another', 401]] as const) {
      const answer = await ask(url, { ...page, authorization: `Bearer ${key}` });
      expect([answer.status, answer.headers.get('access-control-allow-origin'), answer.headers.get('access-control-expose-headers')]).toEqual([status, '*', '*']);
    }
    for (const to of [`${url}/api/runs`, `${api.url}/v1/chat/completions`]) {
      const refused = await preflight(to);
      expect([refused.status, refused.headers.get('access-control-allow-origin')], to).toEqual([404, null]);
    }
  });

  it('must be set on an address that others can reach', async () => {
    await expect(api.gateway({ GATEWAY_HOST: '0.0.0.0' })).rejects.toMatchObject({ code: 'MC_AUTH_REQUIRED' });
  });
});

describe('limits', () => {
  it('are told, and kept', async () => {
    const { url } = await api.gateway({ GATEWAY_RATE_LIMIT: 2 });
    const first = await ask(url);
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1');
    expect(first.headers.get('x-ratelimit-reset-requests')).toMatch(/^\d+s$/);
    await ask(url);
    const third = await ask(url);
    expect(third.status).toBe(429);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await third.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' } });
  });
});

describe('collecting prompts', () => {
  it('is off, on, or for the keys named', async () => {
    const seen: PromptSubmitted[] = [];
    const ignore = (): Promise<void> => Promise.resolve();
    const subscription = await api.bus.consumeFeedback('api-test', { prompt: async (prompt) => void seen.push(prompt), demonstration: ignore, ranking: ignore });
    const keys = { GATEWAY_API_KEYS: 'alice=a-key-long-enough,bob=another-long-key' };
    const alice = { authorization: 'Bearer a-key-long-enough' };
    const [on, alices] = await Promise.all([api.gateway({ COLLECT_PROMPTS: 'on' }), api.gateway({ ...keys, COLLECT_PROMPTS: 'alice' })]);
    await ask(api.url, {}, { prompt: 'not collected: off' });
    for (const off of ['off', 'OFF']) await ask(on.url, { 'x-minchat-collect': off }, { prompt: 'not collected: refused' });
    await ask(alices.url, { authorization: 'Bearer another-long-key' }, { prompt: 'not collected: bob' });
    await ask(on.url, {}, { prompt: ['one', 'two'], user: 'u1' });
    await ask(alices.url, alice, { prompt: 'three', user: '' });
    await fetch(`${alices.url}/v1/chat/completions`, { method: 'POST', headers: { ...json, ...alice }, body: JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'no' }], store: false, max_tokens: 1 }) });
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(3);
    expect(seen.map((prompt) => [prompt.userId, prompt.messages[0]?.content, prompt.source])).toEqual([['u1', 'one', 'api'], ['u1', 'two', 'api'], ['alice', 'three', 'api']]);
    expect(new Set(seen.map((prompt) => prompt.promptId)).size).toBe(3);
    await subscription.stop();
  });
});

describe('runs', () => {
  interface Run { id: string; status: string; stages: { stage: string; status: string }[]; spec?: unknown }
  const get = async <T>(path: string): Promise<T> => (await fetch(`${api.url}${path}`)).json() as Promise<T>;

  it('are listed and shown', async () => {
    const { runs } = await get<{ runs: Run[] }>('/api/runs');
    expect(runs.find((run) => run.id === 'tiny')).toMatchObject({ status: 'completed', name: 'tiny' });
    expect(await get<Run>('/api/runs/tiny')).toMatchObject({ spec: { name: 'tiny' }, stages: [{ stage: 'pretrain', status: 'completed', outputs: [{ kind: 'model' }] }, {}, {}, {}, {}] });
  });

  it('have a report, once they are evaluated, that may run nothing but itself', async () => {
    const page = await fetch(`${api.url}/api/runs/tiny/report`);
    expect(await page.text()).toContain('<title>Report');
    expect(page.headers.get('content-security-policy')).toMatch(/^sandbox allow-scripts; default-src 'none'/);
    expect(await get('/api/runs/tiny/report?format=json')).toEqual({ run: 'tiny' });
    expect((await fetch(`${api.url}/api/runs/nothing/report`)).status).toBe(404);
  });

  it('give what their stages made as zips', async () => {
    const answer = await fetch(`${api.url}/api/runs/tiny/outputs/evaluate/report`);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="tiny-evaluate-report.zip"');
    const zip = Buffer.from(await answer.arrayBuffer());
    expect(zip.length).toBe(Number(answer.headers.get('content-length')));
    for (const part of ['PK\u0003\u0004', 'tiny-evaluate-report/report.json', '{"run":"tiny"}', 'tiny-evaluate-report/report.html']) expect(zip.includes(part), part).toBe(true);
    for (const path of ['tiny/outputs/evaluate/other', 'tiny/outputs/other/report', 'nothing/outputs/ppo/policy']) expect((await fetch(`${api.url}/api/runs/${path}`)).status, path).toBe(404);
  });

  it('give them to who has a ticket for it, where keys are set', async () => {
    const { url } = await api.gateway({ GATEWAY_API_KEYS: 'a-key-long-enough' });
    const path = '/api/runs/tiny/outputs/evaluate/report';
    expect((await fetch(url + path)).status).toBe(401);
    const ticket = (await (await fetch(`${url}${path}/ticket`, { method: 'POST', headers: { authorization: 'Bearer a-key-long-enough' } })).json()) as { url: string };
    expect((await fetch(url + ticket.url)).headers.get('content-type')).toBe('application/zip');
    expect((await fetch(url + ticket.url.replace('evaluate/report', 'ppo/policy'))).status).toBe(401);
  });

  it('are started, watched and cancelled', async () => {
    const started = await fetch(`${api.url}/api/runs`, { method: 'POST', headers: json, body: JSON.stringify({ id: 'mine', spec: { name: 'mine', stages: { data: { settings: { source: 'world' } }, pretrain: {} } } }) });
    expect(started.status).toBe(201);
    expect(await started.json()).toMatchObject({ id: 'mine', status: 'running' });
    const controller = new AbortController();
    const events = await fetch(`${api.url}/api/runs/mine/events`, { signal: controller.signal });
    expect(events.headers.get('content-type')).toMatch(/^text\/event-stream/);
    await fetch(`${api.url}/api/runs/mine/cancel`, { method: 'POST' });
    let heard = '';
    for await (const chunk of events.body!.pipeThrough(new TextDecoderStream())) {
      heard += chunk;
      if (heard.includes('"status":"cancelled"')) break;
    }
    controller.abort();
    expect(await get<Run>('/api/runs/mine')).toMatchObject({ status: 'cancelled' });
    expect((await fetch(`${api.url}/api/runs/nothing/events`)).status).toBe(404);
  });

  it('are refused by the name of an input that is not there', async () => {
    const spec = { name: 'given', stages: { data: { settings: { source: 'world' } }, sft: { inputs: { model: `artifact:sha256:${'0'.repeat(64)}` } } } };
    const refused = await fetch(`${api.url}/api/runs`, { method: 'POST', headers: json, body: JSON.stringify({ spec }) });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { code: 'MC_STAGE_INPUT', message: expect.stringContaining('sft.inputs.model: expected the model sha256:0') as string } });
  });

  it('are watched together, in one connection', async () => {
    for (const id of ['one', 'two']) {
      await fetch(`${api.url}/api/runs`, { method: 'POST', headers: json, body: JSON.stringify({ id, spec: { name: id, stages: { data: { settings: { source: 'world' } }, pretrain: {} } } }) });
      await fetch(`${api.url}/api/runs/${id}/cancel`, { method: 'POST' });
    }
    const controller = new AbortController();
    const events = await fetch(`${api.url}/api/events?run=one&run=two&run=nothing&run=one`, { signal: controller.signal });
    const heard: string[] = [];
    let rest = '';
    for await (const chunk of events.body!.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const { run, status } = JSON.parse(/^data: (.*)$/m.exec(part)?.[1] ?? '{}') as { run?: string; status?: string };
        if (status === 'cancelled') heard.push(run ?? '');
      }
      if (heard.length === 2) break;
    }
    controller.abort();
    expect(heard.toSorted()).toEqual(['one', 'two']);
    for (const query of ['', '?run=../x', `?${Array.from({ length: 17 }, (_, i) => `run=r${i}`).join('&')}`]) expect((await fetch(`${api.url}/api/events${query}`)).status, query).toBe(400);
  });

  it('have events that go on where a reader broke off', async () => {
    const tell = (step: number, runId = 'tiny'): Promise<void> => api.bus.publishEvent({ runId, jobId: 'j', stage: 'sft', progress: { step, totalSteps: 99 } });
    /** The steps and the ids of the next events. */
    const read = async (count: number, query: string, headers: Record<string, string> = {}, path = 'runs/tiny/events'): Promise<{ id: string; step: number }[]> => {
      const controller = new AbortController();
      const { body } = await fetch(`${api.url}/api/${path}${query}`, { headers, signal: controller.signal });
      let heard = '';
      const events = (): { id: string; step: number }[] => [...heard.matchAll(/^id: (.*)\ndata: .*"step":(\d+)/gm)].map(([, id = '', step]) => ({ id, step: Number(step) }));
      for await (const chunk of body!.pipeThrough(new TextDecoderStream())) if ((heard += chunk, events().length >= count)) break;
      controller.abort();
      return events();
    };
    for (const step of [1, 2, 3]) await tell(step);
    const [first] = await read(3, '?from=all');
    await tell(4);
    const again = await read(3, '?from=new', { 'last-event-id': first?.id ?? '' });
    expect(again.map(({ step }) => step)).toEqual([2, 3, 4]);
    // What is no number of an event is as if there were none.
    for (const id of ['x', '99999999']) expect((await read(4, '?from=all', { 'last-event-id': id })).map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    // Of several, whose events come in no common order, each goes on behind its own.
    for (const step of [11, 12, 13]) await tell(step, 'other');
    const both = await read(7, '?run=other&run=tiny&from=all', {}, 'events');
    const steps = (events: typeof both): number[] => events.map(({ step }) => step).toSorted((a, b) => a - b);
    expect(steps(both)).toEqual([1, 2, 3, 4, 11, 12, 13]);
    await tell(14, 'other');
    for (const seen of [3, 5, 7]) {
      const missing = [...both.slice(seen).map(({ step }) => step), 14].toSorted((a, b) => a - b);
      expect(steps(await read(missing.length, '?run=other&run=tiny&from=all', { 'last-event-id': both[seen - 1]?.id ?? '' }, 'events'))).toEqual(missing);
    }
    // Of other runs it says nothing.
    expect((await read(4, '?from=all', { 'last-event-id': both.at(-1)?.id ?? '' })).map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  });

  it('have events that leave nothing behind, whoever asked for them', async () => {
    const connection = await connect({ servers: api.nats.url });
    const manager = await connection.jetstreamManager();
    const consumers = async (): Promise<number> => (await manager.streams.info('EVENTS')).state.consumer_count;
    const before = await consumers();
    const controller = new AbortController();
    const { body } = await fetch(`${api.url}/api/runs/tiny/events`, { signal: controller.signal });
    await body?.getReader().read();
    controller.abort();
    // Only its headers.
    expect((await fetch(`${api.url}/api/runs/tiny/events`, { method: 'HEAD' })).status).toBe(200);
    // Those of the tests before may go meanwhile, too.
    await expect.poll(consumers).toBeLessThanOrEqual(before);
    await connection.close();
  });

  it('have events that stay with NATS while a reader takes none', async () => {
    // More than the system keeps for a client.
    for (let step = 0; step < 600; step += 1) await api.bus.publishEvent({ runId: 'tiny', jobId: 'j', stage: 'sft', progress: { step, totalSteps: 600, samples: ['x'.repeat(50_000)] } });
    const connection = await connect({ servers: api.nats.url });
    const manager = await connection.jetstreamManager();
    const left = async (): Promise<number | undefined> => (await manager.consumers.list('EVENTS').next()).find(({ config }) => config.filter_subject === 'events.tiny.*.*')?.num_pending;
    const socket = connectTo(Number(new URL(api.url).port), '127.0.0.1');
    socket.pause();
    socket.write('GET /api/runs/tiny/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    // Until no more is taken.
    let last: number | undefined;
    const hasStopped = async (): Promise<boolean> => {
      const before = last;
      last = await left();
      return last !== undefined && last === before;
    };
    await expect.poll(hasStopped, { interval: 500, timeout: 20_000 }).toBe(true);
    expect(last).toBeGreaterThan(100);
    let heard = '';
    socket.setEncoding('utf8').on('data', (text) => { heard = (heard + String(text)).slice(-200_000); }).resume();
    await expect.poll(() => heard, { timeout: 20_000 }).toContain('"step":599,');
    socket.destroy();
    await connection.close();
  });

  it('are deleted when they are over, with what no other run uses', async () => {
    const remove = async (id: string) => {
      const response = await fetch(`${api.url}/api/runs/${id}`, { method: 'DELETE' });
      return { status: response.status, body: (await response.json()) as unknown };
    };
    await fetch(`${api.url}/api/runs`, { method: 'POST', headers: json, body: JSON.stringify({ id: 'doomed', spec: { name: 'doomed', stages: { data: { settings: { source: 'world' } }, pretrain: {} } } }) });
    expect(await remove('doomed')).toMatchObject({ status: 409, body: { error: { code: 'MC_CONFLICT', message: expect.stringContaining('data at work') as string } } });
    await fetch(`${api.url}/api/runs/doomed/cancel`, { method: 'POST' });
    expect(await remove('doomed')).toEqual({ status: 200, body: { artifacts: 0, bytes: 0 } });
    expect((await remove('doomed')).status).toBe(404);
    expect((await fetch(`${api.url}/api/runs/doomed`)).status).toBe(404);
  });

  const post = async (path: string, body: object): Promise<{ status: number; body: Record<string, unknown> & { error?: { code: string; message: string } } }> => {
    const response = await fetch(`${api.url}/api/${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() as Record<string, unknown> };
  };
  const data = { settings: { source: 'world' } };

  it('are refused at once when a stage’s settings are wrong, by the name of stage and setting', async () => {
    const spec = { name: 'wrong', stages: { data, pretrain: { settings: { stepz: 5, model: { layers: 0 } } }, again: { kind: 'sft', settings: { epochs: 'many' } } } };
    const message = 'pretrain.stepz: unknown setting "stepz"; did you mean "steps"?; pretrain.model.layers: expected a whole number at least 1, found 0; again.epochs: expected a whole number at least 1, found "many". Correct the run’s spec; another implementation’s settings need its name there, too (plugin).';
    for (const given of [spec, JSON.stringify(spec)]) {
      const { status, body } = await post('runs', { id: 'wrong', spec: given });
      expect([status, body.error]).toEqual([400, expect.objectContaining({ code: 'MC_STAGE_SETTINGS', message })]);
    }
    expect((await fetch(`${api.url}/api/runs/wrong`)).status).toBe(404);
    expect((await post('runs', { spec: { name: 'none', stages: { data: {} } } })).body.error?.message).toMatch(/^data\.source: expected world or collection, found nothing\./);
    // A fork is checked as it will be, where its settings change.
    expect((await post('runs/tiny/fork', { from: 'sft', settings: { sft: { epohcs: 1 } } })).body.error).toMatchObject({ code: 'MC_STAGE_SETTINGS', message: expect.stringContaining('did you mean "epochs"?') as string });
    // Its settings go over those of the run, or take their place.
    await post('runs', { id: 'settled', spec: { name: 'settled', stages: { data, pretrain: { settings: { steps: 5, batchSize: 2 } } } } });
    for (const [replace, settings] of [[false, { steps: 6, batchSize: 2 }], [true, { steps: 6 }]] as const) {
      const { body } = await post('runs/settled/fork', { from: 'pretrain', settings: { pretrain: { steps: 6 } }, replace });
      expect((body['spec'] as typeof spec).stages.pretrain.settings).toEqual(settings);
    }
    const check = await post('specs/check', { spec: 'name: a\nstages:\n  data: { settings: { source: world } }\n  pretrain:\n    settings:\n      stepz: 5\n' });
    expect(check.body).toMatchObject({ name: 'a', problems: [{ line: 6, column: 7, message: 'pretrain.stepz: unknown setting "stepz"; did you mean "steps"?' }], stages: [{ stage: 'data' }, { stage: 'pretrain', after: ['data'] }] });
  });

  it('take any settings for a plugin, be it named by the spec or what the workers run', async () => {
    const spec = (name: string, plugin: object) => ({ id: name, spec: { name, stages: { data, pretrain: {}, sft: { settings: { mine: 1 }, ...plugin } } } });
    expect((await post('runs', spec('named-plugin', { plugin: './mine.ts' }))).status).toBe(201);
    expect((await post('runs', spec('not-ours', {}))).status).toBe(400);
    await api.bus.plugins.announce('sft', './mine.ts');
    expect((await post('runs', spec('worker-plugin', {}))).status).toBe(201);
    await api.bus.plugins.announce('sft', '@minchat/sft-trainer');
    expect((await post('runs', spec('ours-again', {}))).status).toBe(400);
  });
});

describe('documents and pages', () => {
  it('describe every endpoint', async () => {
    const document = await (await fetch(`${api.url}/openapi.json`)).json() as { openapi: string; paths: Record<string, unknown> };
    expect(document.openapi).toMatch(/^3\./);
    for (const path of ['/v1/completions', '/v1/chat/completions', '/v1/models', '/v1/rewards', '/v1/embeddings', '/api/runs', '/api/runs/{id}', '/api/runs/{id}/events', '/api/events']) {
      expect(document.paths).toHaveProperty([path]);
    }
    expect(document.paths['/v1/completions']).toHaveProperty('post.requestBody.content.application/json.schema.properties.logit_bias');
  });

  it('are safe to open', async () => {
    const page = await fetch(api.url);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  });
});
