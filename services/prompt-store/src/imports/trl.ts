import { z } from 'zod';
import type { ChatMessage } from '@minchat/datasets';
import { withInput } from './alpaca.ts';
import { hhRecords, isTranscript, promptOfTranscript, turnsOfMarked } from './hh-rlhf.ts';
import { named } from './names.ts';
import { oasstRecords } from './oasst.ts';
import { commonAnswer, commonFields, commonTurn } from './other-names.ts';
import { BadRecordError, highestRank, optional, parseRecord, short, type ImportedRecord } from './records.ts';

// TRL's dataset conventions (its documentation, "Dataset formats and types"): which keys a record
// has tells what it is, and each value is a string ("standard") or a list of messages
// ("conversational"). What other common datasets call these things is known, too (other-names.ts).

const turnSchema = z.preprocess(commonTurn, z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }));
const turns = z.array(turnSchema).min(1);
const textOrTurns = z.union([z.string(), turns, turnSchema.transform((turn) => [turn])], 'string | messages');

/** Names that another kind of record may have for something else. */
const ownString = z.string().optional().catch(undefined);

const recordSchema = z.object({
  text: optional(z.string()),
  prompt: optional(textOrTurns),
  completion: optional(textOrTurns),
  messages: optional(turns),
  /** Goes before the turns. */
  system: ownString,
  chosen: optional(textOrTurns),
  rejected: optional(textOrTurns),
  /** TRL's unpaired preference: whether the completion is a good one. */
  label: z.unknown().optional(),
  instruction: optional(z.string()),
  input: ownString,
  output: ownString,
  /** Ours, beside TRL's: any number of answers, ranked (what an export of comparisons holds). */
  answers: optional(z.array(z.preprocess(commonAnswer, z.object({
    text: z.string(),
    rank: optional(z.int().min(0).max(highestRank)),
    /** In place of a rank: the higher, the better. */
    score: optional(z.number()),
    finished: optional(z.boolean()),
    rating: optional(z.int().min(1).max(7)),
    flags: optional(z.array(z.string())),
    model: optional(z.string()),
  }))).min(1)),
});
type Answers = NonNullable<z.output<typeof recordSchema>['answers']>;
type TextOrTurns = string | ChatMessage[];

/** The records that one object of a JSONL or Parquet file holds. Throws BadRecordError. */
export function trlRecords(value: unknown): ImportedRecord[] {
  if (typeof value === 'object' && value !== null && 'message_tree_id' in value) return oasstRecords(value);
  const fields = commonFields(value);
  return named(fields, unnamedRecords(fields));
}

function unnamedRecords(value: unknown): ImportedRecord[] {
  const record = parseRecord(recordSchema, value);
  const { system } = record;
  const records = recordsOf(record, value);
  if (system === undefined || system.trim() === '') return records;
  return records.map((one) => {
    if (one.kind === 'text' || one.prompt.messages[0]?.role === 'system') return one;
    return { ...one, prompt: { ...one.prompt, messages: [{ role: 'system', content: system }, ...one.prompt.messages] } };
  });
}

function recordsOf(record: z.output<typeof recordSchema>, value: unknown): ImportedRecord[] {
  // Messages that end with a question are the prompt of what stands beside them, as in what `export RUN` writes.
  const asked = record.messages?.at(-1)?.role === 'assistant' ? undefined : record.messages;
  const prompt = record.prompt ?? (record.instruction === undefined ? asked : withInput(record.instruction, record.input));
  const completion = record.completion ?? record.output;
  if (prompt !== undefined && record.answers !== undefined) {
    const ranks = ranksOf(record.answers);
    const answers = record.answers.map(({ text, finished, rating, flags, model }, i) => ({
      text,
      rank: ranks[i] ?? 0,
      ...(finished === undefined ? {} : { finished }),
      ...(rating === undefined ? {} : { rating }),
      ...(flags === undefined ? {} : { flags }),
      ...(model === undefined ? {} : { model }),
    }));
    return [{ kind: 'comparison', prompt: { messages: asPrompt(prompt) }, answers }];
  }
  if (record.chosen !== undefined && record.rejected !== undefined) {
    const { messages, better, worse } = pairOf(prompt, record.chosen, record.rejected);
    return [{ kind: 'comparison', prompt: { messages }, answers: [{ text: better, rank: 0 }, { text: worse, rank: 1 }] }];
  }
  const demonstration = (): ImportedRecord[] => {
    if (record.label === false) throw new BadRecordError('completion_bad');
    return [{ kind: 'demonstration', prompt: { messages: asPrompt(prompt ?? '') }, completion: asAnswer(completion ?? '', prompt) }];
  };
  if ((record.prompt ?? asked) !== undefined && record.completion !== undefined) return demonstration();
  if (record.messages !== undefined) {
    const last = record.messages.at(-1);
    if (last?.role !== 'assistant') return [{ kind: 'prompt', prompt: { messages: record.messages } }];
    return [{ kind: 'demonstration', prompt: { messages: record.messages.slice(0, -1) }, completion: last.content }];
  }
  if (prompt !== undefined && completion !== undefined) return demonstration();
  if (prompt !== undefined) return [{ kind: 'prompt', prompt: { messages: asPrompt(prompt) } }];
  if (record.text !== undefined) return [{ kind: 'text', text: record.text }];
  const keys = Object.keys(value as object).slice(0, 8).map(short).join(', ');
  throw new BadRecordError('fields_unknown', { found: keys === '' ? '{}' : keys });
}

/** The ranks that answers were given, or those that follow from their scores. */
function ranksOf(answers: Answers): number[] {
  const unranked = answers.findIndex(({ rank }) => rank === undefined);
  if (unranked < 0) return answers.map(({ rank }) => rank ?? 0);
  if (answers.some(({ score }) => score === undefined)) throw new BadRecordError('field_missing', { field: `answers.${unranked}.rank`, expected: 'number' });
  const scores = [...new Set(answers.map(({ score }) => score ?? 0))].toSorted((a, b) => b - a);
  return answers.map(({ score }) => scores.indexOf(score ?? 0));
}

interface Pair {
  readonly messages: readonly ChatMessage[];
  readonly better: string;
  readonly worse: string;
}

/** The prompt, told or implied by what both answers begin with, and the two answers. */
function pairOf(prompt: TextOrTurns | undefined, chosen: TextOrTurns, rejected: TextOrTurns): Pair {
  // Some datasets have the prompt beside conversations that begin with it; TRL, too, then takes the conversations.
  const whole = (Array.isArray(chosen) && chosen.length > 1) || (typeof chosen === 'string' && isTranscript(chosen));
  if (prompt !== undefined && !whole) return { messages: asPrompt(prompt), better: asAnswer(chosen, prompt), worse: asAnswer(rejected, prompt) };
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
  if (typeof value !== 'string') return value;
  return isTranscript(value) ? promptOfTranscript(value) : (turnsOfMarked(value) ?? [{ role: 'user', content: value }]);
}

function asAnswer(value: TextOrTurns, prompt?: TextOrTurns): string {
  // What stands behind "Assistant:" in a transcript begins with a space that is none of the answer's.
  if (typeof value === 'string') return typeof prompt === 'string' && isTranscript(prompt) ? value.trim() : value;
  const turn = value[0];
  if (value.length !== 1 || turn?.role !== 'assistant') throw new BadRecordError('answer_turns');
  return turn.content;
}
