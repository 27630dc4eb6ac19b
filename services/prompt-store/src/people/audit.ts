import { desc, lt } from 'drizzle-orm';
import type { Actor, AuditEntry, Init, ListAuditReply, ListAuditRequest } from '@minchat/contracts';
import type { Db } from '../database.ts';
import { shortStorable } from '../storable.ts';
import { auditLog } from './tables.ts';

const longestPage = 200;

/** Writes down what somebody did. In the transaction that does it, wherever there is one. */
export async function record(db: Db, actor: Init<Actor> | undefined, action: string, target = '', detail = ''): Promise<void> {
  await db.insert(auditLog).values({
    accountId: shortStorable(actor?.accountId ?? ''), name: shortStorable(actor?.name ?? ''), address: shortStorable(actor?.address ?? ''), action: shortStorable(action), target: shortStorable(target), detail: shortStorable(detail),
  });
}

/** The newest first. */
export async function listAudit(db: Db, { before, limit }: ListAuditRequest): Promise<Init<ListAuditReply>> {
  const size = Math.min(limit || 50, longestPage);
  const rows = await db.select().from(auditLog).where(before === 0 ? undefined : lt(auditLog.number, before)).orderBy(desc(auditLog.number)).limit(size + 1);
  const entries = rows.slice(0, size).map(({ number, at, accountId, name, address, action, target, detail }): Init<AuditEntry> => ({
    number, atMs: at.getTime(), actor: { accountId, name, address }, action, target, detail,
  }));
  return { entries, next: rows.length > size ? (entries.at(-1)?.number ?? 0) : 0 };
}
