import { eq, lt, sql } from 'drizzle-orm';
import type { ChangePasswordRequest, Init, LogInRequest, SessionReply } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Db } from '../database.ts';
import { record } from './audit.ts';
import { nameKeyOf } from './names.ts';
import { checkPassword, hashPassword, hashToken, verifyPassword } from './secrets.ts';
import { beginSession, endSessions, viewAccount } from './sessions.ts';
import { accounts, loginTries } from './tables.ts';

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
    throw new MinchatError('MC_LOGIN_FAILED', 'expected the name and the password of an account, found another');
  }
  if (account === undefined) throw new Error('expected the account whose password was right');
  return db.transaction(async (tx) => {
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
  if (!(await mayPass(db, account.nameKey, account, oldPassword, actor?.address ?? ''))) throw new MinchatError('MC_LOGIN_FAILED', 'expected the present password, found another');
  const passwordHash = await hashPassword(newPassword);
  await db.transaction(async (tx) => {
    await tx.update(accounts).set({ passwordHash }).where(eq(accounts.id, accountId));
    await record(tx, actor, 'account.password', accountId);
    await endSessions(tx, { actor, accountId, sessionId: '', keepSessionId: sessionId });
  });
  return {};
}

/** Forgets the tries: the account has a new password. */
export async function forgetTries(db: Db, nameKey: string): Promise<void> {
  await db.delete(loginTries).where(eq(loginTries.nameKey, hashToken(nameKey)));
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
