import { z } from 'zod';
import { messageSchema, type ChatMessage } from '@minchat/datasets';
import { storable } from '../storable.ts';

/** A conversation that ends with a user's turn, as a file gives it. */
export interface ImportedPrompt {
  readonly messages: readonly ChatMessage[];
  /** Who wrote it, where the file says so. */
  readonly user?: string;
  readonly useCase?: string;
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
  | { readonly kind: 'demonstration'; readonly prompt: ImportedPrompt; readonly completion: string; readonly labeler?: string }
  | { readonly kind: 'comparison'; readonly prompt: ImportedPrompt; readonly answers: readonly ImportedAnswer[]; readonly labeler?: string }
  | { readonly kind: 'text'; readonly text: string };

/** One line (or row, or element) of a file: its number counted from 1, and what it holds or why it is bad. */
export type ImportedItem =
  | { readonly line: number; readonly records: readonly ImportedRecord[] }
  | { readonly line: number; readonly bad: string };

/** Thrown for a record that cannot be used; the reader knows its number. */
export class BadRecordError extends Error {
  override readonly name = 'BadRecordError';
}

/** No record may be larger: one that is would have to be held in memory as a whole. */
export const maxRecordBytes = 16 * 2 ** 20;

/** Parses with a schema, telling the first thing that is wrong. Throws BadRecordError. */
export function parseRecord<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  throw new BadRecordError(where === '' ? (issue?.message ?? 'invalid') : `${where}: ${issue?.message ?? 'invalid'}`);
}

/** A field that may be missing or null, as exporters of tables write it. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined);
}

const conversationSchema = z.array(messageSchema).min(1);

/** Asserts that messages are a prompt: that they end with a user's turn that says something. */
export function checkPrompt(prompt: ImportedPrompt): void {
  parseRecord(conversationSchema, prompt.messages);
  const last = prompt.messages.at(-1);
  if (last?.role !== 'user') throw new BadRecordError(`expected a prompt that ends with a user's turn, found one of ${last?.role ?? 'nobody'}`);
  if (last.content.trim() === '') throw new BadRecordError('expected a prompt, found an empty one');
}

/** Asserts that a record is one that can be learned from. Throws BadRecordError. */
export function checkRecord(record: ImportedRecord): void {
  if (record.kind === 'text') {
    if (record.text.trim() === '') throw new BadRecordError('expected text, found an empty one');
    return;
  }
  checkPrompt(record.prompt);
  if (record.kind === 'demonstration' && record.completion.trim() === '') throw new BadRecordError('expected an answer, found an empty completion');
  if (record.kind === 'comparison') {
    // One answer alone is compared with nothing, but it may be rated.
    if (record.answers.length === 1 && record.answers[0]?.rating !== undefined) return;
    if (record.answers.length < 2) throw new BadRecordError(`expected two or more answers, or one with a rating, found ${record.answers.length}`);
    if (new Set(record.answers.map((answer) => answer.text)).size < 2) throw new BadRecordError('expected answers that differ, found the same text');
  }
}

/** Turns one parsed line into an item: conversion and checks, bad ones told by their reason. */
export function toItem(line: number, convert: () => readonly ImportedRecord[]): ImportedItem {
  try {
    const records = convert().map((record) => storable(record));
    for (const record of records) checkRecord(record);
    return { line, records };
  } catch (error) {
    if (error instanceof BadRecordError) return { line, bad: error.message };
    // What recursion over a value nested thousands deep ends with.
    if (error instanceof RangeError) return { line, bad: 'expected a record, found one nested too deeply' };
    throw error;
  }
}
