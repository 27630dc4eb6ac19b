import { z } from 'zod';
import type { ChatMessage } from '@minchat/datasets';
import { alpacaRecords } from './alpaca.ts';
import { hhRecords, isTranscript } from './hh-rlhf.ts';
import { BadRecordError, parseRecord, type ImportedPrompt, type ImportedRecord } from './records.ts';

// TRL's dataset conventions (its documentation, "Dataset formats and types"): which keys a record
// has tells what it is, and each value is a string ("standard") or a list of messages
// ("conversational").

const turnSchema = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });
const textOrTurns = z.union([z.string(), z.array(turnSchema).min(1)], 'expected a string or a list of messages');
const author = z.union([z.string(), z.number().transform(String)]).nullish();

const recordSchema = z.object({
  text: z.string().nullish(),
  prompt: textOrTurns.nullish(),
  completion: textOrTurns.nullish(),
  messages: z.array(turnSchema).min(1).nullish(),
  chosen: textOrTurns.nullish(),
  rejected: textOrTurns.nullish(),
  /** TRL's unpaired preference: whether the completion is a good one. */
  label: z.unknown().optional(),
  instruction: z.string().nullish(),
  user_id: author,
  labeler: author,
  use_case: z.string().nullish(),
});
type TrlRecord = z.infer<typeof recordSchema>;
type TextOrTurns = string | ChatMessage[];

/** The records that one object of a JSONL or Parquet file holds. Throws BadRecordError. */
export function trlRecords(value: unknown): ImportedRecord[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadRecordError('expected a JSON object');
  const record = parseRecord(recordSchema, value);
  const labeler = record.labeler == null ? {} : { labeler: record.labeler };
  const prompt = (messages: readonly ChatMessage[]): ImportedPrompt => ({
    messages,
    ...(record.user_id == null ? {} : { user: record.user_id }),
    ...(record.use_case == null ? {} : { useCase: record.use_case }),
  });

  if (record.chosen != null && record.rejected != null) return [{ kind: 'comparison', ...comparison(record, prompt), ...labeler }];
  if (record.prompt != null && record.completion != null) {
    if (record.label === false) throw new BadRecordError('expected a good completion, found one labelled false');
    return [{ kind: 'demonstration', prompt: prompt(asPrompt(record.prompt)), completion: asAnswer(record.completion), ...labeler }];
  }
  if (record.messages != null) {
    const last = record.messages.at(-1);
    if (last?.role !== 'assistant') return [{ kind: 'prompt', prompt: prompt(record.messages) }];
    return [{ kind: 'demonstration', prompt: prompt(record.messages.slice(0, -1)), completion: last.content, ...labeler }];
  }
  if (record.instruction != null) return alpacaRecords(value);
  if (record.prompt != null) return [{ kind: 'prompt', prompt: prompt(asPrompt(record.prompt)) }];
  if (record.text != null) return [{ kind: 'text', text: record.text }];
  const keys = Object.keys(value).slice(0, 8).join(', ');
  throw new BadRecordError(`expected text, prompt, prompt and completion, messages, or chosen and rejected; found ${keys === '' ? 'no keys' : keys}`);
}

function comparison(record: TrlRecord, prompt: (messages: readonly ChatMessage[]) => ImportedPrompt): { prompt: ImportedPrompt; answers: { text: string; rank: number }[] } {
  const chosen = record.chosen as TextOrTurns;
  const rejected = record.rejected as TextOrTurns;
  if (typeof chosen !== typeof rejected) throw new BadRecordError('expected chosen and rejected of one form, found a string and a list');
  const answers = (better: string, worse: string): { text: string; rank: number }[] => [{ text: better, rank: 0 }, { text: worse, rank: 1 }];

  if (record.prompt != null) return { prompt: prompt(asPrompt(record.prompt)), answers: answers(asAnswer(chosen), asAnswer(rejected)) };
  if (typeof chosen !== 'string' && typeof rejected !== 'string') {
    const shared = chosen.slice(0, -1);
    const same = shared.length === rejected.length - 1 && shared.every((turn, i) => turn.role === rejected[i]?.role && turn.content === rejected[i]?.content);
    if (!same) throw new BadRecordError('expected chosen and rejected that differ in the last turn only');
    return { prompt: prompt(shared), answers: answers(asAnswer(chosen.slice(-1)), asAnswer(rejected.slice(-1))) };
  }
  if (isTranscript(String(chosen))) {
    const pair = hhRecords({ chosen, rejected });
    return { prompt: prompt(pair.prompt.messages), answers: [...pair.answers] };
  }
  const { shared, better, worse } = splitAtSharedStart(String(chosen), String(rejected));
  return { prompt: prompt([{ role: 'user', content: shared }]), answers: answers(better, worse) };
}

/** The implicit prompt of two plain texts: what they share, up to the end of a word. */
function splitAtSharedStart(chosen: string, rejected: string): { shared: string; better: string; worse: string } {
  let end = 0;
  while (end < chosen.length && end < rejected.length && chosen[end] === rejected[end]) end += 1;
  while (end > 0 && !/\s/.test(chosen[end - 1] as string)) end -= 1;
  if (chosen.slice(0, end).trim() === '') throw new BadRecordError('expected a prompt, or chosen and rejected that begin with the same one');
  return { shared: chosen.slice(0, end).trim(), better: chosen.slice(end).trim(), worse: rejected.slice(end).trim() };
}

function asPrompt(value: TextOrTurns): ChatMessage[] {
  return typeof value === 'string' ? [{ role: 'user', content: value }] : value;
}

function asAnswer(value: TextOrTurns): string {
  if (typeof value === 'string') return value;
  const turn = value[0];
  if (value.length !== 1 || turn?.role !== 'assistant') throw new BadRecordError("expected an answer of one assistant's turn");
  return turn.content;
}
