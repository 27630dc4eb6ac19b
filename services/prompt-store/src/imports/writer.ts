import { sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../database.ts';
import { digestOf, promptId } from '../digest.ts';
import { textHash, threadOf } from '../rules/normalise.ts';
import { withoutForgotten, type Tombstones } from '../forget/tombstones.ts';
import type { ImportedPrompt, ImportedRecord } from './records.ts';

/** How many rows of each kind were stored; the same record twice counts once. */
export interface Counts {
  prompts: number;
  demonstrations: number;
  comparisons: number;
  texts: number;
}

/** A statement's worth of rows: large enough to be fast, small beside the memory there is. */
const batchBytes = 512 * 1024;

type Row = Record<string, string | number | boolean | null | readonly unknown[]>;

/** Collects records and stores them in batches, each in one transaction, all under one import. */
export interface RecordWriter {
  readonly counts: Readonly<Counts>;
  /** Records left out since they are of somebody who was forgotten. */
  readonly forgotten: number;
  /** Resolves to true when a batch was stored. */
  add(record: ImportedRecord): Promise<boolean>;
  flush(): Promise<void>;
}

export function createWriter(db: Db, importId: number, tombstones: Tombstones): RecordWriter {
  const counts: Counts = { prompts: 0, demonstrations: 0, comparisons: 0, texts: 0 };
  let batch = emptyBatch();
  let bytes = 0;
  let forgotten = 0;

  function push(table: keyof ReturnType<typeof emptyBatch>, row: Row): void {
    batch[table].push(row);
    for (const value of Object.values(row)) bytes += typeof value === 'string' ? value.length : 16;
  }

  function pushPrompt(prompt: ImportedPrompt): { prompt_id: string; user_id: string } {
    const id = promptId(prompt.messages);
    const user = prompt.user ?? threadOf(prompt.messages);
    push('prompts', { id, user_id: user, messages: prompt.messages, text_hash: textHash(prompt.messages), use_case: prompt.useCase ?? null, reference: prompt.reference ?? null });
    for (const message of prompt.messages) bytes += message.content.length;
    return { prompt_id: id, user_id: user };
  }

  async function flush(): Promise<void> {
    if (bytes === 0) return;
    const rows = batch;
    batch = emptyBatch();
    bytes = 0;
    await db.transaction(async (tx) => {
      counts.prompts += await insert(tx, sql`prompts (import_id, id, user_id, messages, text_hash, use_case, reference)`, importId, rows.prompts, sql`id text, user_id text, messages jsonb, text_hash text, use_case text, reference text`);
      counts.demonstrations += await insert(tx, sql`demonstrations (import_id, id, prompt_id, user_id, labeler_id, note, completion)`, importId, rows.demonstrations, sql`id text, prompt_id text, user_id text, labeler_id text, note text, completion text`);
      counts.comparisons += await insert(tx, sql`comparisons (import_id, id, prompt_id, user_id, labeler_id, note)`, importId, rows.comparisons, sql`id text, prompt_id text, user_id text, labeler_id text, note text`);
      await insert(tx, sql`ranked_answers (import_id, comparison_id, position, text, rank, finished, rating, flags, model)`, importId, rows.answers, sql`comparison_id text, position smallint, text text, rank integer, finished boolean, rating smallint, flags jsonb, model text`);
      counts.texts += await insert(tx, sql`texts (import_id, id, text)`, importId, rows.texts, sql`id text, text text`);
    });
  }

  return {
    counts,
    get forgotten() {
      return forgotten;
    },
    async add(given) {
      const record = withoutForgotten(given, tombstones);
      if (record !== given) forgotten += 1;
      if (record === undefined) return false;
      if (record.kind === 'text') {
        push('texts', { id: digestOf(record.text), text: record.text });
      } else {
        const about = pushPrompt(record.prompt);
        if (record.kind === 'demonstration') {
          const labeler = record.labeler ?? null;
          push('demonstrations', { id: digestOf(about.prompt_id, record.completion, labeler), ...about, labeler_id: labeler, note: record.note ?? null, completion: record.completion });
        }
        if (record.kind === 'comparison') {
          const labeler = record.labeler ?? null;
          const id = digestOf(about.prompt_id, labeler, ...record.answers.flatMap((answer) => [answer.text, answer.rank]));
          push('comparisons', { id, ...about, labeler_id: labeler, note: record.note ?? null });
          for (const [position, answer] of record.answers.entries()) {
            push('answers', { comparison_id: id, position, text: answer.text, rank: answer.rank, finished: answer.finished ?? true, rating: answer.rating ?? null, flags: answer.flags ?? [], model: answer.model ?? null });
          }
        }
      }
      if (bytes < batchBytes) return false;
      await flush();
      return true;
    },
    flush,
  };
}

function emptyBatch(): Record<'prompts' | 'demonstrations' | 'comparisons' | 'answers' | 'texts', Row[]> {
  return { prompts: [], demonstrations: [], comparisons: [], answers: [], texts: [] };
}

const countSchema = z.object({ rows: z.tuple([z.object({ n: z.number() })]) });

/** One statement with one parameter, however many rows: the rows as JSON. Returns how many were new. */
async function insert(db: Db, into: SQL, importId: number, rows: readonly Row[], columns: SQL): Promise<number> {
  if (rows.length === 0) return 0;
  const result: unknown = await db.execute(sql`
    with added as (
      insert into ${into} select ${importId}::bigint, t.* from json_to_recordset(${JSON.stringify(rows)}::json) as t(${columns})
      on conflict do nothing returning 1
    ) select count(*)::int as n from added`);
  return countSchema.parse(result).rows[0].n;
}
