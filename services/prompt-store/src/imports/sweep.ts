import { eq, sql } from 'drizzle-orm';
import type { Logger } from '@minchat/telemetry';
import { z } from 'zod';
import { lockSpace, type Database, type Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import { imports } from '../schema.ts';

/** Removes what an import stored, which nobody has seen, and notes why. */
export async function deleteRows(db: Db, importId: number, reason: string): Promise<void> {
  await db.transaction(async (tx) => {
    for (const table of ['ranked_answers', 'comparisons', 'demonstrations', 'prompts', 'texts']) {
      await tx.execute(sql`delete from ${sql.identifier(table)} where import_id = ${importId}`);
    }
    await tx.update(imports).set({ state: 'failed', error: reason, finishedAt: sql`now()` }).where(eq(imports.id, importId));
  });
  await db.execute(sql`select pg_advisory_unlock(${lockSpace}, ${importId}::int)`);
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
        await deleteRows(session.db, id, 'its process ended');
        swept += 1;
        log.warn({ import: id, collection: target }, 'removed an import that was broken off');
      }
      return swept;
    } finally {
      session.release();
    }
  });
}
