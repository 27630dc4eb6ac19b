import { RunRecord, encode } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { KV } from 'nats';
import { deleteRecord, listRecords, recordLimit, storedRecord, wasDeleted } from './kv-records.ts';
import { isConflict, retrying } from './nats-errors.ts';
import type { RunRecords } from './types.ts';

/** The records of `runs`: written by whichever coordinator saw the last revision. */
export function createRunRecords(kv: KV): RunRecords {
  async function write(runId: string, bytes: Uint8Array, revision: number): Promise<number | undefined> {
    try {
      return await retrying('writing a run record', () => (revision === 0 ? kv.create(runId, bytes) : kv.update(runId, bytes, revision)));
    } catch (error) {
      if (!isConflict(error)) throw error;
      const entry = await retrying('reading a run record', () => kv.get(runId));
      // A write that landed but whose answer was lost comes here when it is repeated.
      return entry !== null && entry.revision > revision && Buffer.from(entry.value).equals(bytes) ? entry.revision : undefined;
    }
  }

  return {
    get: (runId) => retrying('reading a run record', async () => storedRecord(RunRecord, await kv.get(runId))),
    list: async (onUnreadable) => (await listRecords(kv, RunRecord, onUnreadable)).sort((a, b) => b.createdAtMs - a.createdAtMs),
    async create(record) {
      const { runId = '' } = record;
      if (await wasDeleted(kv, runId)) throw new MinchatError('MC_CONFLICT', `run ${runId}: expected an id that no run has had, found one that was deleted`, { hint: 'Choose another id.' });
      return write(runId, encode(RunRecord, record, recordLimit), 0);
    },
    delete: (runId, revision) => deleteRecord(kv, runId, revision),
    wasDeleted: (runId) => wasDeleted(kv, runId),
    update: (record, revision) => write(record.runId ?? '', encode(RunRecord, record, recordLimit), revision),
  };
}
