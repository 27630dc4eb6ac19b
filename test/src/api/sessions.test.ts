import { connect } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask, cookieOf, logIn, password, startHouse, statusAndCode, studio, type Answer, type House } from './people-house.ts';

// How people come in and stay in, over HTTP: logging in, sessions, links, and what attackers try.

let house: House;
let gateway: House['gateway'];
let joinAs: House['joinAs'];
beforeAll(async () => {
  house = await startHouse();
  ({ gateway, joinAs } = house);
});
afterAll(() => house.close());
afterEach(() => house.forgetTries());

describe('sessions', () => {
  let url: string;
  beforeAll(async () => {
    url = await gateway();
    await joinAs(url, 'admin', 'Ada');
  });
  const whose = async (cookie: string, to = url): Promise<unknown> => (await ask(to, '/api/session', { cookie })).body['account'];

  it('are cookies that no script reads and no other site sends', async () => {
    const [cookie = ''] = (await logIn(url, 'Ada')).headers.getSetCookie();
    expect(cookie).toMatch(/^minchat=[A-Za-z0-9_-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/);
    const answer = await ask(url, '/api/session', { cookie: cookie.split(';')[0] });
    expect(answer.body).toMatchObject({ auth: 'required', account: { name: 'Ada', role: 'admin' } });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('are secure behind a proxy that is trusted, and only then', async () => {
    const trusting = await gateway({ GATEWAY_TRUST_PROXY: '127.0.0.1' });
    const forwarded = { headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' } };
    const secure = await logIn(trusting, 'Ada', password, forwarded);
    expect(secure.headers.getSetCookie()[0]).toMatch(/^__Host-minchat=.*Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    expect((await logIn(url, 'Ada', password, forwarded)).headers.getSetCookie()[0]).not.toContain('Secure');
    const { body } = await ask(trusting, '/api/account/sessions', { ...forwarded, cookie: cookieOf(secure) });
    expect((body['sessions'] as { address: string; current: boolean }[]).find((one) => one.current)?.address).toBe('203.0.113.9');
    // Over https the name that a neighbouring site could set is not looked at.
    expect((await ask(trusting, '/api/session', { ...forwarded, cookie: cookieOf(await logIn(url, 'Ada')) })).body['account']).toBeNull();
  });

  it('are never taken from the client: what it brings along is not what it gets', async () => {
    const planted = `minchat=${'A'.repeat(43)}`;
    const given = cookieOf(await logIn(url, 'Ada', password, { cookie: planted }));
    expect(given).not.toBe(planted);
    expect([await whose(planted), await whose(given)]).toEqual([null, expect.objectContaining({ name: 'Ada' })]);
    // Logging in ends the session that was there before.
    const next = cookieOf(await logIn(url, 'Ada', password, { cookie: given }));
    expect([await whose(given), await whose(next)]).toEqual([null, expect.objectContaining({ name: 'Ada' })]);
  });

  it('end by logging out, everywhere if wanted, and when the password changes', async () => {
    const [one, two, three] = [cookieOf(await logIn(url, 'Ada')), cookieOf(await logIn(url, 'Ada')), cookieOf(await logIn(url, 'Ada'))];
    const left = await ask(url, '/api/session', { method: 'DELETE', cookie: one });
    expect(left.headers.getSetCookie()[0]).toMatch(/^minchat=; .*Expires=Thu, 01 Jan 1970/);
    expect(await whose(one)).toBeNull();
    const { body } = await ask(url, '/api/account/sessions', { method: 'DELETE', cookie: two });
    expect(body['sessions']).toMatchObject([{ current: true }]);
    const other = await gateway();
    expect(await whose(three, other)).toBeNull();

    const four = cookieOf(await logIn(url, 'Ada'));
    const change = (body_: object): Promise<Answer> => ask(url, '/api/account/password', { method: 'POST', body: body_, cookie: two });
    expect(statusAndCode(await change({ old: 'wrong', new: 'five plain words over here' }))).toEqual([401, 'MC_LOGIN_FAILED']);
    expect(statusAndCode(await change({ old: password, new: 'short' }))).toEqual([400, 'MC_USAGE']);
    expect((await change({ old: password, new: 'five plain words over here' })).status).toBe(200);
    expect([await whose(two), await whose(four, await gateway())]).toEqual([expect.objectContaining({ name: 'Ada' }), null]);
    expect((await logIn(url, 'Ada')).status).toBe(401);
    await ask(url, '/api/account/password', { method: 'POST', body: { old: 'five plain words over here', new: password }, cookie: two });
  });

  it('that are over, and those of disabled accounts, open nothing, at any gateway, within seconds', async () => {
    const admin = cookieOf(await logIn(url, 'Ada'));
    const ben = await joinAs(url, 'viewer', 'Ben');
    const other = await gateway();
    for (const one of [url, other]) {
      const seen = await ask(one, '/api/runs', { cookie: ben });
      expect([seen.status, seen.headers.get('cache-control')]).toEqual([200, 'no-store']);
    }
    const { id } = (await whose(ben)) as { id: string };
    await ask(url, `/api/people/${id}`, { method: 'PATCH', body: { disabled: true }, cookie: admin });
    for (const one of [url, other]) await expect.poll(async () => (await ask(one, '/api/runs', { cookie: ben })).status, { timeout: 10_000 }).toBe(401);
    expect(statusAndCode(await logIn(url, 'Ben'))).toEqual([401, 'MC_LOGIN_FAILED']);

    const old = cookieOf(await logIn(url, 'Ada'));
    await house.database.db.execute(sql`update sessions set expires_at = now() - interval '1 second' where account_id <> ${id}`);
    expect(statusAndCode(await ask(url, '/api/runs', { cookie: old }))).toEqual([401, 'login_required']);
  });

  it('a new role counts within seconds', async () => {
    const admin = cookieOf(await logIn(url, 'Ada'));
    const cleo = await joinAs(url, 'labeler', 'Cleo');
    expect((await ask(url, '/api/runs', { cookie: cleo })).status).toBe(403);
    const { id } = (await whose(cleo)) as { id: string };
    await ask(url, `/api/people/${id}`, { method: 'PATCH', body: { role: 'viewer' }, cookie: admin });
    await expect.poll(async () => (await ask(url, '/api/runs', { cookie: cleo })).status, { timeout: 10_000 }).toBe(200);
  });

  it('a stream ends with the session that opened it', async () => {
    const admin = cookieOf(await logIn(url, 'Ada'));
    await ask(url, '/api/runs', { method: 'POST', body: { id: 'streamed', spec: { name: 'streamed', stages: { data: { settings: { source: 'world' } } } } }, cookie: admin });
    const events = await fetch(`${url}/api/runs/streamed/events`, { headers: { cookie: admin } });
    expect(events.status).toBe(200);
    await ask(url, '/api/session', { method: 'DELETE', cookie: admin });
    // Cut off, however much was still to come.
    await events.text().catch(() => undefined);
  });
});

describe('requests that other sites make a browser send', () => {
  it('change nothing', async () => {
    const url = await gateway();
    const admin = await joinAs(url, 'admin', 'Fay');
    const post = (headers: Record<string, string>): Promise<Response> => fetch(`${url}/api/runs`, { method: 'POST', headers: { 'content-type': 'application/json', 'cookie': admin, ...headers }, body: '{"spec":{"name":"x","stages":{"data":{"settings":{"source":"world"}}}}}' });
    const { host } = new URL(url);
    for (const headers of [{}, { origin: `http://${host}` }, { ...studio, origin: 'http://evil.example' }, { ...studio, origin: 'null' }, { ...studio, 'sec-fetch-site': 'cross-site' }, { ...studio, 'sec-fetch-site': 'same-site' }]) {
      expect([(await post(headers)).status, JSON.stringify(headers)]).toEqual([403, JSON.stringify(headers)]);
    }
    expect((await post({ ...studio, 'origin': `http://${host}`, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    // Nor can they log somebody in as somebody else.
    expect(statusAndCode(await ask(url, '/api/session', { method: 'POST', body: { name: 'Fay', password }, headers: { origin: 'http://evil.example' } }))).toEqual([403, 'cross_origin']);
    // A form of another site cannot send JSON.
    expect((await fetch(`${url}/api/session`, { method: 'POST', headers: { 'x-minchat-studio': '1', 'content-type': 'text/plain' }, body: JSON.stringify({ name: 'Fay', password }) })).status).toBe(415);
  });
});

describe('logging in', () => {
  let url: string;
  beforeAll(async () => {
    url = await gateway();
    await joinAs(url, 'viewer', 'Gus');
  });

  it('says the same of a wrong password and of a name that nobody has', async () => {
    const [wrong, unknown] = [await logIn(url, 'Gus', 'wrong'), await logIn(url, 'Nobody', 'wrong')];
    expect(statusAndCode(wrong)).toEqual([401, 'MC_LOGIN_FAILED']);
    expect(wrong.text).toBe(unknown.text);
    expect(wrong.headers.getSetCookie()).toEqual([]);
  });

  it('is limited for each account', async () => {
    const codes = await Promise.all(Array.from({ length: 12 }, async () => (await logIn(url, 'Gus', 'wrong')).status));
    expect(codes.toSorted((a, b) => a - b)).toEqual([...Array<number>(10).fill(401), 429, 429]);
    const limited = await logIn(url, 'Gus');
    expect(statusAndCode(limited)).toEqual([429, 'MC_LOGIN_LIMITED']);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(60);
    // The limit is the store's: another gateway knows it.
    expect((await logIn(await gateway(), 'Gus')).status).toBe(429);
  });

  it('is limited for each address, whatever names are tried', async () => {
    const strict = await gateway({ GATEWAY_LOGIN_RATE_LIMIT: 3 });
    const codes: number[] = [];
    for (let i = 0; i < 4; i += 1) codes.push((await logIn(strict, `name ${String(i)}`, 'x')).status);
    expect(codes).toEqual([401, 401, 401, 429]);
    // An address that nobody vouches for is not believed.
    expect((await logIn(strict, 'x', 'x', { headers: { 'x-forwarded-for': '203.0.113.7' } })).status).toBe(429);
    expect((await ask(strict, '/api/session')).status).toBe(200);
  });

  it('counts the addresses that one customer has as one: a /64 of IPv6, and IPv4 however it is written', async () => {
    const strict = await gateway({ GATEWAY_LOGIN_RATE_LIMIT: 2, GATEWAY_RATE_LIMIT: 1000, GATEWAY_TRUST_PROXY: '127.0.0.1' });
    const from = async (address: string): Promise<[number, string | null]> => {
      const headers = { 'x-forwarded-for': address };
      const { status } = await logIn(strict, 'name', 'x', { headers });
      return [status, (await ask(strict, '/api/runs', { headers })).headers.get('x-ratelimit-remaining')];
    };
    expect(await from('2001:db8:1:2::1')).toEqual([401, '999']);
    expect(await from('2001:DB8:1:2:ffff:0:0:9')).toEqual([401, '998']);
    expect(await from('2001:db8:1:2:8000::7')).toEqual([429, '997']);
    expect(await from('2001:db8:1:3::1')).toEqual([401, '999']);
    expect(await from('203.0.113.7')).toEqual([401, '999']);
    expect(await from('::ffff:203.0.113.7')).toEqual([401, '998']);
    expect(await from('::ffff:cb00:7107')).toEqual([429, '997']);
    expect(await from('203.0.113.8')).toEqual([401, '999']);
  });

  const hostile: [string, number, string][] = [
    ['no JSON', 400, '{"name":'], ['nothing', 400, ''], ['a list', 400, '[]'], ['null', 400, 'null'],
    ['objects for texts', 400, '{"name":{"$ne":""},"password":{"$ne":""}}'],
    ['lists for texts', 400, '{"name":["Gus"],"password":["x"]}'],
    ['a role in the body', 400, JSON.stringify({ name: 'Gus', password, role: 'admin' })],
    ['__proto__', 400, '{"name":"Gus","password":"x","__proto__":{"role":"admin"}}'],
    ['a password without end', 413, JSON.stringify({ name: 'Gus', password: 'x'.repeat(10_000) })],
    ['a long password', 400, JSON.stringify({ name: 'Gus', password: 'x'.repeat(2000) })],
    ['a long name', 400, JSON.stringify({ name: 'x'.repeat(300), password })],
    ['U+0000', 401, JSON.stringify({ name: 'Gus\0', password: '\0' })],
    ['quotes', 401, JSON.stringify({ name: "Gus' or '1'='1", password: "' or '1'='1" })],
    ['wildcards', 401, JSON.stringify({ name: 'G%', password: '%' })],
    ['directions of writing', 401, JSON.stringify({ name: '\u202Esug', password: 'x' })],
    ['an empty name', 401, JSON.stringify({ name: '', password: '' })],
  ];
  it.each(hostile)('takes %s: %i', async (_, status, body) => {
    const answer = await ask(url, '/api/session', { method: 'POST', body });
    expect([answer.status, answer.text]).toEqual([status, answer.text]);
    expect(Object.keys(answer.body.error ?? {}).toSorted()).toEqual(['code', 'message', 'param', 'type']);
    expect(answer.text).not.toMatch(/node_modules|\.ts\b|\/tmp\/|at \w+ \(|nats:|select|argon2/i);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it('lone surrogates are answered, not fatal', async () => {
    expect((await ask(url, '/api/session', { method: 'POST', body: '{"name":"\\ud800","password":"\\ud800"}' })).status).toBeLessThan(500);
  });

  it('does not wait for a body that never comes', async () => {
    const slow = await gateway({ GATEWAY_REQUEST_SECONDS: 0.3 });
    const { promise, resolve } = Promise.withResolvers<string>();
    let heard = '';
    const socket = connect(Number(new URL(slow).port), '127.0.0.1', () => socket.write('POST /api/session HTTP/1.1\r\nHost: localhost\r\nX-Minchat-Studio: 1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"na'));
    socket.on('data', (data) => { heard += data.toString(); }).on('close', () => resolve(heard)).on('error', () => resolve(heard));
    expect(await promise).toMatch(/^HTTP\/1\.1 408/);
  });

  it('cookies that are none are nobody’s', async () => {
    for (const cookie of ['minchat=', 'minchat=x', `minchat=${'x'.repeat(8000)}`, 'minchat=%00', `minchat=${'A'.repeat(43)}; minchat=${'B'.repeat(43)}`, '=;=;']) {
      expect([(await ask(url, '/api/runs', { cookie })).status, cookie.slice(0, 20)]).toEqual([401, cookie.slice(0, 20)]);
    }
  });
});

describe('links', () => {
  it('make accounts and set passwords, once, with the role they were made for', async () => {
    const url = await gateway();
    const admin = await joinAs(url, 'admin', 'Hal');
    const made = await ask(url, '/api/invitations', { method: 'POST', body: { role: 'labeler', note: 'for <b>Ida</b>' }, cookie: admin });
    const token = made.body['token'] as string;
    const use = (path: string, body: object): Promise<Answer> => ask(url, `/api/invitations/${path}`, { method: 'POST', body });
    expect((await use('look', { token })).body).toEqual({ role: 'labeler', name: '' });
    expect(statusAndCode(await use('accept', { token, name: 'Ida', password, role: 'admin' }))).toEqual([400, 'unknown_parameter']);
    expect(statusAndCode(await use('accept', { token, name: 'hal', password }))).toEqual([409, 'MC_CONFLICT']);
    const ida = await use('accept', { token, name: 'Ida', password });
    expect(ida.body).toMatchObject({ account: { name: 'Ida', role: 'labeler' } });
    for (const again of [token, 'A'.repeat(43)]) expect(statusAndCode(await use('accept', { token: again, name: 'Eve', password }))).toEqual([404, 'MC_LINK_INVALID']);
    expect(statusAndCode(await use('look', { token: '../x' }))[0]).toBe(400);

    const { body } = await ask(url, '/api/people', { cookie: admin });
    const people = body['people'] as { id: string; name: string }[];
    const link = await ask(url, `/api/people/${people.find((one) => one.name === 'Ida')?.id ?? ''}/link`, { method: 'POST', cookie: admin });
    expect((await use('look', { token: link.body['token'] })).body).toEqual({ role: 'labeler', name: 'Ida' });
    expect((await use('accept', { token: link.body['token'], password: 'five plain words over here' })).status).toBe(200);
    expect([(await logIn(url, 'Ida')).status, (await logIn(url, 'Ida', 'five plain words over here')).status]).toEqual([401, 200]);
    // Neither password nor token nor key is anywhere in what can be read.
    const read = (await Promise.all(['/api/people', '/api/audit?limit=200', '/api/keys'].map((path) => ask(url, path, { cookie: admin })))).map((one) => one.text).join();
    for (const hidden of [token, password, 'argon2', 'Hash']) expect(read).not.toContain(hidden);
  });
});
