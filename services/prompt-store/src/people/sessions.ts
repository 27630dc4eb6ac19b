import { and, desc, eq, lt, max, ne, sql } from 'drizzle-orm';
import type { Account, CheckSessionReply, EndSessionsRequest, Init, ListSessionsReply } from '@minchat/contracts';
import type { Db } from '../database.ts';
import { shortStorable } from '../storable.ts';
import { record } from './audit.ts';
import { hashToken, newId, newToken } from './secrets.ts';
import { accounts, sessions } from './tables.ts';

/** A session ends when it was not used for a week, and after a month in any case. */
const idleDays = 7;
const longestDays = 30;
/** Used more often than this, it is not written down each time. */
const seenEveryMs = 60_000;

const expiry = sql`least(${sessions.createdAt} + make_interval(days => ${longestDays}), now() + make_interval(days => ${idleDays}))`;

type AccountRow = typeof accounts.$inferSelect;

export function viewAccount({ id, name, role, disabled, createdAt }: AccountRow, seenAt?: Date | null): Init<Account> {
  return { accountId: id, name, role, disabled, createdAtMs: createdAt.getTime(), seenAtMs: seenAt?.getTime() ?? 0 };
}

/** Begins a session and returns its token, which is not kept. */
export async function beginSession(db: Db, accountId: string, from: { address: string; agent: string }): Promise<string> {
  await db.delete(sessions).where(lt(sessions.expiresAt, sql`now()`));
  const token = newToken();
  await db.insert(sessions).values({
    tokenHash: hashToken(token), id: newId('session'), accountId, address: shortStorable(from.address), agent: shortStorable(from.agent).slice(0, 200), expiresAt: sql`now() + make_interval(days => ${idleDays})`,
  });
  return token;
}

/** Whose session it is; nothing when it is over or its account is disabled. Using a session prolongs it. */
export async function checkSession(db: Db, tokenHash: string): Promise<Init<CheckSessionReply>> {
  const [found] = await db.select().from(sessions).innerJoin(accounts, eq(accounts.id, sessions.accountId))
    .where(and(eq(sessions.tokenHash, tokenHash), sql`${sessions.expiresAt} > now()`, eq(accounts.disabled, false)));
  if (found === undefined) return {};
  if (Date.now() - found.sessions.seenAt.getTime() > seenEveryMs) {
    await db.update(sessions).set({ seenAt: sql`now()`, expiresAt: expiry }).where(eq(sessions.tokenHash, tokenHash));
  }
  return { account: viewAccount(found.accounts), sessionId: found.sessions.id };
}

export async function listSessions(db: Db, accountId: string): Promise<Init<ListSessionsReply>> {
  const rows = await db.select().from(sessions).where(and(eq(sessions.accountId, accountId), sql`${sessions.expiresAt} > now()`)).orderBy(desc(sessions.seenAt));
  return { sessions: rows.map(({ id, address, agent, createdAt, seenAt }) => ({ sessionId: id, address, agent, createdAtMs: createdAt.getTime(), seenAtMs: seenAt.getTime() })) };
}

/** Ends one session of an account, all of them, or all but one. */
export async function endSessions(db: Db, { actor, accountId, sessionId, keepSessionId }: EndSessionsRequest): Promise<Init<ListSessionsReply>> {
  await db.transaction(async (tx) => {
    const ended = await tx.delete(sessions).where(and(
      eq(sessions.accountId, accountId),
      sessionId === '' ? undefined : eq(sessions.id, sessionId),
      keepSessionId === '' ? undefined : ne(sessions.id, keepSessionId),
    )).returning({ id: sessions.id });
    if (ended.length > 0) await record(tx, actor, 'session.end', accountId, String(ended.length));
  });
  return listSessions(db, accountId);
}

/** When each account was last seen. */
export async function lastSeen(db: Db): Promise<Map<string, Date | null>> {
  const rows = await db.select({ id: sessions.accountId, at: max(sessions.seenAt) }).from(sessions).groupBy(sessions.accountId);
  return new Map(rows.map(({ id, at }) => [id, at]));
}
