import { z } from 'zod';
import type { BadRecord, Init } from '@minchat/contracts';
import { messageSchema, type ChatMessage } from '@minchat/datasets';
import { tellBadRecord, type BadRecordCode, type BadRecordValues } from '@minchat/datasets/bad-records';
import { storable } from '../storable.ts';

/** A conversation that ends with a user's turn, as a file gives it. */
export interface ImportedPrompt {
  readonly messages: readonly ChatMessage[];
  /** Who wrote it, where the file says so. */
  readonly user?: string;
  readonly useCase?: string;
  /** The right answer, where the file has one beside the prompt. */
  readonly reference?: string;
}

export interface ImportedAnswer {
  readonly text: string;
  /** 0 is best; equal ranks are ties. */
  readonly rank: number;
  /** False when it was cut off before its end. */
  readonly finished?: boolean;
  /** 1 to 7. */
  readonly rating?: number;
  readonly flags?: readonly string[];
  readonly model?: string;
}

/** What a file is turned into, whatever its format. */
export type ImportedRecord =
  | { readonly kind: 'prompt'; readonly prompt: ImportedPrompt }
  | { readonly kind: 'demonstration'; readonly prompt: ImportedPrompt; readonly completion: string; readonly labeler?: string; readonly note?: string }
  | { readonly kind: 'comparison'; readonly prompt: ImportedPrompt; readonly answers: readonly ImportedAnswer[]; readonly labeler?: string; readonly note?: string }
  | { readonly kind: 'text'; readonly text: string };

/** One line (or row, or element) of a file: its number counted from 1, and what it holds or why it is bad. */
export type ImportedItem =
  | { readonly line: number; readonly records: readonly ImportedRecord[] }
  | { readonly line: number; readonly bad: BadRecordError };

/** Thrown for a record that cannot be used; the reader knows its number. */
export class BadRecordError extends Error {
  override readonly name = 'BadRecordError';
  readonly code: BadRecordCode;
  readonly values: BadRecordValues;

  constructor(code: BadRecordCode, values: BadRecordValues = {}) {
    super(tellBadRecord(code, values));
    this.code = code;
    this.values = values;
  }
}

/** Of a user or a labeler: names are keys of the database, which takes none of kilobytes. */
export const longestName = 256;
/** 0 is best. */
export const highestRank = 999;

/** No record may be larger: one that is would have to be held in memory as a whole. */
export const maxRecordBytes = 16 * 2 ** 20;

/** Parses with a schema, telling the first thing that is wrong. Throws BadRecordError. */
export function parseRecord<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw asBadRecord(parsed.error.issues[0] as z.core.$ZodIssue);
}

function asBadRecord(issue: z.core.$ZodIssue): BadRecordError {
  const { input: at } = issue;
  const field = issue.path.join('.');
  if (field === '' && issue.code === 'invalid_type') return new BadRecordError('not_object', { found: typeName(at) });
  if (issue.code === 'too_small') return new BadRecordError('field_too_small', { field, limit: String(issue.minimum) });
  if (issue.code === 'too_big') return new BadRecordError('field_too_big', { field, limit: String(issue.maximum) });
  const expected = expectedBy(issue);
  if (expected === undefined) return new BadRecordError('field_invalid', { field, problem: issue.message });
  if (at === undefined) return new BadRecordError('field_missing', { field, expected });
  return new BadRecordError('field_type', { field, expected, found: issue.code === 'invalid_value' && typeof at === 'string' ? short(at) : typeName(at) });
}

/** What a field should have been, as types are written; a union says it as its message. */
function expectedBy(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'invalid_type') return issue.expected;
  if (issue.code === 'invalid_value') return issue.values.map(String).join(' | ');
  return issue.code === 'invalid_union' ? issue.message : undefined;
}

/** As JSON calls it. */
function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The beginning of a text that is told to people. */
export function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60).toWellFormed()}...` : text;
}

/** A field that may be missing or null, as exporters of tables write it. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined);
}

const conversationSchema = z.array(messageSchema).min(1);

/** Asserts that messages are a prompt: that they end with a user's turn that says something. */
function checkPrompt(prompt: ImportedPrompt): void {
  parseRecord(conversationSchema, prompt.messages);
  const last = prompt.messages.at(-1);
  if (last?.role !== 'user') throw new BadRecordError('prompt_end', { found: last?.role ?? 'nobody' });
  if (last.content.trim() === '') throw new BadRecordError('prompt_empty');
}

/** Asserts that a record is one that can be learned from. Throws BadRecordError. */
export function checkRecord(record: ImportedRecord): void {
  if (record.kind === 'text') {
    if (record.text.trim() === '') throw new BadRecordError('text_empty');
    return;
  }
  checkPrompt(record.prompt);
  if (record.kind === 'demonstration' && record.completion.trim() === '') throw new BadRecordError('answer_empty');
  if (record.kind === 'comparison') {
    // One answer alone is compared with nothing, but it may be rated.
    if (record.answers.length === 1 && record.answers[0]?.rating !== undefined) return;
    if (record.answers.length < 2) throw new BadRecordError('answers_few', { found: record.answers.length });
    if (new Set(record.answers.map((answer) => answer.text)).size < 2) throw new BadRecordError('answers_same');
  }
}

/** Turns one parsed line into an item: conversion and checks, bad ones told by their reason. */
export function toItem(line: number, convert: () => readonly ImportedRecord[]): ImportedItem {
  try {
    const records = convert().map((record) => storable(record));
    for (const record of records) checkRecord(record);
    return { line, records };
  } catch (error) {
    if (error instanceof BadRecordError) return { line, bad: error };
    // What recursion over a value nested thousands deep ends with.
    if (error instanceof RangeError) return { line, bad: new BadRecordError('nested_too_deeply') };
    throw error;
  }
}

/** A bad record as the bus carries it. */
export function told({ line, bad: { code, values, message } }: Extract<ImportedItem, { bad: BadRecordError }>): Init<BadRecord> {
  return { line, reason: message, code, values: Object.entries(values).map(([name, value]) => ({ name, value: String(value) })) };
}
