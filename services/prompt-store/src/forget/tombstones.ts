import { inArray, sql } from 'drizzle-orm';
import { lockSpace, type Db } from '../database.ts';
import { digestOf, isNamed } from '../digest.ts';
import type { ImportedRecord } from '../imports/records.ts';
import { textHash } from '../rules/normalise.ts';
import { tombstones, type tombstoneKinds } from '../schema.ts';

// What was forgotten stays forgotten: a tombstone is a digest of a user, of a prompt's text or of a
// labeler, and whatever comes in later (an import, a message that is delivered again) is held
// against them. A prompt by somebody else who is named is theirs, though its text be the same.

export type TombstoneKind = (typeof tombstoneKinds)[number];

/** By hash, the pseudonym that stands for a labeler whose labels stayed; null where nothing stays. */
export type Tombstones = ReadonlyMap<string, string | null>;

export function tombstoneOf(kind: TombstoneKind, value: string): string {
  return digestOf('tombstone', kind, value);
}

/** The tombstones out of these hashes, or all there are. */
export async function loadTombstones(db: Db, hashes?: readonly string[]): Promise<Tombstones> {
  const rows = await db.select({ hash: tombstones.hash, pseudonym: tombstones.pseudonym }).from(tombstones).where(hashes === undefined ? undefined : inArray(tombstones.hash, [...hashes]));
  return new Map(rows.map(({ hash, pseudonym }) => [hash, pseudonym]));
}

/**
 * Until the transaction ends nobody is forgotten, or, locked to write, nothing comes in meanwhile: what is held against the
 * tombstones and then stored must not miss one that is just being made.
 */
export async function lockTombstones(tx: Db, how: 'to read' | 'to write'): Promise<void> {
  const lock = how === 'to write' ? sql`pg_advisory_xact_lock` : sql`pg_advisory_xact_lock_shared`;
  await tx.execute(sql`select ${lock}(${lockSpace + 1}, 1)`);
}

export function sameTombstones(one: Tombstones, other: Tombstones): boolean {
  return one.size === other.size && [...one].every(([hash, pseudonym]) => other.get(hash) === pseudonym);
}

/** The hash that would forget a prompt: its author's, or its text's where no author is named. */
export function promptTombstone(messages: Parameters<typeof textHash>[0], user: string | undefined): string {
  return user !== undefined && isNamed(user) ? tombstoneOf('user', user) : tombstoneOf('prompt', textHash(messages));
}

/** What may be stored of a record: the record, without a labeler who was forgotten and what they remarked, or nothing. */
export function withoutForgotten(record: ImportedRecord, found: Tombstones): ImportedRecord | undefined {
  if (found.size === 0 || record.kind === 'text') return record;
  if (found.has(promptTombstone(record.prompt.messages, record.prompt.user))) return undefined;
  if (record.kind === 'prompt' || record.labeler === undefined) return record;
  const pseudonym = found.get(tombstoneOf('labeler', record.labeler));
  if (pseudonym === undefined) return record;
  if (pseudonym === null) return { kind: 'prompt', prompt: record.prompt };
  const { note: _, ...unremarked } = record;
  return { ...unremarked, labeler: pseudonym };
}
