import { z } from 'zod';
import type { ChatMessage } from '@minchat/datasets';
import { alpacaRecords } from './alpaca.ts';
import { hhRecords, isTranscript } from './hh-rlhf.ts';
import { named } from './names.ts';
import { BadRecordError, highestRank, optional, parseRecord, short, type ImportedRecord } from './records.ts';

// TRL's dataset conventions (its documentation, "Dataset formats and types"): which keys a record
// has tells what it is, and each value is a string ("standard") or a list of messages
// ("conversational").

const turnSchema = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });
const textOrTurns = z.union([z.string(), z.array(turnSchema).min(1)], 'string | messages');

const recordSchema = z.object({
  text: optional(z.string()),
  prompt: optional(textOrTurns),
  completion: optional(textOrTurns),
  messages: optional(z.array(turnSchema).min(1)),
  chosen: optional(textOrTurns),
  rejected: optional(textOrTurns),
  /** TRL's unpaired preference: whether the completion is a good one. */
  label: z.unknown().optional(),
  instruction: optional(z.string()),
  /** Ours, beside TRL's: any number of answers, ranked (what an export of comparisons holds). */
  answers: optional(z.array(z.object({
    text: z.string(),
    rank: z.int().min(0).max(highestRank),
    finished: optional(z.boolean()),
    rating: optional(z.int().min(1).max(7)),
    flags: optional(z.array(z.string())),
    model: optional(z.string()),
  })).min(1)),
});
type TextOrTurns = string | ChatMessage[];

/** The records that one object of a JSONL or Parquet file holds. Throws BadRecordError. */
export function trlRecords(value: unknown): ImportedRecord[] {
  return named(value, unnamedRecords(value));
}

function unnamedRecords(value: unknown): ImportedRecord[] {
  const record = parseRecord(recordSchema, value);
  if (record.prompt !== undefined && record.answers !== undefined) {
    const answers = record.answers.map(({ text, rank, finished, rating, flags, model }) => ({
      text,
      rank,
      ...(finished === undefined ? {} : { finished }),
      ...(rating === undefined ? {} : { rating }),
      ...(flags === undefined ? {} : { flags }),
      ...(model === undefined ? {} : { model }),
    }));
    return [{ kind: 'comparison', prompt: { messages: asPrompt(record.prompt) }, answers }];
  }
  if (record.chosen !== undefined && record.rejected !== undefined) {
    const { messages, better, worse } = pairOf(record.prompt, record.chosen, record.rejected);
    return [{ kind: 'comparison', prompt: { messages }, answers: [{ text: better, rank: 0 }, { text: worse, rank: 1 }] }];
  }
  if (record.prompt !== undefined && record.completion !== undefined) {
    if (record.label === false) throw new BadRecordError('completion_bad');
    return [{ kind: 'demonstration', prompt: { messages: asPrompt(record.prompt) }, completion: asAnswer(record.completion) }];
  }
  if (record.messages !== undefined) {
    const last = record.messages.at(-1);
    if (last?.role !== 'assistant') return [{ kind: 'prompt', prompt: { messages: record.messages } }];
    return [{ kind: 'demonstration', prompt: { messages: record.messages.slice(0, -1) }, completion: last.content }];
  }
  if (record.instruction !== undefined) return alpacaRecords(value);
  if (record.prompt !== undefined) return [{ kind: 'prompt', prompt: { messages: asPrompt(record.prompt) } }];
  if (record.text !== undefined) return [{ kind: 'text', text: record.text }];
  const keys = Object.keys(value as object).slice(0, 8).map(short).join(', ');
  throw new BadRecordError('fields_unknown', { found: keys === '' ? '{}' : keys });
}

interface Pair {
  readonly messages: readonly ChatMessage[];
  readonly better: string;
  readonly worse: string;
}

/** The prompt, told or implied by what both answers begin with, and the two answers. */
function pairOf(prompt: TextOrTurns | undefined, chosen: TextOrTurns, rejected: TextOrTurns): Pair {
  // Some datasets have the prompt as a text beside conversations that begin with it; TRL, too, then takes the conversations.
  const whole = typeof prompt === 'string' && Array.isArray(chosen) && chosen.length > 1;
  if (prompt !== undefined && !whole) return { messages: asPrompt(prompt), better: asAnswer(chosen), worse: asAnswer(rejected) };
  if (typeof chosen === 'string' && typeof rejected === 'string') {
    if (!isTranscript(chosen)) return splitAtSharedStart(chosen, rejected);
    const { prompt: transcript, answers } = hhRecords({ chosen, rejected });
    return { messages: transcript.messages, better: answers[0]?.text ?? '', worse: answers[1]?.text ?? '' };
  }
  if (typeof chosen === 'string' || typeof rejected === 'string') throw new BadRecordError('pair_forms');
  const messages = chosen.slice(0, -1);
  const same = messages.length === rejected.length - 1 && messages.every((turn, i) => turn.role === rejected[i]?.role && turn.content === rejected[i]?.content);
  if (!same) throw new BadRecordError('pair_differs');
  return { messages, better: asAnswer(chosen.slice(-1)), worse: asAnswer(rejected.slice(-1)) };
}

/** The implicit prompt of two plain texts: what they share, up to the end of a word. */
function splitAtSharedStart(chosen: string, rejected: string): Pair {
  let end = 0;
  while (end < chosen.length && end < rejected.length && chosen[end] === rejected[end]) end += 1;
  while (end > 0 && !/\s/.test(chosen[end - 1] as string)) end -= 1;
  const content = chosen.slice(0, end).trim();
  if (content === '') throw new BadRecordError('pair_without_prompt');
  return { messages: [{ role: 'user', content }], better: chosen.slice(end).trim(), worse: rejected.slice(end).trim() };
}

function asPrompt(value: TextOrTurns): ChatMessage[] {
  return typeof value === 'string' ? [{ role: 'user', content: value }] : value;
}

function asAnswer(value: TextOrTurns): string {
  if (typeof value === 'string') return value;
  const turn = value[0];
  if (value.length !== 1 || turn?.role !== 'assistant') throw new BadRecordError('answer_turns');
  return turn.content;
}
