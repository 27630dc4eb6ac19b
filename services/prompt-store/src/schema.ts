import { and, eq } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  serial,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import type { ChatMessage, Split } from '@minchat/datasets';

// The tables. Every stored record belongs to one import (what people submit belongs to the one
// import of the collection `feedback`), and an import is seen only once it has a collection: that
// one update makes all of its rows visible at once, and rows of an import that never got there
// are swept at the next start. Labeling tasks stand by themselves: what becomes of one comes back
// as feedback that names it.

/** Ids are compared byte by byte, whatever locale the database has: snapshots are sorted by them. */
const key = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });
const createdAt = timestamp('created_at', { withTimezone: true }).notNull().defaultNow();

/** A named set of imports; a run's data stage asks for one. */
export const collections = pgTable('collections', {
  id: serial('id').primaryKey(),
  name: text('name').notNull().unique(),
  createdAt,
});

/** People who sent prompts. Authors that a file does not name have no row here. */
export const users = pgTable('users', { id: key('id').primaryKey(), createdAt });

/** Who wrote demonstrations and rankings. */
export const labelers = pgTable('labelers', { id: key('id').primaryKey(), createdAt });

const importStates = ['running', 'done', 'failed'] as const;

export const imports = pgTable(
  'imports',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    /** The name of the collection asked for; it may not exist before the import is done. */
    target: text('target').notNull(),
    /** Set when the import is done: from then on its rows are seen. */
    collectionId: integer('collection_id').references(() => collections.id),
    format: text('format').notNull(),
    state: text('state', { enum: importStates }).notNull().default('running'),
    prompts: bigint('prompts', { mode: 'number' }).notNull().default(0),
    demonstrations: bigint('demonstrations', { mode: 'number' }).notNull().default(0),
    comparisons: bigint('comparisons', { mode: 'number' }).notNull().default(0),
    texts: bigint('texts', { mode: 'number' }).notNull().default(0),
    skipped: bigint('skipped', { mode: 'number' }).notNull().default(0),
    error: text('error'),
    createdAt,
    finishedAt: timestamp('finished_at', { withTimezone: true }),
  },
  (table) => [index().on(table.collectionId)],
);

const importId = bigint('import_id', { mode: 'number' }).notNull().references(() => imports.id);

export const prompts = pgTable(
  'prompts',
  {
    importId,
    /** A digest of the conversation, or the id that it was submitted under. */
    id: key('id').notNull(),
    /** The author; `thread:` and a digest of the conversation's opening when nobody is named. */
    userId: key('user_id').notNull(),
    messages: jsonb('messages').$type<ChatMessage[]>().notNull(),
    /** A digest of the normalised text (rules/normalise.ts). */
    textHash: key('text_hash').notNull(),
    useCase: text('use_case'),
    /** The right answer, where known; for reward functions. */
    reference: text('reference'),
  },
  // Of the same conversation by several people each has theirs.
  (table) => [primaryKey({ columns: [table.importId, table.id, table.userId] }), index().on(table.userId)],
);

/** The prompt that a demonstration or a comparison is about, with the user whose it is. */
const aboutPrompt = { promptId: key('prompt_id').notNull(), userId: key('user_id').notNull() };
/** Who gave a demonstration or a comparison, and what they remarked about it, which is for people alone: no dataset has it. */
const byLabeler = { labelerId: key('labeler_id'), note: text('note') };

export const demonstrations = pgTable(
  'demonstrations',
  {
    importId,
    id: key('id').notNull(),
    ...aboutPrompt,
    ...byLabeler,
    completion: text('completion').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.importId, table.id] }),
    index().on(table.promptId, table.importId),
    foreignKey({ name: 'demonstrations_prompt_fk', columns: [table.importId, table.promptId, table.userId], foreignColumns: [prompts.importId, prompts.id, prompts.userId] }).onUpdate('cascade'),
  ],
);

export const comparisons = pgTable(
  'comparisons',
  {
    importId,
    id: key('id').notNull(),
    ...aboutPrompt,
    ...byLabeler,
    /** The labeling task that this ranking answers. */
    taskId: key('task_id'),
  },
  (table) => [
    primaryKey({ columns: [table.importId, table.id] }),
    index().on(table.promptId, table.importId),
    foreignKey({ name: 'comparisons_prompt_fk', columns: [table.importId, table.promptId, table.userId], foreignColumns: [prompts.importId, prompts.id, prompts.userId] }).onUpdate('cascade'),
  ],
);

export const rankedAnswers = pgTable(
  'ranked_answers',
  {
    importId,
    comparisonId: key('comparison_id').notNull(),
    /** The place in which the answer was shown or listed. */
    position: smallint('position').notNull(),
    text: text('text').notNull(),
    /** 0 is best; equal ranks are ties. */
    rank: integer('rank').notNull(),
    finished: boolean('finished').notNull(),
    /** 1 to 7. */
    rating: smallint('rating'),
    flags: jsonb('flags').$type<string[]>().notNull(),
    model: text('model'),
  },
  (table) => [
    primaryKey({ columns: [table.importId, table.comparisonId, table.position] }),
    foreignKey({
      name: 'ranked_answers_comparison_fk',
      columns: [table.importId, table.comparisonId],
      foreignColumns: [comparisons.importId, comparisons.id],
    }),
  ],
);

/** Joins the prompt that a demonstration or a comparison is about. */
export function itsPrompt(table: typeof demonstrations | typeof comparisons) {
  return and(eq(prompts.importId, table.importId), eq(prompts.id, table.promptId), eq(prompts.userId, table.userId));
}

/** Raw text for pretraining. */
export const texts = pgTable(
  'texts',
  { importId, id: key('id').notNull(), text: text('text').notNull() },
  (table) => [primaryKey({ columns: [table.importId, table.id] })],
);

/** A dataset that a run was given. The same imports and settings always give the same one. */
export const snapshots = pgTable('snapshots', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  /** The job that asked for it; asked again, it is made again. */
  jobId: text('job_id').notNull().unique(),
  /** The run of the job; empty when the rules were only looked at. */
  runId: text('run_id').notNull().default(''),
  /** Its name; of several, all of their names. */
  collection: text('collection').notNull(),
  imports: jsonb('imports').$type<number[]>().notNull(),
  settings: jsonb('settings').$type<Record<string, unknown>>().notNull(),
  counts: jsonb('counts').$type<Record<string, number>>(),
  createdAt,
});

/** What the rules decided about each prompt of a snapshot: its split, or why it was dropped. */
export const snapshotPrompts = pgTable(
  'snapshot_prompts',
  {
    snapshotId: bigint('snapshot_id', { mode: 'number' })
      .notNull()
      .references(() => snapshots.id, { onDelete: 'cascade' }),
    promptId: key('prompt_id').notNull(),
    split: text('split').$type<Split>().notNull(),
    droppedReason: text('dropped_reason'),
  },
  (table) => [primaryKey({ columns: [table.snapshotId, table.promptId] })],
);

/** The rankings that a stage of a run waits for, by the stage's job. */
export const labelingQueues = pgTable('labeling_queues', {
  jobId: key('job_id').primaryKey(),
  runId: key('run_id').notNull(),
  stage: text('stage').notNull(),
  wanted: integer('wanted').notNull(),
  /** The share of a labeler's tasks that are gold questions, 0 to 1. */
  goldRate: real('gold_rate').notNull().default(0),
  /** The collection whose comparisons are the gold questions. */
  goldCollection: text('gold_collection'),
  /** Labelers who are given none of its tasks. */
  excluded: text('excluded').array().notNull().default([]),
  /** False once the stage has what it waited for, or was cancelled. */
  open: boolean('open').notNull().default(true),
  createdAt,
});

const taskKinds = ['rank', 'write'] as const;

/** Work for labelers: answers to rank, or a prompt to answer. */
export const labelingTasks = pgTable(
  'labeling_tasks',
  {
    id: key('id').primaryKey(),
    kind: text('kind', { enum: taskKinds }).notNull(),
    /** The queue of a task to rank; a prompt to answer belongs to none. */
    jobId: key('job_id').references(() => labelingQueues.jobId),
    promptId: key('prompt_id').notNull(),
    messages: jsonb('messages').$type<ChatMessage[]>().notNull(),
    /** In the order in which they are shown. */
    answers: jsonb('answers').$type<{ text: string; finished: boolean }[]>().notNull(),
    /** Who wrote the answers; labelers are never told. */
    model: text('model'),
    /** Of a gold question: the known rank of each answer, in the order of `answers`. */
    gold: jsonb('gold').$type<number[]>(),
    /** Of a gold question: the comparison that it is made of, and the labeler that it is for. */
    goldOf: key('gold_of'),
    goldFor: key('gold_for'),
    /** How many labelers it is for, and how many are through with it. */
    wanted: integer('wanted').notNull().default(1),
    done: integer('done').notNull().default(0),
    /** Labelers who ranked these answers before, for another stage: they are not asked again, and it is wanted from as many less. */
    rankedBy: text('ranked_by').array().notNull().default([]),
    leasedBy: key('leased_by'),
    leasedUntil: timestamp('leased_until', { withTimezone: true }),
    createdAt,
  },
  (table) => [index().on(table.kind, table.done), index().on(table.jobId)],
);

/** What a labeler made of a task as it is handed in, and before: nobody is given the same one twice. */
export const labelingOutcomes = pgTable(
  'labeling_outcomes',
  {
    taskId: key('task_id').notNull().references(() => labelingTasks.id),
    labelerId: key('labeler_id').notNull(),
    outcome: text('outcome', { enum: ['done', 'skipped'] }).notNull(),
    /** Why it was skipped. */
    reason: text('reason'),
    /** The rank given to each answer, in the order of the task's answers. */
    ranks: jsonb('ranks').$type<number[]>(),
    /** The rating (0 for none) and the flags of each, beside its rank; null where it was handed in before these were kept. */
    ratings: jsonb('ratings').$type<number[]>(),
    flags: jsonb('flags').$type<string[][]>(),
    /** The answer that was written to a prompt; null where it was handed in before it was kept. */
    completion: text('completion'),
    /** How long the labeler was at it, as the page measured it: without the time they did nothing. */
    activeMs: integer('active_ms'),
    /** Of a gold question: how well the ranking agrees with the known one (agreement.ts). */
    goldScore: real('gold_score'),
    /** What the labeler remarked; of a gold question it is stored here alone. */
    note: text('note'),
    createdAt,
    /** When it was last handed in again, in the place of what it was. */
    changedAt: timestamp('changed_at', { withTimezone: true }),
    /** What it was before, the first one first: each as the columns above, with the time `at` which it was handed in. */
    former: jsonb('former').$type<FormerOutcome[]>().notNull().default([]),
  },
  (table) => [primaryKey({ columns: [table.taskId, table.labelerId] }), index().on(table.labelerId)],
);

export interface FormerOutcome {
  readonly at: string;
  readonly outcome: 'done' | 'skipped';
  readonly reason: string | null;
  readonly ranks: number[] | null;
  readonly ratings: number[] | null;
  readonly flags: string[][] | null;
  readonly completion: string | null;
  readonly note: string | null;
}

/** What labelers are told to go by, in Markdown: one row, once somebody has written it. */
export const guidelines = pgTable('guidelines', {
  id: integer('id').primaryKey(),
  text: text('text').notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
});

export const tombstoneKinds = ['user', 'prompt', 'labeler'] as const;

/** Who and what was forgotten, by digest: it is not stored again, however it comes back (forget/tombstones.ts). */
export const tombstones = pgTable('tombstones', {
  hash: key('hash').primaryKey(),
  kind: text('kind', { enum: tombstoneKinds }).notNull(),
  /** Of a labeler whose labels stayed: the name that stands for theirs. */
  pseudonym: text('pseudonym'),
  createdAt,
});
