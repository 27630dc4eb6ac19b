import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

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

export const migrationsFolder = fileURLToPath(new URL('../migrations', import.meta.url));

/** "minc"; the first half of every advisory lock's key. */
export const lockSpace = 0x6d696e63;

/**
 * Has the database look at its tables anew, as it must to read them page by page in the order of an index: of what it knows
 * nothing about it sorts the whole of an import for every page. The embedded one never does so by itself, and a server a
 * while after many rows came.
 */
export async function gatherStatistics(db: Db): Promise<void> {
  await db.execute(sql`analyze prompts, demonstrations, comparisons, ranked_answers, texts, snapshot_prompts`);
}
