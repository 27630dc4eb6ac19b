import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { MinchatError } from '@minchat/errors';
import { migrationsFolder, type Database } from './database.ts';
import { toDatabaseError } from './database-errors.ts';

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

/** The folders that this process has open. */
const openHere = new Set<string>();

/** Writes this process's number beside the folder. Throws MC_CONFLICT when another process has it. */
async function lockFolder(path: string): Promise<() => Promise<void>> {
  const lock = `${path}.lock`;
  const mine = `${process.pid} ${hostname()}`;
  for (let tries = 1; ; tries += 1) {
    try {
      await writeFile(lock, mine, { flag: 'wx' });
      openHere.add(path);
      return async () => {
        openHere.delete(path);
        await rm(lock, { force: true });
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const found = await readFile(lock, 'utf8').catch(() => '');
    // It is being written, or was when its process died.
    if (found === '' && tries < 20) {
      await sleep(50);
      continue;
    }
    const [pid = '', host = ''] = found.split(' ');
    // In a container that was started again, the dead process had this one's number.
    const held = Number(pid) === process.pid ? openHere.has(path) : isAlive(Number(pid));
    if (host !== '' && (host !== hostname() || held)) {
      throw new MinchatError('MC_CONFLICT', `${path}: expected a database nobody has open, found process ${pid} on ${host} using it`, {
        hint: `Stop that process, or set DATABASE_URL to a PostgreSQL server for several instances. If there is no such process, delete ${lock}.`,
      });
    }
    // Others may find the same dead lock: it is taken away by one, and what was taken is looked at.
    const taken = `${lock}.${process.pid}`;
    await rename(lock, taken).catch(() => undefined);
    const instead = await readFile(taken, 'utf8').catch(() => found);
    if (instead !== found) await writeFile(lock, instead, { flag: 'wx' });
    await rm(taken, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
