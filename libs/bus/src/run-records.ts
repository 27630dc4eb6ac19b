import { RunRecord, encode, type Init } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { deleteRecord, listRecords, recordLimit, storedRecord, wasDeleted, writeRecord, type Bucket } from './kv-records.ts';
import { retrying } from './nats-errors.ts';
import type { RunRecords } from './types.ts';

/** The records of `runs`: written by whichever coordinator saw the last revision. */
export function createRunRecords(bucket: Bucket): RunRecords {
  const { kv } = bucket;
  /** Whose mark was met in a list: no run has its id again, and a sweep lists all every few seconds. */
  const deleted = new Set<string>();
  const write = (record: Init<RunRecord>, revision: number): Promise<number | undefined> =>
    writeRecord(kv, record.runId ?? '', encode(RunRecord, record, recordLimit), revision, 'a run record');

  return {
    get: (runId) => retrying('reading a run record', async () => storedRecord(RunRecord, await kv.get(runId))),
    list: async (onUnreadable) => (await listRecords(bucket, RunRecord, { onUnreadable, deleted })).sort((a, b) => b.createdAtMs - a.createdAtMs),
    async create(record) {
      const { runId = '' } = record;
      if (await wasDeleted(kv, runId)) throw new MinchatError('MC_CONFLICT', `run ${runId}: expected an id that no run has had, found one that was deleted`, { hint: 'Choose another id.' });
      return write(record, 0);
    },
    delete: (runId, revision) => deleteRecord(kv, runId, revision),
    wasDeleted: (runId) => wasDeleted(kv, runId),
    update: write,
  };
}
