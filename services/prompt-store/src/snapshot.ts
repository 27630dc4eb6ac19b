import { and, asc, eq, gt, gte, inArray, isNull, ne, sql } from 'drizzle-orm';
import { MinchatError } from '@minchat/errors';
import type { ComparisonRecord, DemonstrationRecord, PromptRecord, Split } from '@minchat/datasets';
import { importsOfAll } from './collections.ts';
import { gatherStatistics, type Db } from './database.ts';
import { isNamed } from './digest.ts';
import { byOthers } from './labeling/excluded.ts';
import { behindPrompt, byPages, mergeById, promptKey } from './pages.ts';
import { createRules, type RuleSettings } from './rules/curate.ts';
import { authorOf } from './rules/normalise.ts';
import { splitOfUser, type SplitFractions } from './rules/split.ts';
import { comparisons, demonstrations, itsPrompt, prompts, rankedAnswers, snapshotPrompts, snapshots, texts } from './schema.ts';

// A snapshot is what the rules made of collections for one job: a decision for each prompt. The
// records of its datasets are read through it, in the order of their ids, without times or
// numbers of rows, so that the same imports and settings give the same bytes.

export interface SnapshotOptions {
  readonly jobId: string;
  /** Empty when the rules are only looked at. */
  readonly runId: string;
  /** Taken as if they were one. */
  readonly collections: readonly string[];
  readonly seed: number;
  readonly rules: RuleSettings;
  readonly splitFractions: SplitFractions;
  /** The ids of labelers whose demonstrations and comparisons are left out. */
  readonly excluded?: readonly string[];
  readonly signal?: AbortSignal;
  /** Called now and then with the number of prompts decided. */
  onProgress?(decided: number): void;
}

export interface Snapshot {
  readonly id: number;
  readonly imports: readonly number[];
  /** Prompts kept by split, and dropped by the code of the reason. */
  readonly kept: Readonly<Record<Split, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  readonly excluded: readonly string[];
}

const batchSize = 1_000;

/** Decides about every prompt of the collections. Throws MC_NOT_FOUND. */
export async function takeSnapshot(db: Db, options: SnapshotOptions): Promise<Snapshot> {
  const importIds = await importsOfAll(db, options.collections);
  const { excluded = [] } = options;
  const settings = { seed: options.seed, ...options.rules, splitFractions: options.splitFractions, ...(excluded.length > 0 && { excluded }) };
  // A job that was broken off is done again from the start.
  await db.delete(snapshots).where(eq(snapshots.jobId, options.jobId));
  const [row] = await db
    .insert(snapshots)
    .values({ jobId: options.jobId, runId: options.runId, collection: options.collections.join(' + '), imports: importIds, settings })
    .returning({ id: snapshots.id });
  if (row === undefined) throw new MinchatError('MC_INTERNAL', 'expected the number of the new snapshot, found none');

  await gatherStatistics(db);
  const rule = createRules(options.rules);
  const kept: Record<Split, number> = { train: 0, validation: 0, test: 0 };
  const dropped: Record<string, number> = {};
  let batch: { prompt_id: string; split: Split; dropped_reason: string | null }[] = [];
  let decided = 0;
  const flush = async (): Promise<void> => {
    options.signal?.throwIfAborted();
    await db.execute(sql`
      insert into snapshot_prompts (snapshot_id, prompt_id, split, dropped_reason)
      select ${row.id}::bigint, t.* from json_to_recordset(${JSON.stringify(batch)}::json) as t(prompt_id text, split text, dropped_reason text)`);
    decided += batch.length;
    batch = [];
    options.onProgress?.(decided);
  };

  // Who is named as the author of a prompt is, though somebody imported it without.
  for await (const prompt of mergeById(importIds.map((id) => allPrompts(db, id)), ({ userId }) => isNamed(userId))) {
    const userId = authorOf(prompt);
    const split = splitOfUser(userId, options.seed, options.splitFractions);
    const reason = await rule({ ...prompt, userId }, split);
    if (reason === undefined) kept[split] += 1;
    else dropped[reason.split(':')[0] ?? reason] = (dropped[reason.split(':')[0] ?? reason] ?? 0) + 1;
    batch.push({ prompt_id: prompt.id, split, dropped_reason: reason ?? null });
    if (batch.length >= batchSize) await flush();
  }
  await flush();
  await gatherStatistics(db);
  const counts = Object.fromEntries([...Object.entries(kept), ...Object.entries(dropped).map(([reason, count]) => [`dropped: ${reason}`, count])]) as Record<string, number>;
  await db.update(snapshots).set({ counts }).where(eq(snapshots.id, row.id));
  return { id: row.id, imports: importIds, kept, dropped, excluded };
}

/** The runs that were given data of any of these imports, in the order of their ids. */
export async function runsGiven(db: Db, importIds: readonly number[]): Promise<string[]> {
  const any = sql`${snapshots.imports} @> any (${sql.param(importIds.map((id) => JSON.stringify([id])))}::jsonb[])`;
  return (await db.selectDistinct({ runId: snapshots.runId }).from(snapshots).where(and(any, ne(snapshots.runId, ''))).orderBy(snapshots.runId)).map(({ runId }) => runId);
}

function allPrompts(db: Db, importId: number) {
  return oneOfEach((after, limit) =>
    db
      .select({ id: prompts.id, userId: prompts.userId, messages: prompts.messages })
      .from(prompts)
      .where(and(eq(prompts.importId, importId), behindPrompt(after)))
      .orderBy(asc(prompts.id), asc(prompts.userId))
      .limit(limit),
  );
}

/** Reads prompts by pages. Of the same one by several people one counts, and one without an author only where nobody is named. */
async function* oneOfEach<T extends { id: string; userId: string }>(fetch: (after: string, limit: number) => Promise<T[]>): AsyncGenerator<T> {
  let best: T | undefined;
  for await (const { row } of byPages(async (after, limit) => (await fetch(after, limit)).map((row) => ({ id: promptKey(row), row })))) {
    if (best !== undefined && best.id !== row.id) {
      yield best;
      best = undefined;
    }
    if (best === undefined || (!isNamed(best.userId) && isNamed(row.userId))) best = row;
  }
  if (best !== undefined) yield best;
}

/** Joins a prompt that the snapshot keeps in a split. */
function keptIn(snapshot: Snapshot, split: Split) {
  return and(
    eq(snapshotPrompts.snapshotId, snapshot.id),
    eq(snapshotPrompts.promptId, prompts.id),
    eq(snapshotPrompts.split, split),
    isNull(snapshotPrompts.droppedReason),
  );
}

const promptColumns = { messages: prompts.messages, useCase: prompts.useCase, reference: prompts.reference };

function promptRecord(row: { id: string; messages: PromptRecord['messages']; useCase: string | null; reference: string | null }): PromptRecord {
  return {
    id: row.id,
    // Key by key: the database keeps the keys of JSON in an order of its own.
    messages: row.messages.map(({ role, content }) => ({ role, content })),
    ...(row.useCase === null ? {} : { useCase: row.useCase }),
    ...(row.reference === null ? {} : { reference: row.reference }),
  };
}

export async function* snapshotPromptRecords(db: Db, snapshot: Snapshot, split: Split): AsyncGenerator<PromptRecord> {
  const sources = snapshot.imports.map((importId) =>
    oneOfEach((after, limit) =>
      db
        .select({ id: prompts.id, userId: prompts.userId, ...promptColumns })
        .from(prompts)
        .innerJoin(snapshotPrompts, keptIn(snapshot, split))
        // Told of both sides, or the decisions would be gone through from the first for every page.
        .where(and(eq(prompts.importId, importId), behindPrompt(after), gte(snapshotPrompts.promptId, after.split('\0')[0] ?? '')))
        .orderBy(asc(prompts.id), asc(prompts.userId))
        .limit(limit),
    ),
  );
  // What came again with its right answer is taken with it.
  for await (const row of mergeById(sources, ({ reference }) => reference !== null)) yield promptRecord(row);
}

export async function* snapshotDemonstrations(db: Db, snapshot: Snapshot, split: Split): AsyncGenerator<DemonstrationRecord> {
  const sources = snapshot.imports.map((importId) =>
    byPages((after, limit) =>
      db
        .select({ id: demonstrations.id, completion: demonstrations.completion, ...promptColumns })
        .from(demonstrations)
        .innerJoin(prompts, itsPrompt(demonstrations))
        .innerJoin(snapshotPrompts, keptIn(snapshot, split))
        .where(and(eq(demonstrations.importId, importId), gt(demonstrations.id, after), byOthers(demonstrations, snapshot.excluded)))
        .orderBy(asc(demonstrations.id))
        .limit(limit),
    ),
  );
  for await (const row of mergeById(sources)) yield { ...promptRecord(row), completion: row.completion };
}

export async function* snapshotComparisons(db: Db, snapshot: Snapshot, split: Split): AsyncGenerator<ComparisonRecord> {
  const sources = snapshot.imports.map((importId) =>
    byPages(async (after, limit) => {
      const rows = await db
        .select({ id: comparisons.id, labeler: comparisons.labelerId, ...promptColumns })
        .from(comparisons)
        .innerJoin(prompts, itsPrompt(comparisons))
        .innerJoin(snapshotPrompts, keptIn(snapshot, split))
        .where(and(eq(comparisons.importId, importId), gt(comparisons.id, after), byOthers(comparisons, snapshot.excluded)))
        .orderBy(asc(comparisons.id))
        .limit(limit);
      const answers = await answersOf(db, importId, rows.map((row) => row.id));
      return rows.map((row) => ({ ...row, answers: answers.get(row.id) ?? [] }));
    }),
  );
  for await (const row of mergeById(sources)) {
    // A rated answer alone: nothing to learn a preference from.
    if (row.answers.length < 2) continue;
    yield { ...promptRecord(row), ...(row.labeler === null ? {} : { labeler: row.labeler }), answers: row.answers };
  }
}

/** The answers of comparisons, each comparison's in the order in which they were shown. */
export async function answersOf(db: Db, importId: number, ids: readonly string[]): Promise<Map<string, ComparisonRecord['answers']>> {
  const full = await fullAnswersOf(db, importId, ids);
  return new Map(Array.from(full, ([id, rows]) => [id, rows.map(({ text, finished, rank, rating }) => ({ text, finished, rank, ...(rating === null ? {} : { rating }) }))]));
}

/** The same, with all that is stored of an answer. */
export async function fullAnswersOf(db: Db, importId: number, ids: readonly string[]): Promise<Map<string, (typeof rankedAnswers.$inferSelect)[]>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select()
    .from(rankedAnswers)
    .where(and(eq(rankedAnswers.importId, importId), inArray(rankedAnswers.comparisonId, [...ids])))
    .orderBy(asc(rankedAnswers.comparisonId), asc(rankedAnswers.position));
  return Map.groupBy(rows, (row) => row.comparisonId);
}

/** Raw texts by split: each text counts as an author of its own, and none goes to test. */
export async function* snapshotTexts(db: Db, snapshot: Snapshot, split: Split, seed: number, validation: number): AsyncGenerator<{ text: string }> {
  const sources = snapshot.imports.map((importId) =>
    byPages(
      (after, limit) =>
        db
          .select({ id: texts.id, text: texts.text })
          .from(texts)
          .where(and(eq(texts.importId, importId), gt(texts.id, after)))
          .orderBy(asc(texts.id))
          .limit(limit),
      100,
    ),
  );
  for await (const row of mergeById(sources)) {
    if (splitOfUser(`text:${row.id}`, seed, { validation, test: 0 }) === split) yield { text: row.text };
  }
}
