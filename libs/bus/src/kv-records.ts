import { decode, type MessageType } from '@minchat/contracts';
import { MinchatError, toMinchatError } from '@minchat/errors';
import type { JetStreamManager, KV, KvEntry } from 'nats';
import { isConflict, retrying } from './nats-errors.ts';

export interface Stored<T> {
  record: T;
  revision: number;
}

export const recordLimit = { maxBytes: 900_000 };

/** How many records are asked for at once. */
const readAtOnce = 64;

/** The record of an entry; undefined where there is none, or none any more. Throws MC_MESSAGE_INVALID. */
export function storedRecord<T>(type: MessageType<T>, entry: KvEntry | null): Stored<T> | undefined {
  if (entry === null || entry.operation !== 'PUT') return undefined;
  try {
    return { record: decode(type, entry.value, recordLimit), revision: entry.revision };
  } catch (thrown) {
    const { code, message } = toMinchatError(thrown);
    throw new MinchatError(code, `${entry.bucket} ${entry.key}: ${message}`, {
      hint: `It may be of a newer version of minchat: bring all services to one version. What is no record can be removed with \`nats kv del ${entry.bucket} ${entry.key}\`.`,
      cause: thrown,
    });
  }
}

/** A bucket of records, and who knows which keys it has. */
export interface Bucket {
  readonly name: string;
  readonly kv: KV;
  readonly manager: JetStreamManager;
}

/**
 * The keys of a bucket, those of deleted records too. The client's own list waits for as many as there were when it
 * began, for ever where one was written or deleted before it came to that.
 */
async function keysOf({ name, manager }: Bucket): Promise<string[]> {
  const subject = `$KV.${name}.`;
  const { state } = await retrying('listing records', () => manager.streams.info(`KV_${name}`, { subjects_filter: `${subject}>` }));
  return Object.keys(state.subjects ?? {}).map((key) => key.slice(subject.length));
}

export interface ListOptions {
  /** Is told of a record that cannot be read, which else is an error. */
  readonly onUnreadable?: ((error: MinchatError) => void) | undefined;
  /** Keys that are not read; those whose records turn out to be deleted are added. For keys that are not used again. */
  readonly deleted?: Set<string>;
}

/** All records of a bucket. */
export async function listRecords<T>(bucket: Bucket, type: MessageType<T>, { onUnreadable, deleted }: ListOptions = {}): Promise<T[]> {
  const { kv } = bucket;
  const keys = (await keysOf(bucket)).filter((key) => deleted?.has(key) !== true);
  const read = async (key: string): Promise<T[]> => {
    const entry = await retrying('reading a record', () => kv.get(key));
    if (entry !== null && entry.operation !== 'PUT') deleted?.add(key);
    try {
      const found = storedRecord(type, entry);
      return found === undefined ? [] : [found.record];
    } catch (error) {
      if (onUnreadable === undefined) throw error;
      onUnreadable(toMinchatError(error));
      return [];
    }
  };
  const records: T[] = [];
  for (let from = 0; from < keys.length; from += readAtOnce) records.push(...(await Promise.all(keys.slice(from, from + readAtOnce).map(read))).flat());
  return records;
}

/** Writes a record whose entry is at `revision` (0: not there yet); `what` it is, for errors. The new revision; undefined when the entry is at another. */
export async function writeRecord(kv: KV, key: string, bytes: Uint8Array, revision: number, what: string): Promise<number | undefined> {
  try {
    return await retrying(`writing ${what}`, () => (revision === 0 ? kv.create(key, bytes) : kv.update(key, bytes, revision)));
  } catch (error) {
    if (!isConflict(error)) throw error;
    // A write that landed but whose answer was lost comes here when it is repeated.
    const entry = await retrying(`reading ${what}`, () => kv.get(key));
    const landed = entry !== null && entry.operation === 'PUT' && entry.revision > revision && Buffer.from(entry.value).equals(bytes);
    return landed ? entry.revision : undefined;
  }
}

/** Deletes a record, if it is at `revision` where one is given; false when it is not. What remains is a mark that it was there. */
export async function deleteRecord(kv: KV, key: string, revision?: number): Promise<boolean> {
  try {
    await retrying('deleting a record', () => kv.delete(key, revision === undefined ? {} : { previousSeq: revision }));
    return true;
  } catch (error) {
    if (!isConflict(error)) throw error;
    // A deletion whose answer was lost comes here when it is repeated.
    return wasDeleted(kv, key);
  }
}

export async function wasDeleted(kv: KV, key: string): Promise<boolean> {
  const entry = await retrying('reading a record', () => kv.get(key));
  return entry !== null && entry.operation !== 'PUT';
}
