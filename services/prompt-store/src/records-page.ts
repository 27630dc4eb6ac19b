import { setImmediate } from 'node:timers/promises';
import { and, asc, eq, exists, or, sql, type SQL } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { Init, ListRecordsReply, ListRecordsRequest, RankedAnswer, StoredRecord } from '@minchat/contracts';
import { importsOf } from './collections.ts';
import type { Db } from './database.ts';
import { withDatabaseErrors } from './database-errors.ts';
import { latestSnapshot } from './decisions.ts';
import { isNamed } from './digest.ts';
import { comparisons, demonstrations, itsPrompt, prompts, rankedAnswers, snapshotPrompts, texts } from './schema.ts';
import { fullAnswersOf } from './snapshot.ts';

const longestPage = 100;
/** Texts are shown up to here, so that a page is a message that the bus takes. */
const shownCharacters = 4_000;
const recordCharacters = 60_000;
const pageCharacters = 300_000;

/** `key` tells a record of an import from its others. */
type Row = { importId: number; key: string; record: Init<StoredRecord> };

/**
 * One page of a collection's records, in the order of imports and ids. A search that has gone on for a while ends
 * where it is: the page then has fewer records, or none, and `next` leads on. Throws MC_NOT_FOUND.
 */
export function listRecords(db: Db, request: ListRecordsRequest, { patienceMs = 2_000 } = {}): Promise<Init<ListRecordsReply>> {
  return withDatabaseErrors(async () => {
    const importIds = await importsOf(db, request.collection);
    const { labeler, decision } = request;
    const search = request.search.slice(0, 200).replaceAll('\0', '').toWellFormed();
    const snapshot = await latestSnapshot(db, request.collection);
    if (decision !== '' && snapshot === undefined) return {};
    const limit = Math.min(request.limit || 50, longestPage);
    const kind = kinds[request.type as keyof typeof kinds];
    const until = performance.now() + patienceMs;
    const rows: Row[] = [];
    let next = '';
    for await (const slice of slicesOf(db, kind, importIds, request.after, search !== '' || labeler !== '' || decision !== '')) {
      // One more than asked for tells whether anything follows.
      const found = await kind.read(db, { importId: slice.importId, within: within(kind, slice), search, labeler, decision, snapshot, limit: limit + 1 - rows.length });
      rows.push(...found.map(({ key, record }) => ({ importId: slice.importId, key, record: shown(record) })));
      if (rows.length > limit) break;
      if (performance.now() > until) {
        next = slice.next;
        break;
      }
    }
    let characters = 0;
    const fitting = rows.slice(0, limit).filter((row, i) => {
      characters += JSON.stringify(row.record).length;
      return i === 0 || characters < pageCharacters;
    });
    const last = fitting.at(-1);
    return { records: fitting.map((row) => row.record), next: last === undefined || fitting.length === rows.length ? next : `${last.importId}:${last.key}` };
  });
}

interface Query {
  readonly importId: number;
  readonly within: SQL | undefined;
  readonly search: string;
  readonly labeler: string;
  readonly decision: string;
  /** Whose decisions are told. */
  readonly snapshot: number | undefined;
  readonly limit: number;
}

interface Kind {
  readonly table: typeof prompts | typeof demonstrations | typeof comparisons | typeof texts;
  /** What a key is made of, joined by line breaks; the last part may have some itself. */
  readonly key: readonly [AnyPgColumn, ...AnyPgColumn[]];
  /** How many are looked at by one statement; others get their turn in between. */
  readonly slice: number;
  read(db: Db, query: Query): Promise<Omit<Row, 'importId'>[]>;
}

const kinds = {
  prompts: {
    table: prompts,
    // Of prompts with one id each is a user's.
    key: [prompts.id, prompts.userId],
    slice: 500,
    async read(db, { within, search, limit, snapshot, decision }) {
      const rows = await db.select().from(prompts)
        .leftJoin(snapshotPrompts, decided(snapshot))
        .where(and(within, decidedAs(decision), isSaid(search)))
        .orderBy(asc(prompts.id), asc(prompts.userId)).limit(limit);
      return rows.map(({ prompts: row, snapshot_prompts: about }) => ({ key: `${row.id}\n${row.userId}`, record: { id: row.id, ...promptOf(row, about) } }));
    },
  },
  demonstrations: {
    table: demonstrations,
    key: [demonstrations.id],
    slice: 500,
    async read(db, { within, search, limit, snapshot, decision, labeler }) {
      const rows = await db.select().from(demonstrations)
        .innerJoin(prompts, itsPrompt(demonstrations))
        .leftJoin(snapshotPrompts, decided(snapshot))
        .where(and(within, decidedAs(decision), labeler === '' ? undefined : eq(demonstrations.labelerId, labeler), or(isSaid(search), contains(search, sql`${demonstrations.completion}`), contains(search, sql`${demonstrations.note}`))))
        .orderBy(asc(demonstrations.id)).limit(limit);
      return rows.map(({ demonstrations: row, prompts: prompt, snapshot_prompts: about }) => ({
        key: row.id,
        record: { id: row.id, labeler: row.labelerId ?? '', note: row.note ?? '', completion: row.completion, ...promptOf(prompt, about) },
      }));
    },
  },
  comparisons: {
    table: comparisons,
    key: [comparisons.id],
    slice: 500,
    async read(db, { importId, within, search, limit, snapshot, decision, labeler }) {
      const fits = db.select({ one: sql`1` }).from(rankedAnswers)
        .where(and(eq(rankedAnswers.importId, comparisons.importId), eq(rankedAnswers.comparisonId, comparisons.id), contains(search, sql`${rankedAnswers.text}`)));
      const rows = await db.select().from(comparisons)
        .innerJoin(prompts, itsPrompt(comparisons))
        .leftJoin(snapshotPrompts, decided(snapshot))
        .where(and(within, decidedAs(decision), labeler === '' ? undefined : eq(comparisons.labelerId, labeler), search === '' ? undefined : or(isSaid(search), contains(search, sql`${comparisons.note}`), exists(fits))))
        .orderBy(asc(comparisons.id)).limit(limit);
      const answers = await fullAnswersOf(db, importId, rows.map((row) => row.comparisons.id));
      return rows.map(({ comparisons: row, prompts: prompt, snapshot_prompts: about }) => ({
        key: row.id,
        record: { id: row.id, labeler: row.labelerId ?? '', note: row.note ?? '', answers: (answers.get(row.id) ?? []).toSorted((a, b) => a.rank - b.rank).map(answerOf), ...promptOf(prompt, about) },
      }));
    },
  },
  texts: {
    table: texts,
    key: [texts.id],
    // Each may be long.
    slice: 100,
    async read(db, { within, search, limit }) {
      const rows = await db.select().from(texts)
        .where(and(within, contains(search, sql`${texts.text}`)))
        .orderBy(asc(texts.id)).limit(limit);
      return rows.map((row) => ({ key: row.id, record: { id: row.id, text: row.text } }));
    },
  },
} satisfies Record<string, Kind>;

/** The records of an import behind one key, up to and with another; all the rest where there is none. */
interface Slice {
  readonly importId: number;
  readonly behind: string;
  readonly end: string | undefined;
  /** The place behind it, empty when nothing follows. */
  readonly next: string;
}

/** What is to be read of each import from a place on: as a whole, or bit by bit where most of it may not be wanted. */
async function* slicesOf(db: Db, kind: Kind, importIds: readonly number[], after: string, bitByBit: boolean): AsyncGenerator<Slice> {
  const [, first = '0', key = ''] = /^(\d{1,15}):([^]*)$/.exec(after) ?? [];
  for (const [i, importId] of importIds.entries()) {
    if (importId < Number(first)) continue;
    let behind = importId === Number(first) ? key : '';
    for (;;) {
      const end = bitByBit ? await endOfSlice(db, kind, { importId, behind }) : undefined;
      const nextImport = importIds[i + 1];
      yield { importId, behind, end, next: end !== undefined ? `${importId}:${end}` : nextImport === undefined ? '' : `${nextImport}:` };
      if (end === undefined) break;
      behind = end;
      await setImmediate();
    }
  }
}

async function endOfSlice(db: Db, kind: Kind, rest: Pick<Slice, 'importId' | 'behind'>): Promise<string | undefined> {
  const [last] = await db.select({ key: sql<string>`concat_ws(E'\n', ${columns(kind)})` }).from(kind.table).where(within(kind, rest)).orderBy(...kind.key).offset(kind.slice - 1).limit(1);
  return last?.key;
}

const columns = ({ key }: Kind): SQL => sql.join([...key], sql`, `);

function within(kind: Kind, { importId, behind, end }: Pick<Slice, 'importId' | 'behind'> & { end?: string | undefined }): SQL | undefined {
  const values = (key: string): SQL => sql.join((kind.key.length === 1 ? [key] : [key.slice(0, key.indexOf('\n')), key.slice(key.indexOf('\n') + 1)]).map((part) => sql`${part}`), sql`, `);
  return and(
    eq(kind.table.importId, importId),
    behind === '' ? undefined : sql`(${columns(kind)}) > (${values(behind)})`,
    end === undefined ? undefined : sql`(${columns(kind)}) <= (${values(end)})`,
  );
}

/** That something is said in a prompt, apart from the names and escapes of JSON. */
function isSaid(search: string): SQL | undefined {
  if (search === '') return undefined;
  const said = contains(search, sql`(select string_agg(message ->> 'content', E'\n') from jsonb_array_elements(${prompts.messages}) message)`);
  // A third of the time shows of most prompts that it is not in their JSON at all; a line's end may also part two turns.
  return search.includes('\n') ? said : and(contains(JSON.stringify(search).slice(1, -1), sql`${prompts.messages}::text`), said);
}

function contains(search: string, column: SQL): SQL | undefined {
  return search === '' ? undefined : sql`${column} ilike ${`%${search.replace(/[\\%_]/g, '\\$&')}%`}`;
}

function answerOf({ text, rank, finished, rating, flags, model }: typeof rankedAnswers.$inferSelect): Init<RankedAnswer> {
  return { text, rank, finished, rating: rating ?? 0, flags, model: model ?? '' };
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
    reference: row.reference ?? '',
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
