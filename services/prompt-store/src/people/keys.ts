import { asc, eq, sql } from 'drizzle-orm';
import type { ApiKey, ChangeKeyRequest, CheckKeyReply, Init, ListKeysReply, MakeKeyReply, MakeKeyRequest, RevokeKeyRequest } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Db } from '../database.ts';
import { record } from './audit.ts';
import { hashToken, newId, newToken } from './secrets.ts';
import { apiKeys } from './tables.ts';

const shownCharacters = 9;
const usedEveryMs = 60_000;

type KeyRow = typeof apiKeys.$inferSelect;

function viewKey({ id, name, prefix, collect, rateLimit, createdAt, usedAt }: KeyRow): Init<ApiKey> {
  return { keyId: id, name, prefix, collect, rateLimit, createdAtMs: createdAt.getTime(), usedAtMs: usedAt?.getTime() ?? 0 };
}

/** The key of this hash, if there is one. */
export async function checkKey(db: Db, keyHash: string): Promise<Init<CheckKeyReply>> {
  const [key] = await db.select().from(apiKeys).where(eq(apiKeys.keyHash, keyHash));
  if (key === undefined) return {};
  if (key.usedAt === null || Date.now() - key.usedAt.getTime() > usedEveryMs) await db.update(apiKeys).set({ usedAt: sql`now()` }).where(eq(apiKeys.keyHash, keyHash));
  return { key: viewKey(key) };
}

export async function listKeys(db: Db): Promise<Init<ListKeysReply>> {
  return { keys: (await db.select().from(apiKeys).orderBy(asc(apiKeys.createdAt), asc(apiKeys.id))).map(viewKey) };
}

/** Makes a key; the reply is the only place where it is told. Throws MC_CONFLICT when the name is taken, MC_USAGE. */
export async function makeKey(db: Db, { actor, name, collect, rateLimit }: MakeKeyRequest): Promise<Init<MakeKeyReply>> {
  if (!/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/.test(name)) throw new MinchatError('MC_USAGE', 'expected a name of 1 to 64 letters, digits, spaces, ".", "_" or "-", found another');
  const secret = `mc-${newToken()}`;
  return db.transaction(async (tx) => {
    const [key] = await tx.insert(apiKeys).values({ keyHash: hashToken(secret), id: newId('key'), name, prefix: secret.slice(0, shownCharacters), collect, rateLimit }).onConflictDoNothing().returning();
    if (key === undefined) throw new MinchatError('MC_CONFLICT', `expected a name that no key has, found ${name}`, { hint: 'Choose another name, or revoke the key that has it.' });
    await record(tx, actor, 'key.make', key.id, settingsOf(key));
    return { secret, key: viewKey(key) };
  });
}

export async function changeKey(db: Db, { actor, keyId, collect, rateLimit }: ChangeKeyRequest): Promise<Init<ApiKey>> {
  return db.transaction(async (tx) => {
    const [key] = await tx.update(apiKeys).set({ collect, rateLimit }).where(eq(apiKeys.id, keyId)).returning();
    if (key === undefined) throw unknownKey(keyId);
    await record(tx, actor, 'key.change', key.id, settingsOf(key));
    return viewKey(key);
  });
}

export async function revokeKey(db: Db, { actor, keyId }: RevokeKeyRequest): Promise<Record<string, never>> {
  await db.transaction(async (tx) => {
    const [key] = await tx.delete(apiKeys).where(eq(apiKeys.id, keyId)).returning();
    if (key === undefined) throw unknownKey(keyId);
    await record(tx, actor, 'key.revoke', key.id, key.name);
  });
  return {};
}

function settingsOf({ name, collect, rateLimit }: KeyRow): string {
  return `${name}, ${collect ? 'prompts collected' : 'prompts not collected'}${rateLimit > 0 ? `, ${rateLimit} a minute` : ''}`;
}

function unknownKey(id: string): MinchatError {
  return new MinchatError('MC_NOT_FOUND', `expected a key, found none of id ${id}`);
}
