// Real databases for tests: the embedded one in a temporary folder, and a PostgreSQL cluster of
// its own where the machine has a server installed.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, cp, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort, whenKilled } from '@minchat/bus/testing';
import { createLogger } from '@minchat/telemetry';
import type { Database } from './database.ts';
import { openDatabase } from './open-database.ts';
import { createEmbedded } from './embedded.ts';

const run = promisify(execFile);
export const testLog = createLogger('prompt-store-test', { level: 'silent' });

export interface TestDatabase {
  /** What DATABASE_URL would hold; undefined for the embedded one. */
  readonly url: string | undefined;
  readonly folder: string;
  open(): Promise<Database>;
  remove(): Promise<void>;
}

/** Making a database takes seconds of computing: it is made once and copied. */
async function template(): Promise<string> {
  // Installing another version of PGlite makes another one.
  const { mtimeMs } = await stat(fileURLToPath(import.meta.resolve('@electric-sql/pglite')));
  const folder = join(tmpdir(), `minchat-db-template-${Math.round(mtimeMs)}`);
  const exists = async (): Promise<boolean> => (await stat(join(folder, 'PG_VERSION')).catch(() => undefined)) !== undefined;
  if (!(await exists())) {
    // Another test file may be first; then the move into place fails, and its database is there.
    await createEmbedded(folder).catch(async (error: unknown) => {
      if (!(await exists())) throw error;
    });
  }
  return folder;
}

export async function embeddedDatabase(): Promise<TestDatabase> {
  const parent = await mkdtemp(join(tmpdir(), 'minchat-db-'));
  const folder = join(parent, 'db');
  await cp(await template(), folder, { recursive: true });
  return {
    url: undefined,
    folder,
    open: () => openDatabase({ folder, log: testLog }),
    remove: () => rm(parent, { recursive: true, force: true }),
  };
}

/** Why no PostgreSQL can be started here, or the folder of its programs. */
export async function findPostgres(): Promise<{ bin: string } | { missing: string }> {
  const root = '/usr/lib/postgresql';
  const list = (folder: string): Promise<string[]> => readdir(folder).catch((): string[] => []);
  const versions = (await list(root)).toSorted((a, b) => Number(b) - Number(a));
  for (const version of versions) {
    const bin = join(root, version, 'bin');
    if ((await list(bin)).includes('initdb')) return { bin };
  }
  return { missing: `no PostgreSQL server in ${root} (apt-get install postgresql)` };
}

/**
 * The databases that this machine can test: tests run on each. When PostgreSQL is not among them
 * the reason is printed.
 */
export async function testDatabases(): Promise<{ name: string; start: () => Promise<TestDatabase> }[]> {
  const found = await findPostgres();
  if ('missing' in found) process.stderr.write(`tests on PostgreSQL are left out: ${found.missing}\n`);
  return [{ name: 'embedded', start: embeddedDatabase }, ...('bin' in found ? [{ name: 'PostgreSQL', start: () => postgresDatabase(found.bin) }] : [])];
}

/** Starts a PostgreSQL cluster on a random port. It refuses to run as root: root lets `postgres` run it. */
export async function postgresDatabase(bin: string): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-pg-'));
  const identity: { uid?: number; gid?: number } = process.getuid?.() === 0 ? await identityOf('postgres') : {};
  if (identity.uid !== undefined && identity.gid !== undefined) await chown(folder, identity.uid, identity.gid);
  const data = join(folder, 'data');
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'minchat', '--auth', 'trust', '--no-sync', '--locale', 'C.UTF-8'], { ...identity, cwd: folder });
  const port = await freePort();
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`, '-c', 'fsync=off'], {
    ...identity,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  server.once('exit', whenKilled('kill -9 "$1"; rm -rf "$2"', String(server.pid), folder));
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: server.stderr }).on('line', (line) => {
      if (line.includes('ready to accept connections')) resolve();
    });
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}`)));
  });
  const url = `postgresql://minchat@127.0.0.1:${port}/postgres`;
  return {
    url,
    folder,
    open: () => openDatabase({ url, folder, log: testLog }),
    async remove() {
      server.kill('SIGQUIT');
      if (server.exitCode === null) await once(server, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function identityOf(user: string): Promise<{ uid: number; gid: number }> {
  const number = async (flag: string): Promise<number> => Number((await run('id', [flag, user])).stdout);
  return { uid: await number('-u'), gid: await number('-g') };
}
