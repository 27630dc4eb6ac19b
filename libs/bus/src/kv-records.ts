import type { KV, KvEntry } from 'nats';
import { isConflict, retrying } from './nats-errors.ts';

/** All records of a bucket. */
export async function listRecords<T>(kv: KV, stored: (entry: KvEntry | null) => { record: T } | undefined): Promise<T[]> {
  // All keys first: the client's iterator loses those that come while its consumer waits for something else.
  const keys = await retrying('listing records', async () => Array.fromAsync(await kv.keys()));
  const records: T[] = [];
  for (const key of keys) {
    const found = await retrying('reading a record', async () => stored(await kv.get(key)));
    if (found) records.push(found.record);
  }
  return records;
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
