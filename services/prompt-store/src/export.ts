import { and, asc, eq, gt } from 'drizzle-orm';
import type { ExportRecordsRequest } from '@minchat/contracts';
import { writeParquet, type Columns, type Row } from '@minchat/datasets/parquet';
import { answered, preferencesOf, turnColumns } from '@minchat/datasets/trl';
import { checkUndeleted, importsOf } from './collections.ts';
import { gatherStatistics, type Db } from './database.ts';
import { isNamed } from './digest.ts';
import { behindPrompt, byPages, mergeById, promptKey, type HasId } from './pages.ts';
import { comparisons, demonstrations, itsPrompt, prompts, texts, type rankedAnswers } from './schema.ts';
import { fullAnswersOf } from './snapshot.ts';

/** Large enough to be fast, and well within a message. */
const chunkBytes = 256 * 1024;

/**
 * All records of one type of a collection, in the format `jsonl` or `parquet`: imported again they give the same records,
 * `preferences` comparisons of two. Every record has the same fields and is in TRL's conventions, so that its trainers take
 * them as they are. Memory stays flat whatever there is. Throws MC_NOT_FOUND.
 */
export async function* exportRecords(db: Db, { collection, type, format }: Pick<ExportRecordsRequest, 'collection' | 'type'> & Partial<ExportRecordsRequest>): AsyncGenerator<{ lines: Uint8Array }> {
  const kind = type as keyof typeof readers;
  const rows = rowsOf(db, collection, readers[kind]);
  for await (const lines of inChunks(format === 'parquet' ? writeParquet(rows, columns[kind]) : asLines(rows))) yield { lines };
}

async function* rowsOf(db: Db, collection: string, read: (db: Db, importId: number) => Page): AsyncGenerator<Row> {
  await gatherStatistics(db);
  const importIds = await importsOf(db, collection);
  for await (const { rows } of mergeById(importIds.map((importId) => byPages(read(db, importId), 200)))) yield* rows;
  await checkUndeleted(db, collection, importIds);
}

async function* asLines(rows: AsyncIterable<Row>): AsyncGenerator<Uint8Array> {
  for await (const row of rows) yield Buffer.from(`${JSON.stringify(row)}\n`);
}

async function* inChunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of source) {
    pending.push(bytes);
    size += bytes.length;
    if (size < chunkBytes) continue;
    // A single record may be larger than a message.
    const all = Buffer.concat(pending);
    for (let from = 0; from < all.length; from += chunkBytes) yield all.subarray(from, from + chunkBytes);
    pending = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(pending);
}

interface Exported extends HasId {
  readonly rows: readonly Row[];
}
type Page = (after: string, limit: number) => Promise<Exported[]>;

const ofPrompt = (row: typeof prompts.$inferSelect) => ({
  prompt: row.messages.map(({ role, content }) => ({ role, content })),
  // Nobody is an empty text: a field that only some lines have, or that is null in the first ones, makes readers of tables give up at the others.
  user_id: isNamed(row.userId) ? row.userId : '',
  use_case: row.useCase ?? '',
  reference: row.reference ?? '',
});
const readers = {
  prompts: (db: Db, importId: number): Page => async (after, limit) => {
    // Each person's, though it be the same.
    const rows = await db.select().from(prompts).where(and(eq(prompts.importId, importId), behindPrompt(after))).orderBy(asc(prompts.id), asc(prompts.userId)).limit(limit);
    return rows.map((row) => ({ id: promptKey(row), rows: [ofPrompt(row)] }));
  },
  demonstrations: (db: Db, importId: number): Page => async (after, limit) => {
    const rows = await db.select().from(demonstrations)
      .innerJoin(prompts, itsPrompt(demonstrations))
      .where(and(eq(demonstrations.importId, importId), gt(demonstrations.id, after))).orderBy(asc(demonstrations.id)).limit(limit);
    return rows.map(({ demonstrations: row, prompts: prompt }) => ({ id: row.id, rows: [{ ...ofPrompt(prompt), completion: answered(row.completion), labeler: row.labelerId ?? '', note: row.note ?? '' }] }));
  },
  comparisons: (db: Db, importId: number): Page => async (after, limit) =>
    (await compared(db, importId, after, limit)).map(({ id, about, note, answers }) => ({ id, rows: [{ ...about, note, answers: answers.map(answerLine) }] })),
  preferences: (db: Db, importId: number): Page => async (after, limit) =>
    (await compared(db, importId, after, limit)).map(({ id, about, answers }) => ({
      id,
      rows: preferencesOf(answers).map((pair) => ({ ...about, ...pair })),
    })),
  texts: (db: Db, importId: number): Page => async (after, limit) => {
    const rows = await db.select().from(texts).where(and(eq(texts.importId, importId), gt(texts.id, after))).orderBy(asc(texts.id)).limit(limit);
    return rows.map((row) => ({ id: row.id, rows: [{ text: row.text }] }));
  },
};

const columnsOfPrompt = { prompt: turnColumns, user_id: 'text', use_case: 'text', reference: 'text' } as const;
const columns: Readonly<Record<keyof typeof readers, Columns>> = {
  prompts: columnsOfPrompt,
  demonstrations: { ...columnsOfPrompt, completion: turnColumns, labeler: 'text', note: 'text' },
  comparisons: { ...columnsOfPrompt, labeler: 'text', note: 'text', answers: [{ text: 'text', rank: 'integer', finished: 'boolean', rating: 'integer', flags: ['text'], model: 'text' }] },
  preferences: { ...columnsOfPrompt, labeler: 'text', chosen: turnColumns, rejected: turnColumns },
  texts: { text: 'text' },
};

/** A page of comparisons, each with its answers and who says so about which prompt. */
async function compared(db: Db, importId: number, after: string, limit: number) {
  const rows = await db.select().from(comparisons)
    .innerJoin(prompts, itsPrompt(comparisons))
    .where(and(eq(comparisons.importId, importId), gt(comparisons.id, after))).orderBy(asc(comparisons.id)).limit(limit);
  const answers = await fullAnswersOf(db, importId, rows.map(({ comparisons: row }) => row.id));
  return rows.map(({ comparisons: row, prompts: prompt }) => ({ id: row.id, about: { ...ofPrompt(prompt), labeler: row.labelerId ?? '' }, note: row.note ?? '', answers: answers.get(row.id) ?? [] }));
}

function answerLine({ text, rank, finished, rating, flags, model }: typeof rankedAnswers.$inferSelect) {
  return { text, rank, ...(finished ? {} : { finished }), ...(rating === null ? {} : { rating }), ...(flags.length === 0 ? {} : { flags }), ...(model === null ? {} : { model }) };
}
