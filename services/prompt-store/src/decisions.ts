import { randomUUID } from 'node:crypto';
import { and, count, desc, eq, isNotNull, lt, or, sql } from 'drizzle-orm';
import type { ApplyRulesReply, Init } from '@minchat/contracts';
import type { Db } from './database.ts';
import { withDatabaseErrors } from './database-errors.ts';
import { snapshotPrompts, snapshots } from './schema.ts';
import { takeSnapshot } from './snapshot.ts';
import { dataSettings } from './stages/data-settings.ts';

// What the paper's rules made of a collection: of the latest snapshot of it, whoever asked for it.

/** The number of the latest snapshot of a collection that is complete, if there is one. */
export async function latestSnapshot(db: Db, collection: string): Promise<number | undefined> {
  const [row] = await latest(db, collection);
  return row?.id;
}

function latest(db: Db, collection: string) {
  // One of a collection of this name that was deleted says nothing of what is there now.
  const isThere = sql`not exists (select 1 from imports where imports.collection_id is null and ${snapshots.imports} @> to_jsonb(imports.id))`;
  return db.select({ id: snapshots.id }).from(snapshots).where(and(eq(snapshots.collection, collection), isNotNull(snapshots.counts), isThere)).orderBy(desc(snapshots.id)).limit(1);
}

/** How many prompts went to each split, and how many were dropped by the code of the reason. */
export function decisionsOf(db: Db, collection: string): Promise<Init<ApplyRulesReply>> {
  return withDatabaseErrors(async () => {
    // In one statement: a snapshot that somebody else has just taken may take the place of the latest at any moment.
    const rows = await db
      .select({ split: snapshotPrompts.split, reason: snapshotPrompts.droppedReason, prompts: count() })
      .from(snapshotPrompts).where(eq(snapshotPrompts.snapshotId, sql`(${latest(db, collection)})`)).groupBy(snapshotPrompts.split, snapshotPrompts.droppedReason);
    if (rows.length === 0) return {};
    const totals = new Map<string, number>();
    for (const { split, reason, prompts } of rows) {
      const decision = reason?.split(':')[0] ?? split;
      totals.set(decision, (totals.get(decision) ?? 0) + prompts);
    }
    return { decisions: Array.from(totals, ([decision, prompts]) => ({ decision, prompts })).toSorted((a, b) => b.prompts - a.prompts) };
  });
}

/** Applies the rules as a data stage with its default settings and the seed 1 would. Throws MC_NOT_FOUND. */
export function applyRules(db: Db, collection: string): Promise<Init<ApplyRulesReply>> {
  return withDatabaseErrors(async () => {
    const settings = dataSettings.parse({ source: 'collection', collection });
    if (settings.source !== 'collection') throw new Error('expected the settings of a collection');
    // A job of its own: several people may ask at once.
    const { id } = await takeSnapshot(db, { jobId: `rules:${collection}:${randomUUID()}`, runId: '', collections: [collection], seed: 1, rules: settings, splitFractions: settings.splitFractions });
    const over = or(isNotNull(snapshots.counts), lt(snapshots.createdAt, sql`now() - interval '1 day'`));
    await db.delete(snapshots).where(and(eq(snapshots.collection, collection), eq(snapshots.runId, ''), lt(snapshots.id, id), over));
    return decisionsOf(db, collection);
  });
}
