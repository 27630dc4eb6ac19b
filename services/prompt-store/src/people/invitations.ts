import { and, eq, lt, sql } from 'drizzle-orm';
import type { AcceptInvitationRequest, Init, Invitation, InviteReply, InviteRequest, LookAtInvitationReply, SessionReply, WithdrawInvitationRequest } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Db } from '../database.ts';
import { shortStorable } from '../storable.ts';
import { record } from './audit.ts';
import { forgetTries, withdrawPasswordLinks } from './login.ts';
import { asRole, checkName, nameKeyOf } from './names.ts';
import { checkPassword, hashPassword, hashToken, newId, newToken } from './secrets.ts';
import { beginSession, viewAccount } from './sessions.ts';
import { accounts, invitations, sessions } from './tables.ts';

/** How long a link works: to join, to set a password, and one that the command line made. */
const hours = { join: 7 * 24, password: 24, commandLine: 1 } as const;

type InvitationRow = typeof invitations.$inferSelect;

export function viewInvitation({ id, role, note, accountId, expiresAt }: InvitationRow): Init<Invitation> {
  return { invitationId: id, role, note, accountId: accountId ?? '', expiresAtMs: expiresAt.getTime() };
}

/** Makes a link that works once: for a new account of a role, or for a new password of one that is there. Throws MC_NOT_FOUND, MC_USAGE. */
export async function invite(db: Db, { actor, role, note, accountId }: InviteRequest): Promise<Init<InviteReply>> {
  const [account] = accountId === '' ? [] : await db.select().from(accounts).where(and(eq(accounts.id, accountId), eq(accounts.disabled, false)));
  if (accountId !== '' && account === undefined) throw new MinchatError('MC_NOT_FOUND', `expected an account that is not disabled, found none of id ${accountId}`);
  const works = (actor?.accountId ?? '') === '' ? hours.commandLine : account === undefined ? hours.join : hours.password;
  const token = newToken();
  return db.transaction(async (tx) => {
    await tx.delete(invitations).where(lt(invitations.expiresAt, sql`now()`));
    const [made] = await tx.insert(invitations).values({
      tokenHash: hashToken(token), id: newId('invitation'), role: account?.role ?? asRole(role), note: shortStorable(account?.name ?? note), accountId: account?.id ?? null,
      expiresAt: sql`now() + make_interval(hours => ${works})`,
    }).returning();
    if (made === undefined) throw new Error('expected the new invitation, found none');
    await record(tx, actor, account === undefined ? 'invitation.make' : 'account.password-link', account?.id ?? made.id, account === undefined ? `${made.role} ${made.note}` : account.name);
    return { token, invitation: viewInvitation(made) };
  });
}

export async function withdrawInvitation(db: Db, { actor, invitationId }: WithdrawInvitationRequest): Promise<Record<string, never>> {
  await db.transaction(async (tx) => {
    const gone = await tx.delete(invitations).where(eq(invitations.id, invitationId)).returning({ id: invitations.id });
    if (gone.length === 0) throw new MinchatError('MC_NOT_FOUND', `expected an invitation, found none of id ${invitationId}`);
    await record(tx, actor, 'invitation.withdraw', invitationId);
  });
  return {};
}

/** What a link is for. Throws MC_LINK_INVALID. */
export async function lookAtInvitation(db: Db, token: string): Promise<Init<LookAtInvitationReply>> {
  const { invitation, account } = await findInvitation(db, token);
  return { role: invitation.role, name: account?.name ?? '' };
}

/** Uses a link up and begins a session. Throws MC_LINK_INVALID; MC_CONFLICT when the name is taken; MC_USAGE. */
export async function acceptInvitation(db: Db, request: AcceptInvitationRequest): Promise<Init<SessionReply>> {
  const found = await findInvitation(db, request.token);
  const name = found.account?.name ?? checkName(request.name);
  checkPassword(request.password, name);
  const passwordHash = await hashPassword(request.password);
  return db.transaction(async (tx) => {
    // Of two who use one link at once, one finds it gone.
    const [used] = await tx.delete(invitations).where(eq(invitations.tokenHash, found.invitation.tokenHash)).returning();
    if (used === undefined) throw invalidLink();
    const account = used.accountId === null
      ? (await tx.insert(accounts).values({ id: newId('person'), name, nameKey: nameKeyOf(name), role: used.role, passwordHash }).onConflictDoNothing().returning())[0]
      : (await tx.update(accounts).set({ passwordHash }).where(and(eq(accounts.id, used.accountId), eq(accounts.disabled, false))).returning())[0];
    if (account === undefined) throw used.accountId === null ? new MinchatError('MC_CONFLICT', `expected a name that nobody has, found ${name}`, { hint: 'Choose another name.' }) : invalidLink();
    await tx.delete(sessions).where(eq(sessions.accountId, account.id));
    await forgetTries(tx, account.nameKey);
    await withdrawPasswordLinks(tx, account.id);
    await record(tx, { accountId: account.id, name: account.name, address: request.address }, used.accountId === null ? 'account.join' : 'account.password', account.id, account.role);
    return { token: await beginSession(tx, account.id, request), account: viewAccount(account) };
  });
}

async function findInvitation(db: Db, token: string) {
  const [found] = await db.select().from(invitations).leftJoin(accounts, eq(accounts.id, invitations.accountId))
    .where(and(eq(invitations.tokenHash, hashToken(token)), sql`${invitations.expiresAt} > now()`));
  if (found === undefined || found.accounts?.disabled === true) throw invalidLink();
  return { invitation: found.invitations, account: found.accounts };
}

function invalidLink(): MinchatError {
  return new MinchatError('MC_LINK_INVALID', 'expected a link that was not used yet, found one that does not work');
}
