import { and, eq, sql } from 'drizzle-orm';
import type { Logger } from '@minchat/telemetry';
import { z } from 'zod';
import { lockSpace, type Database, type Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import { imports } from '../schema.ts';

/** Removes what a running import stored, which nobody has seen, and notes why. False when it runs no more. */
export async function deleteRows(db: Db, importId: number, reason: string): Promise<boolean> {
  const deleted = await db.transaction(async (tx) => {
    // Between the look at what is running and the lock it may have come to its end.
    const [running] = await tx.select({ id: imports.id }).from(imports).where(and(eq(imports.id, importId), eq(imports.state, 'running'))).for('update');
    if (running === undefined) return false;
    for (const table of ['ranked_answers', 'comparisons', 'demonstrations', 'prompts', 'texts']) {
      await tx.execute(sql`delete from ${sql.identifier(table)} where import_id = ${importId}`);
    }
    await tx.update(imports).set({ state: 'failed', error: reason, finishedAt: sql`now()` }).where(eq(imports.id, importId));
    return true;
  });
  await db.execute(sql`select pg_advisory_unlock(${lockSpace}, ${importId}::int)`);
  return deleted;
}

const lockSchema = z.object({ rows: z.tuple([z.object({ locked: z.boolean() })]) });

/**
 * Removes what killed processes had imported so far. An import whose lock can be taken has nobody
 * who works at it. Call it at start, before any import of this process.
 */
export function sweepAbandoned(database: Database, log: Logger): Promise<number> {
  return withDatabaseErrors(async () => {
    const session = await database.session();
    try {
      let swept = 0;
      const running = await session.db.select({ id: imports.id, target: imports.target }).from(imports).where(eq(imports.state, 'running'));
      for (const { id, target } of running) {
        const result: unknown = await session.db.execute(sql`select pg_try_advisory_lock(${lockSpace}, ${id}::int) as locked`);
        if (!lockSchema.parse(result).rows[0].locked) continue;
        if (!(await deleteRows(session.db, id, 'its process ended'))) continue;
        swept += 1;
        log.warn({ import: id, collection: target }, 'removed an import that was broken off');
      }
      return swept;
    } finally {
      session.release();
    }
  });
}
