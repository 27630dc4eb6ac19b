import { and, eq, lt, sql } from 'drizzle-orm';
import type { ChangePasswordRequest, Init, LogInRequest, SessionReply } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Db } from '../database.ts';
import { record } from './audit.ts';
import { nameKeyOf } from './names.ts';
import { checkPassword, hashPassword, hashToken, verifyPassword } from './secrets.ts';
import { beginSession, endSessions, viewAccount } from './sessions.ts';
import { accounts, invitations, loginTries } from './tables.ts';

/** So many passwords may be tried for a name in a while. */
const mostTries = 10;
const triesMinutes = 15;

type AccountRow = typeof accounts.$inferSelect;

/**
 * Begins a session. Throws MC_LOGIN_FAILED, whatever of name and password is wrong or whether the
 * account is disabled; MC_LOGIN_LIMITED after too many tries, whether there is such an account or not.
 */
export async function logIn(db: Db, { name, password, address, agent }: LogInRequest): Promise<Init<SessionReply>> {
  const [account] = await db.select().from(accounts).where(eq(accounts.nameKey, nameKeyOf(name)));
  if (!(await mayPass(db, nameKeyOf(name), account, password, address))) {
    // What was typed for a name may be a password.
    await record(db, { accountId: account?.id ?? '', name: account?.name ?? '', address }, 'account.login-failed', account?.id ?? 'unknown');
    throw loginFailed();
  }
  if (account === undefined) throw new Error('expected the account whose password was right');
  return db.transaction(async (tx) => {
    if (!(await isUnchanged(tx, account))) throw loginFailed();
    const token = await beginSession(tx, account.id, { address, agent });
    await record(tx, { accountId: account.id, name: account.name, address }, 'account.login', account.id);
    return { token, account: viewAccount(account) };
  });
}

/** Sets a new password and ends the other sessions. Throws MC_LOGIN_FAILED for a wrong old one, MC_LOGIN_LIMITED, MC_USAGE. */
export async function changePassword(db: Db, { actor, oldPassword, newPassword, sessionId }: ChangePasswordRequest): Promise<Record<string, never>> {
  const accountId = actor?.accountId ?? '';
  const [account] = await db.select().from(accounts).where(eq(accounts.id, accountId));
  if (account === undefined) throw new MinchatError('MC_NOT_FOUND', `expected an account, found none of id ${accountId}`);
  checkPassword(newPassword, account.name);
  const wrong = (): MinchatError => new MinchatError('MC_LOGIN_FAILED', 'expected the present password, found another');
  if (!(await mayPass(db, account.nameKey, account, oldPassword, actor?.address ?? ''))) throw wrong();
  const passwordHash = await hashPassword(newPassword);
  await db.transaction(async (tx) => {
    if (!(await isUnchanged(tx, account))) throw wrong();
    await tx.update(accounts).set({ passwordHash }).where(eq(accounts.id, accountId));
    await withdrawPasswordLinks(tx, accountId);
    await record(tx, actor, 'account.password', accountId);
    await endSessions(tx, { actor, accountId, sessionId: '', keepSessionId: sessionId });
  });
  return {};
}

/** Links to set an account's password, of which there may be several, work no more: it has a new one, or is disabled. */
export async function withdrawPasswordLinks(db: Db, accountId: string): Promise<void> {
  await db.delete(invitations).where(eq(invitations.accountId, accountId));
}

/** Forgets the tries: the account has a new password. */
export async function forgetTries(db: Db, nameKey: string): Promise<void> {
  await db.delete(loginTries).where(eq(loginTries.nameKey, hashToken(nameKey)));
}

/** Whether an account was neither disabled nor given another password while one was looked at, which takes its time. It then stays so until the transaction ends. */
async function isUnchanged(tx: Db, { id, passwordHash }: AccountRow): Promise<boolean> {
  const same = and(eq(accounts.id, id), eq(accounts.passwordHash, passwordHash), eq(accounts.disabled, false));
  return (await tx.select({ id: accounts.id }).from(accounts).where(same).for('update')).length > 0;
}

function loginFailed(): MinchatError {
  return new MinchatError('MC_LOGIN_FAILED', 'expected the name and the password of an account, found another');
}

/** Whether the password is right. A try counts before it is looked at, so that many at once are not more. */
async function mayPass(db: Db, nameKey: string, account: AccountRow | undefined, password: string, address: string): Promise<boolean> {
  const old = sql`now() - make_interval(mins => ${triesMinutes})`;
  await db.delete(loginTries).where(lt(loginTries.since, old));
  // The name is kept as a digest: it is whatever somebody typed.
  const [row] = await db.insert(loginTries).values({ nameKey: hashToken(nameKey), tries: 1, since: sql`now()` })
    .onConflictDoUpdate({ target: loginTries.nameKey, set: { tries: sql`${loginTries.tries} + 1` } }).returning({ tries: loginTries.tries });
  const tries = row?.tries ?? 1;
  if (tries > mostTries) {
    if (tries === mostTries + 1) await record(db, { accountId: account?.id ?? '', name: account?.name ?? '', address }, 'account.login-limited', account?.id ?? 'unknown');
    throw new MinchatError('MC_LOGIN_LIMITED', `expected at most ${mostTries} tries in ${triesMinutes} minutes, found more`);
  }
  const right = await verifyPassword(password, account?.passwordHash);
  if (!right || account?.disabled !== false) return false;
  await forgetTries(db, nameKey);
  return true;
}
