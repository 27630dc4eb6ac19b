import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { rpc } from '@minchat/bus';
import { RunStatus, StageStatus, type PromptSubmitted } from '@minchat/contracts';
import { access } from '@minchat/gateway/access';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask, logIn, roles, startHouse, statusAndCode, studio, type Answer, type House } from './people-house.ts';

// Who may ask what over HTTP: each role by each route, the keys of programs, the audit log. How people
// come in is in sessions.test.ts.

let house: House;
let gateway: House['gateway'];
let joinAs: House['joinAs'];
beforeAll(async () => {
  house = await startHouse();
  ({ gateway, joinAs } = house);
});
afterAll(() => house.close());
afterEach(() => house.forgetTries());

describe('who may ask what', () => {
  const cookies: Record<string, string> = {};
  let url: string;
  let secret: string;
  beforeAll(async () => {
    url = await gateway();
    for (const role of roles) cookies[role] = await joinAs(url, role, `The ${role}`);
    const made = await ask(url, '/api/keys', { method: 'POST', body: { name: 'table' }, cookie: cookies['admin'] });
    secret = made.body['secret'] as string;
  });

  // Each route by each role: refused exactly where the table says so. What passes may fail for other
  // reasons (no body, no such run), or be a stream that is not waited for.
  it.each(Object.entries(access))('%s', async (line, { roles: allowed }) => {
    const [method = '', route = ''] = line.split(' ');
    const path = route.replace(':id', 'none').replace(':name', 'none').replace('*', 'none');
    const callers: [string, Record<string, string>][] = [['nobody', {}], ['key', { authorization: `Bearer ${secret}` }], ['a wrong key', { authorization: 'Bearer wrong' }], ...roles.map((role): [string, Record<string, string>] => [role, { cookie: cookies[role] ?? '' }])];
    for (const [who, headers] of callers) {
      // Logging out is for the last test.
      if (line === 'DELETE /api/session' || (line === 'DELETE /api/account/sessions' && who !== 'nobody')) continue;
      const { status, body } = await ask(url, path, { method, headers: { 'x-minchat-studio': '1', ...headers } });
      const refused = status === 401 && body.error?.code !== 'MC_LOGIN_FAILED' ? 401 : status === 403 ? 403 : 0;
      const wanted = allowed === 'everyone' ? 0 : who === 'nobody' || who === 'a wrong key' ? 401 : (allowed as readonly string[]).includes(who) ? 0 : 403;
      expect([who, refused], `${line}: ${String(status)}`).toEqual([who, wanted]);
      if (refused === 403) expect(body.error?.code).toBe('MC_FORBIDDEN');
    }
  });

  it('an unknown path is unknown to everyone', async () => {
    expect((await ask(url, '/api/none')).status).toBe(404);
    expect((await ask(url, '/api/none', { cookie: cookies['admin'] })).status).toBe(404);
  });
});

describe('keys', () => {
  it('open /v1 with their own limit, and nothing once they are revoked', async () => {
    const url = await gateway({ GATEWAY_API_KEYS: 'fixed=a-key-long-enough' });
    const admin = await joinAs(url, 'admin', 'Jo');
    const made = await ask(url, '/api/keys', { method: 'POST', body: { name: 'site', rateLimit: 5 }, cookie: admin });
    expect(made.status).toBe(201);
    const { secret, key } = made.body as unknown as { secret: string; key: { id: string } };
    const other = await gateway();
    const models = (to: string, given = secret): Promise<Answer> => ask(to, '/v1/models', { headers: { authorization: `Bearer ${given}` } });
    expect((await models(url)).headers.get('x-ratelimit-limit-requests')).toBe('5');
    expect((await models(url, 'a-key-long-enough')).status).toBe(200);
    // A key is no way into the studio, neither kind.
    for (const given of [secret, 'a-key-long-enough']) expect((await ask(url, '/api/runs', { headers: { authorization: `Bearer ${given}` } })).status).toBe(403);
    // A key that is wrong is not made up for by a cookie.
    expect((await ask(url, '/v1/models', { headers: { authorization: 'Bearer wrong' }, cookie: admin })).status).toBe(401);
    for (let i = 0; i < 4; i += 1) await models(url);
    expect(statusAndCode(await models(url))).toEqual([429, 'rate_limit_exceeded']);
    expect((await models(other)).status).toBe(200);
    await ask(url, `/api/keys/${key.id}`, { method: 'DELETE', cookie: admin });
    await expect.poll(async () => statusAndCode(await models(other)), { timeout: 10_000 }).toEqual([401, 'invalid_api_key']);
  });
});

describe('keys and sessions that nobody has', () => {
  const key = (): string => `mc-${randomBytes(32).toString('base64url')}`;
  const models = (url: string, secret: string): Promise<Answer> => ask(url, '/v1/models', { headers: { authorization: `Bearer ${secret}` } });

  it('reach the store no more once an address has sent too many', async () => {
    const url = await gateway({ GATEWAY_RATE_LIMIT: 5 });
    await house.stopStore();
    const answers = [];
    for (let i = 0; i < 4; i += 1) answers.push(await models(url, key()), await ask(url, '/v1/models', { cookie: `minchat=${randomBytes(32).toString('base64url')}` }));
    house.startStore();
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503, 429, 429, 429]);
    expect(answers.at(-1)?.body.error?.code).toBe('rate_limit_exceeded');
    expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('keep nobody of the same address out who is known', async () => {
    const url = await gateway({ GATEWAY_RATE_LIMIT: 50 });
    const admin = await joinAs(url, 'admin', 'Pat');
    const { secret } = (await ask(url, '/api/keys', { method: 'POST', body: { name: 'known' }, cookie: admin })).body as unknown as { secret: string };
    expect((await models(url, secret)).status).toBe(200);
    for (let i = 0; i < 60; i += 1) await models(url, key());
    expect((await models(url, key())).status).toBe(429);
    // What is known of it has to be asked for again after three seconds.
    await delay(3100);
    expect((await models(url, secret)).status).toBe(200);
  });
});

describe('collecting prompts', () => {
  it('is what each key says, and for everybody else what the setting says', async () => {
    const artifact = { kind: 'model', digest: `sha256:${'ab'.repeat(32)}`, size: 1 };
    await house.bus.runs.create({
      runId: 'named', name: 'named', specJson: '{}', status: RunStatus.RUN_STATUS_COMPLETED,
      stages: [{ stage: 'sft', kind: 'sft', status: StageStatus.STAGE_STATUS_COMPLETED, result: { outputs: [{ name: 'model', artifact }] } }],
    });
    const seen: PromptSubmitted[] = [];
    const ignore = (): Promise<void> => Promise.resolve();
    const subscription = await house.bus.consumeFeedback('people-test', { prompt: async (prompt) => void seen.push(prompt), demonstration: ignore, ranking: ignore });
    const [off, on] = [await gateway(), await gateway({ COLLECT_PROMPTS: 'on' })];
    const admin = await joinAs(off, 'admin', 'Mia');
    const make = async (name: string, collect: boolean): Promise<string> => (await ask(off, '/api/keys', { method: 'POST', body: { name, collect }, cookie: admin })).body['secret'] as string;
    const [agreed, silent] = [await make('agreed', true), await make('silent', false)];
    // No model answers here: that comes after.
    const say = (url: string, content: string, by: Record<string, string>): Promise<Answer> => ask(url, '/v1/chat/completions', { method: 'POST', body: { model: 'named', messages: [{ role: 'user', content }] }, headers: by });
    await say(on, 'no: its key does not agree', { authorization: `Bearer ${silent}` });
    await say(off, 'no: the setting is off', { cookie: admin });
    await say(off, 'one', { authorization: `Bearer ${agreed}` });
    await say(on, 'two', { cookie: admin });
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(2);
    expect(seen.map((prompt) => [prompt.userId, prompt.messages[0]?.content])).toEqual([['agreed', 'one'], [expect.stringMatching(/^person-/), 'two']]);
    await subscription.stop();
  });
});

describe('the audit log', () => {
  it('tells who did what', async () => {
    const url = await gateway();
    const admin = await joinAs(url, 'admin', 'Kim');
    await ask(url, '/api/runs', { method: 'POST', body: { id: 'audited', spec: { name: 'audited', stages: { data: { settings: { source: 'world' } } } } }, cookie: admin });
    await ask(url, '/api/runs/audited/cancel', { method: 'POST', cookie: admin });
    await ask(url, '/api/runs/none/cancel', { method: 'POST', cookie: admin });
    // Once nothing is deleted, once all there is.
    const forgetting = house.bus.serve(rpc.forgetUser, async () => ({}));
    expect((await ask(url, '/api/data/forget', { method: 'POST', body: { user: 'somebody', labels: 'delete', dryRun: true }, cookie: admin })).status).toBe(200);
    expect((await ask(url, '/api/data/forget', { method: 'POST', body: { user: 'somebody', labels: 'delete', dryRun: false }, cookie: admin })).status).toBe(200);
    await forgetting.stop();
    interface Entry { action: string; name: string; target: string }
    const entries = async (): Promise<Entry[]> => (await ask(url, '/api/audit?limit=200', { cookie: admin })).body['entries'] as Entry[];
    await expect.poll(async () => (await entries()).filter((entry) => entry.name === 'Kim').map(({ action, target }) => [action, target]), { timeout: 10_000 })
      .toEqual([['data.forget', ''], ['run.cancel', 'audited'], ['run.start', 'audited'], ['account.join', expect.stringMatching(/^person-/)]]);
    // Who leaves without waiting for the answer is written down as well.
    const leaving = new AbortController();
    const slow = house.bus.serve(rpc.forgetUser, async () => {
      leaving.abort();
      await delay(100);
      return {};
    });
    await expect(fetch(`${url}/api/data/forget`, { method: 'POST', body: JSON.stringify({ user: 'somebody', labels: 'delete', dryRun: false }), headers: { ...studio, cookie: admin }, signal: leaving.signal })).rejects.toThrow();
    await expect.poll(async () => (await entries()).filter((entry) => entry.name === 'Kim' && entry.action === 'data.forget').length, { timeout: 5000 }).toBe(2);
    await slow.stop();
    const first = await ask(url, '/api/audit?limit=2', { cookie: admin });
    const second = await ask(url, `/api/audit?limit=2&before=${String(first.body['next'])}`, { cookie: admin });
    expect(new Set([...(first.body['entries'] as { number: number }[]), ...(second.body['entries'] as { number: number }[])].map((entry) => entry.number)).size).toBe(4);
  });
});

describe('where nobody logs in', () => {
  it('everything is open, and nothing of people is there', async () => {
    const url = await gateway({ GATEWAY_AUTH: 'open' });
    expect((await ask(url, '/api/session')).body).toEqual({ auth: 'open', account: null });
    expect((await ask(url, '/api/runs')).status).toBe(200);
    for (const path of ['/api/people', '/api/keys', '/api/audit']) expect((await ask(url, path)).status).toBe(404);
    expect((await logIn(url, 'Ada')).status).toBe(404);
    // Other sites still cannot make a browser change anything.
    expect((await fetch(`${url}/api/runs/audited/cancel`, { method: 'POST', headers: { origin: 'http://evil.example' } })).status).toBe(403);
  });
});

describe('without the store', () => {
  it('the door stays shut and says why; the pages are there', async () => {
    const url = await gateway();
    const cookie = await joinAs(url, 'admin', 'Lou');
    const { secret } = (await ask(url, '/api/keys', { method: 'POST', body: { name: 'last' }, cookie })).body as unknown as { secret: string };
    await house.stopStore();
    const other = await gateway();
    expect(statusAndCode(await ask(other, '/api/runs', { cookie }))).toEqual([503, 'MC_SERVICE_UNAVAILABLE']);
    expect(statusAndCode(await ask(other, '/v1/models', { headers: { authorization: `Bearer ${secret}` } }))).toEqual([503, 'MC_SERVICE_UNAVAILABLE']);
    expect(statusAndCode(await logIn(other, 'Lou'))).toEqual([503, 'MC_SERVICE_UNAVAILABLE']);
    expect(statusAndCode(await ask(other, '/api/runs'))).toEqual([401, 'login_required']);
    expect((await ask(other, '/')).status).toBeLessThan(504);
    house.startStore();
    await expect.poll(async () => (await ask(other, '/api/runs', { cookie })).status, { timeout: 10_000 }).toBe(200);
  });
});
