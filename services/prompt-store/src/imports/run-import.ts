import { sql } from 'drizzle-orm';
import type { BadRecord, Init } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { gatherStatistics, lockSpace, type Database, type Db } from '../database.ts';
import { toDatabaseError } from '../database-errors.ts';
import { loadTombstones, lockTombstones, sameTombstones, type Tombstones } from '../forget/tombstones.ts';
import { collections, imports } from '../schema.ts';
import { readerOf } from './formats.ts';
import type { FieldMapping } from './mapping.ts';
import { told } from './records.ts';
import { openSource } from './source.ts';
import { deleteRows } from './sweep.ts';
import { createWriter, type Counts } from './writer.ts';

export interface ImportOptions {
  path: string;
  format: string;
  collection: string;
  /** The first bad record fails the import instead of being passed over. */
  strict: boolean;
  mapping?: readonly FieldMapping[];
  signal?: AbortSignal;
}

export interface ImportStatus extends Counts {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly skipped: number;
  /** Records of people who were forgotten: they are left out. */
  readonly forgotten: number;
  /** The first bad records, at most 100. */
  readonly bad: readonly Init<BadRecord>[];
  readonly done: boolean;
}

const badTold = 100;
const progressMs = 200;

/**
 * Imports a file, telling how far it is; the last status has `done`. Until then nothing of the
 * file is seen by anyone, and when it fails or is broken off nothing is left. Throws
 * MC_DATA_INVALID (with the line), MC_DATA_EMPTY, MC_USAGE, MC_CANCELLED and what the database throws.
 */
export async function* importFile(database: Database, options: ImportOptions): AsyncGenerator<ImportStatus> {
  const read = readerOf(options.format, options.mapping);
  const source = await openSource(options.path);
  const session = await database.session();
  const { db } = session;
  let importId: number | undefined;
  try {
    importId = await begin(db, options);
    const held = await loadTombstones(db);
    const writer = createWriter(db, importId, held);
    const bad: Init<BadRecord>[] = [];
    let skipped = 0;
    let records = 0;
    let toldAt = performance.now();
    const status = (done: boolean): ImportStatus => ({ bytes: source.bytesRead(), totalBytes: source.totalBytes, ...writer.counts, skipped, forgotten: writer.forgotten, bad: [...bad], done });

    for await (const item of read(source)) {
      if (options.signal?.aborted) throw new MinchatError('MC_CANCELLED', 'the import was broken off', { hint: 'Nothing was imported; start it again.' });
      if ('bad' in item) {
        if (options.strict) throw new MinchatError('MC_DATA_INVALID', `line ${item.line}: ${item.bad.message}`);
        skipped += 1;
        if (bad.length < badTold) bad.push(told(item));
        continue;
      }
      let stored = false;
      for (const record of item.records) {
        records += 1;
        stored = (await writer.add(record)) || stored;
      }
      if (stored && performance.now() - toldAt >= progressMs) {
        toldAt = performance.now();
        yield status(false);
      }
    }
    if (records === 0) throw nothingUsable(bad[0]);
    await writer.flush();
    await finish(db, importId, options.collection, writer.counts, skipped, held);
    importId = undefined;
    // It is imported, whatever becomes of this.
    await gatherStatistics(db).catch(() => undefined);
    yield status(true);
  } catch (error) {
    throw toDatabaseError(error);
  } finally {
    // Also when the caller leaves the loop. A database that is gone is swept at the next start.
    if (importId !== undefined) await deleteRows(db, importId, 'broken off').catch(() => undefined);
    session.release();
  }
}

function nothingUsable(first: Init<BadRecord> | undefined): MinchatError {
  return first === undefined
    ? new MinchatError('MC_DATA_EMPTY', 'expected records, found an empty file')
    : new MinchatError('MC_DATA_INVALID', `expected records, found no line that can be used; line ${first.line}: ${first.reason}`, { hint: 'Check the format that was asked for.' });
}

/** Makes the import's row, and holds its lock: who can take it knows that the import was broken off. */
async function begin(db: Db, options: ImportOptions): Promise<number> {
  return db.transaction(async (tx) => {
    const [row] = await tx.insert(imports).values({ target: options.collection, format: options.format }).returning({ id: imports.id });
    if (row === undefined) throw new MinchatError('MC_INTERNAL', 'expected the number of the new import, found none');
    await tx.execute(sql`select pg_advisory_lock(${lockSpace}, ${row.id}::int)`);
    return row.id;
  });
}

/** Makes the import's rows part of the collection, all at once. */
async function finish(db: Db, importId: number, collection: string, counts: Counts, skipped: number, held: Tombstones): Promise<void> {
  await db.transaction(async (tx) => {
    await lockTombstones(tx, 'to read');
    if (!sameTombstones(await loadTombstones(tx), held)) throw new MinchatError('MC_CONFLICT', 'somebody was forgotten while the import ran', { hint: 'Start it again: it leaves out what is theirs.' });
    // Held until the end: a collection that is deleted at that moment is gone before, and made anew, or has this import.
    const [row] = await tx.insert(collections).values({ name: collection }).onConflictDoUpdate({ target: collections.name, set: { name: collection } }).returning({ id: collections.id });
    const updated = await tx
      .update(imports)
      .set({ ...counts, skipped, collectionId: row?.id ?? null, state: 'done', finishedAt: sql`now()` })
      .where(sql`${imports.id} = ${importId} and ${imports.state} = 'running'`)
      .returning({ id: imports.id });
    if (updated.length === 0) throw new MinchatError('MC_CONFLICT', 'the import was taken for broken off by another instance', { hint: 'Start it again.' });
    await tx.execute(sql`insert into users (id) select distinct user_id from prompts where import_id = ${importId} and user_id not like 'thread:%' on conflict do nothing`);
    await tx.execute(sql`
      insert into labelers (id)
      select labeler_id from demonstrations where import_id = ${importId} and labeler_id is not null
      union select labeler_id from comparisons where import_id = ${importId} and labeler_id is not null
      on conflict do nothing`);
  });
  await db.execute(sql`select pg_advisory_unlock(${lockSpace}, ${importId}::int)`);
}
