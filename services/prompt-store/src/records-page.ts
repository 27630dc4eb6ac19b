import { and, asc, eq, exists, inArray, or, sql, type SQL } from 'drizzle-orm';
import type { Init, ListRecordsReply, ListRecordsRequest, RankedAnswer, StoredRecord } from '@minchat/contracts';
import { importsOf } from './collections.ts';
import type { Db } from './database.ts';
import { withDatabaseErrors } from './database-errors.ts';
import { latestSnapshot } from './decisions.ts';
import { isNamed } from './digest.ts';
import { comparisons, demonstrations, itsPrompt, prompts, rankedAnswers, snapshotPrompts, texts } from './schema.ts';

const longestPage = 100;
/** Texts are shown up to here, so that a page is a message that the bus takes. */
const shownCharacters = 4_000;
const recordCharacters = 60_000;
const pageCharacters = 300_000;

/** `key` tells a record of an import from its others. */
type Row = { importId: number; key: string; record: Init<StoredRecord> };

/** One page of a collection's records, in the order of imports and ids. Throws MC_NOT_FOUND. */
export function listRecords(db: Db, request: ListRecordsRequest): Promise<Init<ListRecordsReply>> {
  return withDatabaseErrors(async () => {
    const importIds = await importsOf(db, request.collection);
    const limit = Math.min(request.limit || 50, longestPage);
    // One more than asked for tells whether anything follows.
    const query = { importIds, search: request.search, after: request.after, labeler: request.labeler, decision: request.decision, snapshot: await latestSnapshot(db, request.collection), limit: limit + 1 };
    const rows = (await readers[request.type as keyof typeof readers](db, query)).map((row) => ({ ...row, record: shown(row.record) }));
    let characters = 0;
    const fitting = rows.slice(0, limit).filter((row, i) => {
      characters += JSON.stringify(row.record).length;
      return i === 0 || characters < pageCharacters;
    });
    const last = fitting.at(-1);
    return { records: fitting.map((row) => row.record), next: last === undefined || fitting.length === rows.length ? '' : `${last.importId}:${last.key}` };
  });
}

interface Query {
  readonly importIds: number[];
  readonly search: string;
  readonly after: string;
  readonly labeler: string;
  readonly decision: string;
  /** Whose decisions are told. */
  readonly snapshot: number | undefined;
  readonly limit: number;
}
type Reader = (db: Db, query: Query) => Promise<Row[]>;

const readers = {
  async prompts(db, { importIds, search, after, limit, snapshot, decision }) {
    const rows = await db.select().from(prompts)
      .leftJoin(snapshotPrompts, decided(snapshot))
      .where(and(inArray(prompts.importId, importIds), decidedAs(decision), behindPrompt(after), contains(search, said)))
      .orderBy(asc(prompts.importId), asc(prompts.id), asc(prompts.userId)).limit(limit);
    return rows.map(({ prompts: row, snapshot_prompts: about }) => ({ importId: row.importId, key: `${row.id}\n${row.userId}`, record: { id: row.id, ...promptOf(row, about) } }));
  },
  async demonstrations(db, { importIds, search, after, limit, snapshot, decision, labeler }) {
    const rows = await db.select().from(demonstrations)
      .innerJoin(prompts, itsPrompt(demonstrations))
      .leftJoin(snapshotPrompts, decided(snapshot))
      .where(and(inArray(demonstrations.importId, importIds), decidedAs(decision), labeler === '' ? undefined : eq(demonstrations.labelerId, labeler), behind(demonstrations, after), contains(search, said, sql`${demonstrations.completion}`)))
      .orderBy(asc(demonstrations.importId), asc(demonstrations.id)).limit(limit);
    return rows.map(({ demonstrations: row, prompts: prompt, snapshot_prompts: about }) => ({
      importId: row.importId,
      key: row.id,
      record: { id: row.id, labeler: row.labelerId ?? '', completion: row.completion, ...promptOf(prompt, about) },
    }));
  },
  async comparisons(db, { importIds, search, after, limit, snapshot, decision, labeler }) {
    const fits = db.select({ one: sql`1` }).from(rankedAnswers)
      .where(and(eq(rankedAnswers.importId, comparisons.importId), eq(rankedAnswers.comparisonId, comparisons.id), contains(search, sql`${rankedAnswers.text}`)));
    const rows = await db.select().from(comparisons)
      .innerJoin(prompts, itsPrompt(comparisons))
      .leftJoin(snapshotPrompts, decided(snapshot))
      .where(and(inArray(comparisons.importId, importIds), decidedAs(decision), labeler === '' ? undefined : eq(comparisons.labelerId, labeler), behind(comparisons, after), search === '' ? undefined : or(contains(search, said), exists(fits))))
      .orderBy(asc(comparisons.importId), asc(comparisons.id)).limit(limit);
    const answers = await answersOf(db, rows.map((row) => row.comparisons));
    return rows.map(({ comparisons: row, prompts: prompt, snapshot_prompts: about }) => ({
      importId: row.importId,
      key: row.id,
      record: { id: row.id, labeler: row.labelerId ?? '', answers: answers.get(`${row.importId}:${row.id}`) ?? [], ...promptOf(prompt, about) },
    }));
  },
  async texts(db, { importIds, search, after, limit }) {
    const rows = await db.select().from(texts)
      .where(and(inArray(texts.importId, importIds), behind(texts, after), contains(search, sql`${texts.text}`)))
      .orderBy(asc(texts.importId), asc(texts.id)).limit(limit);
    return rows.map((row) => ({ importId: row.importId, key: row.id, record: { id: row.id, text: row.text } }));
  },
} satisfies Record<string, Reader>;

function behind(table: typeof demonstrations | typeof comparisons | typeof texts, after: string): SQL | undefined {
  const [, importId, id] = /^(\d{1,15}):([^]*)$/.exec(after) ?? [];
  return importId === undefined ? undefined : sql`(${table.importId}, ${table.id}) > (${Number(importId)}, ${id})`;
}

/** Of prompts with one id each is a user's. */
function behindPrompt(after: string): SQL | undefined {
  const [, importId, id, user] = /^(\d{1,15}):(.*)\n([^]*)$/.exec(after) ?? [];
  return importId === undefined ? undefined : sql`(${prompts.importId}, ${prompts.id}, ${prompts.userId}) > (${Number(importId)}, ${id}, ${user})`;
}

/** What is said in a prompt, without the names and escapes of JSON. */
const said = sql`(select string_agg(message ->> 'content', E'\n') from jsonb_array_elements(${prompts.messages}) message)`;

function contains(search: string, ...columns: SQL[]): SQL | undefined {
  if (search === '') return undefined;
  const pattern = `%${search.slice(0, 200).replaceAll('\0', '').replace(/[\\%_]/g, '\\$&')}%`;
  return or(...columns.map((column) => sql`${column} ilike ${pattern}`));
}

async function answersOf(db: Db, rows: readonly { importId: number; id: string }[]): Promise<Map<string, Init<RankedAnswer>[]>> {
  const found = new Map<string, Init<RankedAnswer>[]>();
  if (rows.length === 0) return found;
  const list = await db.select().from(rankedAnswers)
    .where(and(inArray(rankedAnswers.importId, rows.map((row) => row.importId)), inArray(rankedAnswers.comparisonId, rows.map((row) => row.id))))
    .orderBy(asc(rankedAnswers.rank), asc(rankedAnswers.position));
  for (const { importId, comparisonId, text, rank, finished, rating, flags, model } of list) {
    const id = `${importId}:${comparisonId}`;
    found.set(id, [...(found.get(id) ?? []), { text, rank, finished, rating: rating ?? 0, flags, model: model ?? '' }]);
  }
  return found;
}

/** Joins what a snapshot decided about a prompt. */
function decided(snapshot: number | undefined): SQL {
  return snapshot === undefined ? sql`false` : sql`${snapshotPrompts.snapshotId} = ${snapshot} and ${snapshotPrompts.promptId} = ${prompts.id}`;
}

/** That a prompt is kept in a split, or dropped for a reason of this code. */
function decidedAs(decision: string): SQL | undefined {
  if (decision === '') return undefined;
  return sql`coalesce(split_part(${snapshotPrompts.droppedReason}, ':', 1), ${snapshotPrompts.split}) = ${decision}`;
}

function promptOf(row: typeof prompts.$inferSelect, about: typeof snapshotPrompts.$inferSelect | null) {
  return {
    useCase: row.useCase ?? '',
    user: isNamed(row.userId) ? row.userId : '',
    decision: about === null ? '' : (about.droppedReason ?? about.split),
    messages: row.messages.map(({ role, content }) => ({ role, content })),
  };
}

/** A record with its texts cut, and without what is behind as much as is shown of one. */
function shown(record: Init<StoredRecord>): Init<StoredRecord> {
  let left = recordCharacters;
  const cut = (value: unknown): unknown => {
    if (typeof value === 'string') {
      const limit = Math.min(shownCharacters, Math.max(left, 0));
      left -= Math.min(value.length, limit);
      return value.length <= limit ? value : `${value.slice(0, limit).replace(/[\uD800-\uDBFF]$/, '')}…`;
    }
    if (Array.isArray(value)) {
      const kept: unknown[] = [];
      // A turn's role is whole, or the turn is left out.
      for (const part of value) if ((left -= 16) >= 16) kept.push(cut(part));
      return kept;
    }
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, cut(part)])) : value;
  };
  return cut(record) as Init<StoredRecord>;
}
