// What the tests of the store stand on: a database, and a folder for the files that are imported into it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SQL } from 'drizzle-orm';
import { afterAll, beforeAll } from 'vitest';
import type { Database } from './database.ts';
import { importFile, type ImportStatus } from './imports/run-import.ts';
import type { TestDatabase } from './testing.ts';

/** A store for the tests of one `describe`, which goes away with them. */
export function testStore(start: () => Promise<TestDatabase>) {
  let place: TestDatabase;
  let database: Database;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'minchat-store-'));
    place = await start();
    database = await place.open();
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await place.remove();
    await rm(folder, { recursive: true, force: true });
  });

  return {
    /** Where the database is. */
    get place() { return place; },
    get database() { return database; },
    get folder() { return folder; },
    /** Opens the database again, which was closed. */
    open: async (): Promise<void> => {
      database = await place.open();
    },
    /** Imports records, or JSON lines as they are, all of them good. */
    load: async (collection: string, records: readonly unknown[] | string): Promise<ImportStatus | undefined> => {
      const path = join(folder, 'records.jsonl');
      await writeFile(path, typeof records === 'string' ? records : records.map((record) => JSON.stringify(record)).join('\n'));
      return (await Array.fromAsync(importFile(database, { path, format: 'jsonl', collection, strict: true }))).at(-1);
    },
    rows: async <T = Record<string, unknown>>(query: SQL): Promise<T[]> => ((await database.db.execute(query)) as unknown as { rows: T[] }).rows,
  };
}
