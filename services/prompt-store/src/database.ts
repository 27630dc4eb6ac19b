import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import pg from 'pg';
import type { Logger } from '@minchat/telemetry';
import { toDatabaseError } from './database-errors.ts';
import { openEmbedded } from './embedded.ts';

/** What queries run on: the same for the embedded database and for a server. */
export type Db = PgDatabase<PgQueryResultHKT>;

/** A connection of its own, on which advisory locks are held. */
export interface Session {
  readonly db: Db;
  release(): void;
}

export interface Database {
  readonly kind: 'embedded' | 'postgresql';
  readonly db: Db;
  /** The embedded database has one connection, which every session shares. */
  session(): Promise<Session>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** A PostgreSQL server; without it the embedded database in `folder` is opened. */
  url?: string | undefined;
  folder: string;
  log: Logger;
}

export const migrationsFolder = fileURLToPath(new URL('../migrations', import.meta.url));

/** "minc"; the first half of every advisory lock's key. */
export const lockSpace = 0x6d696e63;
/** No import has this number. */
const migrationLock = 0;

/**
 * Opens the database and brings its tables up to date. Several instances may start together: they
 * migrate one after another. Throws MC_DATABASE_UNAVAILABLE; MC_CONFLICT when another process has
 * the embedded database open.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  options.log.info('the database is opened, and brought up to date where it is of an older version');
  const database = options.url === undefined ? await openEmbedded(options.folder) : await openServer(options.url, options.log);
  options.log.info({ database: database.kind }, 'database open');
  return database;
}

/**
 * Has the database look at its tables anew, as it must to read them page by page in the order of an index: of what it knows
 * nothing about it sorts the whole of an import for every page. The embedded one never does so by itself, and a server a
 * while after many rows came.
 */
export async function gatherStatistics(db: Db): Promise<void> {
  await db.execute(sql`analyze prompts, demonstrations, comparisons, ranked_answers, texts, snapshot_prompts`);
}

async function openServer(url: string, log: Logger): Promise<Database> {
  const pool = connections(url, log);
  // An import keeps its session for minutes; whatever else is asked for meanwhile must not wait for it.
  const sessions = connections(url, log);
  const close = async (): Promise<void> => {
    await Promise.all([pool.end(), sessions.end()]);
  };
  try {
    const client = await pool.connect();
    try {
      const db = drizzle(client);
      await db.execute(sql`select pg_advisory_lock(${lockSpace}, ${migrationLock})`);
      await migrate(db, { migrationsFolder });
      await db.execute(sql`select pg_advisory_unlock(${lockSpace}, ${migrationLock})`);
    } finally {
      client.release();
    }
  } catch (error) {
    await close();
    throw toDatabaseError(error);
  }
  return {
    kind: 'postgresql',
    db: drizzle(pool),
    async session() {
      const client = await sessions.connect().catch((error: unknown) => {
        throw toDatabaseError(error);
      });
      // Closing the connection is what surely gives its locks back.
      return { db: drizzle(client), release: () => client.release(true) };
    },
    close,
  };
}

function connections(url: string, log: Logger): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 8, connectionTimeoutMillis: 10_000 });
  // A connection that breaks while nobody uses it is replaced at the next query;
  pool.on('error', (error) => log.warn({ err: error }, 'lost an idle connection to the database'));
  // one in use fails its query, or the next. Without a listener the error would end the process.
  pool.on('connect', (client) => client.on('error', (error) => log.warn({ err: error }, 'lost a connection to the database')));
  return pool;
}
