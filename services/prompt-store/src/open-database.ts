import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import type { Logger } from '@minchat/telemetry';
import { lockSpace, migrationsFolder, type Database } from './database.ts';
import { toDatabaseError } from './database-errors.ts';
import { openEmbedded } from './embedded.ts';

export interface DatabaseOptions {
  /** A PostgreSQL server; without it the embedded database in `folder` is opened. */
  url?: string | undefined;
  folder: string;
  log: Logger;
}

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
