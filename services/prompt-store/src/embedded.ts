import { execFile } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { migrationsFolder, type Database } from './database.ts';
import { toDatabaseError } from './database-errors.ts';
import { lockFolder } from './folder-lock.ts';

/** PGlite's own 128 MB of buffers cost 200 MB of memory more and bring no speed here. */
const serverSettings = ['-c', 'shared_buffers=16MB', '-c', 'max_wal_size=256MB'];

/** Opens PostgreSQL in this process (PGlite), in a folder that only one process may have open. */
export async function openEmbedded(folder: string): Promise<Database> {
  const path = resolve(folder);
  await mkdir(dirname(path), { recursive: true });
  const unlock = await lockFolder(path);
  try {
    if (!(await stat(join(path, 'PG_VERSION')).catch(() => undefined))) await createEmbedded(path);
    // V8's optimising compiler takes half a gigabyte for single functions of PostgreSQL, and imports
    // are no faster for it: its first compiler does. This service runs no other WebAssembly.
    for (const flag of ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);
    const client = await PGlite.create(path, { startParams: [...PGlite.defaultStartParams, ...serverSettings] });
    const db = drizzle(client);
    await migrate(db, { migrationsFolder });
    return {
      kind: 'embedded',
      db,
      session: () => Promise.resolve({ db, release: () => undefined }),
      async close() {
        await client.close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw toDatabaseError(error);
  }
}

/**
 * Makes a new database in a process of its own: initdb takes 300 MB of memory that WebAssembly
 * never gives back. It is made beside its place and moved there, so that a broken off one is not
 * taken for a database.
 */
export async function createEmbedded(path: string): Promise<void> {
  const script = fileURLToPath(new URL('create-embedded.ts', import.meta.url));
  await promisify(execFile)(process.execPath, [script, path]);
}
