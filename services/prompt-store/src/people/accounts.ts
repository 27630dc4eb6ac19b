import { and, asc, eq, or, sql } from 'drizzle-orm';
import type { Account, ChangeAccountRequest, Init, ListPeopleReply } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Db } from '../database.ts';
import { record } from './audit.ts';
import { viewInvitation } from './invitations.ts';
import { withdrawPasswordLinks } from './login.ts';
import { asRole, nameKeyOf } from './names.ts';
import { lastSeen, viewAccount } from './sessions.ts';
import { accounts, invitations, sessions } from './tables.ts';

/** Whether nobody is there who could invite anybody. */
export async function adminMissing(db: Db): Promise<{ missing: boolean }> {
  const [admin] = await db.select({ id: accounts.id }).from(accounts).where(isAdmin).limit(1);
  return { missing: admin === undefined };
}

const isAdmin = and(eq(accounts.role, 'admin'), eq(accounts.disabled, false));

/** The ids of accounts that somebody means by a name as people know it, or by the id. */
export async function accountIds(db: Db, name: string): Promise<string[]> {
  return (await db.select({ id: accounts.id }).from(accounts).where(or(eq(accounts.nameKey, nameKeyOf(name)), eq(accounts.id, name)))).map(({ id }) => id);
}

export async function listPeople(db: Db): Promise<Init<ListPeopleReply>> {
  const rows = await db.select().from(accounts).orderBy(asc(accounts.createdAt), asc(accounts.id));
  const seen = await lastSeen(db);
  const open = await db.select().from(invitations).where(sql`${invitations.expiresAt} > now()`).orderBy(asc(invitations.createdAt));
  return { accounts: rows.map((row) => viewAccount(row, seen.get(row.id))), invitations: open.map(viewInvitation) };
}

/**
 * Changes a role, or disables or enables an account; a disabled one's sessions and links end. Throws
 * MC_NOT_FOUND; MC_CONFLICT when nobody would be left who may do this.
 */
export async function changeAccount(db: Db, { actor, accountId, role, disable, enable }: ChangeAccountRequest): Promise<Init<Account>> {
  return db.transaction(async (tx) => {
    // Two admins who demote each other at the same time come here one after the other.
    const admins = await tx.select({ id: accounts.id }).from(accounts).where(isAdmin).for('update');
    const [before] = await tx.select().from(accounts).where(eq(accounts.id, accountId));
    if (before === undefined) throw new MinchatError('MC_NOT_FOUND', `expected an account, found none of id ${accountId}`);
    const after = { role: role === '' ? before.role : asRole(role), disabled: enable ? false : disable || before.disabled };
    const isLast = admins.every(({ id }) => id === accountId) && admins.length > 0;
    if (isLast && (after.role !== 'admin' || after.disabled)) throw new MinchatError('MC_CONFLICT', 'expected another admin to be left, found none', { hint: 'Make somebody else an admin first.' });
    const [changed = before] = await tx.update(accounts).set(after).where(eq(accounts.id, accountId)).returning();
    if (after.disabled) {
      await tx.delete(sessions).where(eq(sessions.accountId, accountId));
      await withdrawPasswordLinks(tx, accountId);
    }
    if (after.role !== before.role) await record(tx, actor, 'account.role', accountId, `${before.name}: ${before.role} to ${after.role}`);
    if (after.disabled !== before.disabled) await record(tx, actor, after.disabled ? 'account.disable' : 'account.enable', accountId, before.name);
    return viewAccount(changed);
  });
}
