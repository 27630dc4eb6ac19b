import { setImmediate } from 'node:timers/promises';
import { and, eq, sql } from 'drizzle-orm';
import type { Logger } from '@minchat/telemetry';
import { z } from 'zod';
import { lockSpace, type Database, type Db } from '../database.ts';
import { toDatabaseError, withDatabaseErrors } from '../database-errors.ts';
import { imports } from '../schema.ts';

/** Rows deleted at once: others who wait for the database get their turn in between, and what is deleted stays so. */
const rowsAtOnce = 1_000;

/**
 * Removes what a running import stored, which nobody has seen, and notes why. False when it runs no more, or when it is
 * stopped by `signal`: the rest is left to the next sweep. Who calls it holds the import's lock, which is given back.
 */
export async function deleteRows(db: Db, importId: number, reason: string, signal?: AbortSignal): Promise<boolean> {
  const isRunning = and(eq(imports.id, importId), eq(imports.state, 'running'));
  // Between the look at what is running and the lock it may have come to its end.
  const [running] = await db.select({ id: imports.id }).from(imports).where(isRunning);
  if (running !== undefined) {
    for (const table of ['ranked_answers', 'comparisons', 'demonstrations', 'prompts', 'texts'].map((name) => sql.identifier(name))) {
      const some = sql`delete from ${table} where ctid = any (array (select ctid from ${table} where import_id = ${importId} limit ${rowsAtOnce})) returning 1`;
      // The embedded database computes in this thread: whatever else has come in goes first.
      while (signal?.aborted !== true && rowsSchema.parse(await db.execute(some)).rows.length > 0) await setImmediate();
    }
    if (signal?.aborted !== true) await db.update(imports).set({ state: 'failed', error: reason, finishedAt: sql`now()` }).where(isRunning);
  }
  await db.execute(sql`select pg_advisory_unlock(${lockSpace}, ${importId}::int)`);
  return running !== undefined && signal?.aborted !== true;
}

const rowsSchema = z.object({ rows: z.array(z.unknown()) });

const lockSchema = z.object({ rows: z.tuple([z.object({ locked: z.boolean() })]) });

export interface Sweep {
  /** How many imports were removed; resolves, whatever happens, when nothing more is done. */
  readonly done: Promise<number>;
  stop(): Promise<void>;
}

/**
 * Removes what killed processes had imported so far, which may take minutes: it goes on behind what is served. An import
 * whose lock can be taken has nobody who works at it. Call it at start, before any import of this process.
 */
export async function sweepAbandoned(database: Database, log: Logger): Promise<Sweep> {
  const session = await database.session();
  const { db } = session;
  const stopping = new AbortController();
  const abandoned: { id: number; target: string }[] = [];
  try {
    await withDatabaseErrors(async () => {
      const running = await db.select({ id: imports.id, target: imports.target }).from(imports).where(eq(imports.state, 'running'));
      for (const one of running) {
        const result: unknown = await db.execute(sql`select pg_try_advisory_lock(${lockSpace}, ${one.id}::int) as locked`);
        if (lockSchema.parse(result).rows[0].locked) abandoned.push(one);
      }
    });
  } catch (error) {
    session.release();
    throw error;
  }
  const sweep = async (): Promise<number> => {
    let swept = 0;
    try {
      for (const { id, target } of abandoned) {
        if (!(await deleteRows(db, id, 'its process ended', stopping.signal))) continue;
        swept += 1;
        log.warn({ import: id, collection: target }, 'removed an import that was broken off');
      }
    } catch (error) {
      // What is left nobody sees; the next start goes on.
      log.warn({ err: toDatabaseError(error) }, 'could not remove an import that was broken off');
    } finally {
      session.release();
    }
    return swept;
  };
  const done = sweep();
  return {
    done,
    async stop() {
      stopping.abort();
      await done;
    },
  };
}
