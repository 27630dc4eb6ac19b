import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { testStore } from '../store.testing.ts';
import { testDatabases } from '../testing.ts';
import { adminMissing, changeAccount, listPeople } from './accounts.ts';
import { listAudit, record } from './audit.ts';
import { acceptInvitation, invite, lookAtInvitation, withdrawInvitation } from './invitations.ts';
import { changeKey, checkKey, listKeys, makeKey, revokeKey } from './keys.ts';
import { changePassword, logIn } from './login.ts';
import { nameKeyOf } from './names.ts';
import { checkPassword, hashPassword, hashToken, verifyPassword } from './secrets.ts';
import { checkSession, endSessions, listSessions } from './sessions.ts';
import { apiKeys, sessions } from './tables.ts';

const from = { address: '192.0.2.1', agent: 'a browser' };
const password = 'four plain words here';
const cheap = '$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';

test('a password is kept as Argon2id and known again', async () => {
  const hash = await hashPassword(password);
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await hashPassword(password)).not.toBe(hash);
  expect(await verifyPassword(password, hash)).toBe(true);
  // The same letters, put together otherwise.
  expect(await verifyPassword('cafe\u0301', await hashPassword('caf\u00e9'))).toBe(true);
  expect(await verifyPassword(`${password} `, hash)).toBe(false);
  expect(await verifyPassword(password, undefined)).toBe(false);
});

test('a hash says itself how it was made', async () => {
  // From the tests of the reference implementation (phc-winner-argon2, src/test.c).
  const other = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  expect(await verifyPassword('password', other)).toBe(true);
  expect(await verifyPassword('Password', other)).toBe(false);
  await expect(verifyPassword('x', 'plain')).rejects.toThrow('Argon2id');
});

test('more passwords at once than can be looked at soon are declined', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 70 }, () => verifyPassword('x', cheap)));
  const codes = outcomes.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code: string }).code] : []));
  expect(codes).toEqual(Array(6).fill('MC_OVERLOADED'));
  expect(await verifyPassword('x', cheap)).toBe(false);
});

test('passwords that are easily guessed are refused', () => {
  for (const weak of ['', 'short', 'a'.repeat(40), 'Marianne-12345', 'x'.repeat(10_000), '121212121212']) expect(() => checkPassword(weak, 'marianne'), weak).toThrow(expect.objectContaining({ code: 'MC_USAGE' }));
  checkPassword(password, 'marianne');
});

test('names that look alike are one', () => {
  expect(new Set(['Ada', ' ada ', 'ADA', 'Ａｄａ'].map(nameKeyOf)).size).toBe(1);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => nameKeyOf(nameKeyOf(name)) === nameKeyOf(name)), { seed: 1 });
});

describe.each(await testDatabases())('people in $name', ({ start }) => {
  const home = testStore(start);
  const db = () => home.database.db;

  const actor = { accountId: 'person-1', name: 'Ada', address: from.address };
  const link = async (role: string, accountId = '', by: typeof actor | undefined = actor): Promise<string> => (await invite(db(), { actor: by, role, note: 'n', accountId })).token ?? '';
  const join = async (role: string, name: string, by?: typeof actor) => (await acceptInvitation(db(), { token: await link(role, '', by), name, password, ...from }));
  const login = (name: string, given = password) => logIn(db(), { name, password: given, ...from });
  const idOf = async (name: string): Promise<string> => (await listPeople(db())).accounts?.find((one) => one?.name === name)?.accountId ?? '';
  const isLive = async (token = ''): Promise<boolean> => (await checkSession(db(), hashToken(token))).account !== undefined;
  const actions = async (): Promise<(string | undefined)[]> => ((await listAudit(db(), { before: 0, limit: 200 })).entries ?? []).map((entry) => entry?.action);

  test('the first admin comes by a link that works once', async () => {
    expect(await adminMissing(db())).toEqual({ missing: true });
    const token = await link('admin', '', undefined);
    expect(await lookAtInvitation(db(), token)).toEqual({ role: 'admin', name: '' });
    const accept = (name: string) => acceptInvitation(db(), { token, name, password, ...from });
    await expect(acceptInvitation(db(), { token, name: 'Ada', password: 'short', ...from })).rejects.toMatchObject({ code: 'MC_USAGE' });
    await expect(accept('\u202Eada')).rejects.toMatchObject({ code: 'MC_USAGE' });
    // Two at once: one finds the link gone.
    const outcomes = await Promise.allSettled([accept('Ada'), accept('Eve')]);
    expect(outcomes.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(accept('Ben')).rejects.toMatchObject({ code: 'MC_LINK_INVALID' });
    expect(await adminMissing(db())).toEqual({ missing: false });
    const [admin] = (await listPeople(db())).accounts ?? [];
    await db().execute(sql`update accounts set name = 'Ada', name_key = 'ada' where id = ${admin?.accountId}`);
  });

  test('nothing in the database opens a door', async () => {
    const { token = '' } = await login('Ada');
    const { secret = '' } = await makeKey(db(), { actor, name: 'reader', collect: false, rateLimit: 0 });
    const rows = JSON.stringify([await db().select().from(sessions), await db().select().from(apiKeys), (await db().execute(sql`select * from accounts`))]);
    for (const it of [token, secret, password]) expect(rows).not.toContain(it);
  });

  test('a name that is taken is refused, and the link still works for another', async () => {
    const token = await link('viewer');
    await expect(acceptInvitation(db(), { token, name: 'ADA ', password, ...from })).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    expect((await acceptInvitation(db(), { token, name: 'Ben', password, ...from })).account).toMatchObject({ name: 'Ben', role: 'viewer' });
  });

  test('wrong passwords and unknown names get one answer, and after ten there is a limit', async () => {
    await expect(login('Ben', 'wrong')).rejects.toMatchObject({ code: 'MC_LOGIN_FAILED' });
    const wrong = await login('Ben', 'wrong').catch((error: unknown) => error);
    const unknown = await login('Nobody', 'wrong').catch((error: unknown) => error);
    expect(String(wrong)).toBe(String(unknown));
    // The right one forgets the tries.
    await login('Ben');
    for (const name of ['Ben', 'Nobody at all', 'x\0\u{1F600}']) {
      // At once: no more are looked at than one after the other.
      const codes = await Promise.all(Array.from({ length: 14 }, () => login(name, 'wrong').then(() => 'in', (error: { code: string }) => error.code)));
      expect([codes.filter((code) => code === 'MC_LOGIN_FAILED').length, codes.filter((code) => code === 'MC_LOGIN_LIMITED').length], name).toEqual([10, 4]);
    }
    await expect(login('ben')).rejects.toMatchObject({ code: 'MC_LOGIN_LIMITED' });
    expect((await actions()).filter((action) => action === 'account.login-limited')).toHaveLength(3);
    await db().execute(sql`update login_tries set since = now() - interval '16 minutes'`);
    await login('Ben');
    expect(JSON.stringify(await listAudit(db(), { before: 0, limit: 200 }))).not.toContain('Nobody at all');
  });

  test('a link sets a new password, ends the sessions and the limit', async () => {
    const { token } = await login('Ben');
    await Promise.allSettled(Array.from({ length: 11 }, () => login('Ben', 'wrong')));
    const reset = await link('', await idOf('Ben'));
    expect(await lookAtInvitation(db(), reset)).toEqual({ role: 'viewer', name: 'Ben' });
    const next = await acceptInvitation(db(), { token: reset, name: 'ignored', password: 'quite another one', ...from });
    expect([await isLive(token), await isLive(next.token)]).toEqual([false, true]);
    expect((await login('Ben', 'quite another one')).account).toMatchObject({ role: 'viewer', name: 'Ben' });
  });

  test('a new password needs the old one and ends the other sessions', async () => {
    await join('labeler', 'Cleo');
    const accountId = await idOf('Cleo');
    const [mine, other] = [await login('Cleo'), await login('Cleo')];
    const { sessionId = '' } = await checkSession(db(), hashToken(mine.token ?? ''));
    const change = (oldPassword: string, newPassword: string) => changePassword(db(), { actor: { accountId, name: 'Cleo', address: '' }, oldPassword, newPassword, sessionId });
    await expect(change('wrong', 'five plain words over here')).rejects.toMatchObject({ code: 'MC_LOGIN_FAILED' });
    await expect(change(password, 'short')).rejects.toMatchObject({ code: 'MC_USAGE' });
    await change(password, 'five plain words over here');
    expect([await isLive(mine.token), await isLive(other.token)]).toEqual([true, false]);
    await expect(login('Cleo')).rejects.toMatchObject({ code: 'MC_LOGIN_FAILED' });
  });

  test('sessions are listed, ended, prolonged by use, and end by themselves', async () => {
    await join('labeler', 'Dora');
    const accountId = await idOf('Dora');
    const [one, two, three] = [await login('Dora'), await login('Dora'), await login('Dora')];
    const { sessionId = '' } = await checkSession(db(), hashToken(one.token ?? ''));
    expect((await listSessions(db(), accountId)).sessions).toHaveLength(4);
    const left = await endSessions(db(), { actor, accountId, sessionId: '', keepSessionId: sessionId });
    expect(left.sessions).toMatchObject([{ sessionId, address: '192.0.2.1', agent: 'a browser' }]);
    expect([await isLive(one.token), await isLive(two.token), await isLive(three.token)]).toEqual([true, false, false]);
    const expires = async (): Promise<number> => (await db().select().from(sessions)).find((row) => row.id === sessionId)?.expiresAt.getTime() ?? 0;
    await db().execute(sql`update sessions set seen_at = now() - interval '2 days', created_at = now() - interval '2 days', expires_at = now() + interval '5 days' where id = ${sessionId}`);
    const before = await expires();
    await isLive(one.token);
    expect(await expires() - before).toBeGreaterThan(1.9 * 86_400_000);
    // A month after it began it ends, however much it is used.
    await db().execute(sql`update sessions set seen_at = now() - interval '2 days', created_at = now() - interval '29 days' where id = ${sessionId}`);
    await isLive(one.token);
    expect(await expires() - Date.now()).toBeLessThan(1.1 * 86_400_000);
    await db().execute(sql`update sessions set expires_at = now() - interval '1 second' where id = ${sessionId}`);
    expect(await isLive(one.token)).toBe(false);
    // Nobody ends the session of somebody else.
    const again = await login('Dora');
    const other = await checkSession(db(), hashToken(again.token ?? ''));
    await endSessions(db(), { actor, accountId: 'person-other', sessionId: other.sessionId ?? '', keepSessionId: '' });
    expect(await isLive(again.token)).toBe(true);
  });

  test('roles change, accounts are disabled, and an admin is left', async () => {
    const [ada, cleo] = [await idOf('Ada'), await idOf('Cleo')];
    const change = (accountId: string, what: Partial<{ role: string; disable: boolean; enable: boolean }>) => changeAccount(db(), { actor, accountId, role: '', disable: false, enable: false, ...what });
    await expect(change(ada, { role: 'viewer' })).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    await expect(change(ada, { disable: true })).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    await expect(change('person-none', { role: 'viewer' })).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
    expect(await change(cleo, { role: 'admin' })).toMatchObject({ role: 'admin' });
    // Both at once: one of them stays.
    const outcomes = await Promise.allSettled([change(ada, { role: 'viewer' }), change(cleo, { role: 'viewer' })]);
    expect(outcomes.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await Promise.all([change(ada, { role: 'admin' }), change(cleo, { role: 'admin' })]);
    const session = await login('Cleo', 'five plain words over here');
    await change(cleo, { disable: true });
    expect(await isLive(session.token)).toBe(false);
    await expect(login('Cleo', 'five plain words over here')).rejects.toMatchObject({ code: 'MC_LOGIN_FAILED' });
    await expect(link('', cleo)).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
    await change(cleo, { enable: true });
    await login('Cleo', 'five plain words over here');
  });

  test('whoever logs in while the account is disabled, or its password changes, is out', async () => {
    const accountId = (await join('labeler', 'Fay')).account?.accountId ?? '';
    await endSessions(db(), { actor, accountId, sessionId: '', keepSessionId: '' });
    const change = (disable: boolean) => changeAccount(db(), { actor, accountId, role: '', disable, enable: !disable });
    const loginDuring = async (meanwhile: () => Promise<unknown>): Promise<string> => {
      // Hers is looked at after all of these.
      const busy = Array.from({ length: 12 }, () => verifyPassword('x', undefined));
      const outcome = login('Fay').then(() => 'in', (error: { code: string }) => error.code);
      await meanwhile();
      await Promise.all(busy);
      return outcome;
    };
    expect(await loginDuring(() => change(true))).toBe('MC_LOGIN_FAILED');
    await change(false);
    expect(await loginDuring(() => db().execute(sql`update accounts set password_hash = ${cheap} where id = ${accountId}`))).toBe('MC_LOGIN_FAILED');
    expect((await listSessions(db(), accountId)).sessions).toEqual([]);
  });

  test('of several links for a password one is used, and none is left once it changed or the account was disabled', async () => {
    const { account } = await join('labeler', 'Gil');
    const accountId = account?.accountId ?? '';
    const works = (token: string) => lookAtInvitation(db(), token).then(() => true, () => false);
    const [first, second] = [await link('', accountId), await link('', accountId)];
    await acceptInvitation(db(), { token: first, name: '', password: 'seven plain words over here', ...from });
    expect(await works(second)).toBe(false);
    const third = await link('', accountId);
    await changePassword(db(), { actor: { accountId, name: 'Gil', address: '' }, oldPassword: 'seven plain words over here', newPassword: password, sessionId: '' });
    expect(await works(third)).toBe(false);
    const fourth = await link('', accountId);
    for (const what of [{ disable: true, enable: false }, { disable: false, enable: true }]) await changeAccount(db(), { actor, accountId, role: '', ...what });
    expect(await works(fourth)).toBe(false);
  });

  test('links end, by time and by hand', async () => {
    const { token = '', invitation } = await invite(db(), { actor, role: 'labeler', note: 'for Emil', accountId: '' });
    expect((await listPeople(db())).invitations?.some((one) => one?.note === 'for Emil')).toBe(true);
    await withdrawInvitation(db(), { actor, invitationId: invitation?.invitationId ?? '' });
    await expect(lookAtInvitation(db(), token)).rejects.toMatchObject({ code: 'MC_LINK_INVALID' });
    const old = await link('labeler');
    await db().execute(sql`update invitations set expires_at = now() - interval '1 second'`);
    await expect(acceptInvitation(db(), { token: old, name: 'Emil', password, ...from })).rejects.toMatchObject({ code: 'MC_LINK_INVALID' });
    await expect(invite(db(), { actor, role: 'root', note: '', accountId: '' })).rejects.toMatchObject({ code: 'MC_USAGE' });
  });

  test('keys are told once, changed, and revoked', async () => {
    const { secret = '', key } = await makeKey(db(), { actor, name: 'site', collect: true, rateLimit: 60 });
    expect(secret).toMatch(/^mc-[A-Za-z0-9_-]{43}$/);
    await expect(makeKey(db(), { actor, name: 'site', collect: true, rateLimit: 0 })).rejects.toMatchObject({ code: 'MC_CONFLICT' });
    await expect(makeKey(db(), { actor, name: '<b>', collect: true, rateLimit: 0 })).rejects.toMatchObject({ code: 'MC_USAGE' });
    expect((await checkKey(db(), hashToken(secret))).key).toMatchObject({ name: 'site', collect: true, rateLimit: 60 });
    expect((await listKeys(db())).keys?.find((one) => one?.name === 'site')).toMatchObject({ prefix: secret.slice(0, 9) });
    await changeKey(db(), { actor, keyId: key?.keyId ?? '', collect: false, rateLimit: 0 });
    expect((await checkKey(db(), hashToken(secret))).key).toMatchObject({ collect: false, rateLimit: 0 });
    await revokeKey(db(), { actor, keyId: key?.keyId ?? '' });
    expect(await checkKey(db(), hashToken(secret))).toEqual({});
    await expect(revokeKey(db(), { actor, keyId: key?.keyId ?? '' })).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
  });

  test('the log is read by pages, the newest first, and holds whatever was sent', async () => {
    for (const action of ['a', 'b', 'c']) await record(db(), { ...actor, name: 'x\0\uD800' }, action, 't'.repeat(10_000));
    const first = await listAudit(db(), { before: 0, limit: 2 });
    const second = await listAudit(db(), { before: first.next ?? 0, limit: 1 });
    expect([...(first.entries ?? []), ...(second.entries ?? [])].map((entry) => entry?.action)).toEqual(['c', 'b', 'a']);
    expect(first.entries?.[0]).toMatchObject({ actor: { accountId: 'person-1', name: 'x\uFFFD\uFFFD' } });
    for (const action of ['account.join', 'account.login', 'account.login-failed', 'account.role', 'account.disable', 'key.make', 'key.revoke', 'invitation.make']) expect(await actions()).toContain(action);
  });
});
