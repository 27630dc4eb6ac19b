import { z } from 'zod';
import type { ChatMessage } from '@minchat/datasets';
import { BadRecordError, parseRecord, type ImportedRecord } from './records.ts';

// Anthropic's hh-rlhf: transcripts of "\n\nHuman: ...\n\nAssistant: ..." where chosen and rejected
// differ in the assistant's last turn.

const pairSchema = z.object({ chosen: z.string(), rejected: z.string() });
const turnStart = /\n\n(Human|Assistant):/;

export function isTranscript(text: string): boolean {
  return /^\s*Human:/.test(text) && text.includes('\n\nAssistant:');
}

/** The comparison that one line holds. Throws BadRecordError. */
export function hhRecords(value: unknown): Extract<ImportedRecord, { kind: 'comparison' }> {
  const { chosen, rejected } = parseRecord(pairSchema, value);
  const better = parseTranscript(chosen, 'chosen');
  const worse = parseTranscript(rejected, 'rejected');
  const messages = better.slice(0, -1);
  const same = better.length === worse.length && messages.every((turn, i) => turn.role === worse[i]?.role && turn.content === worse[i]?.content);
  if (!same) throw new BadRecordError('pair_differs');
  return {
    kind: 'comparison',
    prompt: { messages },
    answers: [better.at(-1), worse.at(-1)].map((turn, rank) => ({ text: turn?.content ?? '', rank })),
  };
}

/** The turns of a prompt that is written as a transcript, up to the answer that is asked for. Throws BadRecordError. */
export function promptOfTranscript(text: string): ChatMessage[] {
  const asked = text.trimEnd();
  return parseTranscript(asked.endsWith('\n\nAssistant:') ? asked : `${asked}\n\nAssistant:`, 'prompt').slice(0, -1);
}

/** HelpSteer2's prompts of several turns: all but the first begin with a mark and who says them. */
const markedTurn = /\n?<extra_id_1>(User|Assistant)\n/;

/** The turns of a prompt that is written with marks between them; undefined for one that has none. */
export function turnsOfMarked(text: string): ChatMessage[] | undefined {
  const [first = '', ...parts] = text.split(markedTurn);
  if (parts.length === 0) return undefined;
  const turns: ChatMessage[] = [{ role: 'user', content: first }];
  for (let i = 0; i < parts.length; i += 2) turns.push({ role: parts[i] === 'User' ? 'user' : 'assistant', content: parts[i + 1] ?? '' });
  return turns;
}

function parseTranscript(text: string, name: string): ChatMessage[] {
  // With one capturing group, split gives ["", speaker, text, speaker, text, ...].
  const [before, ...parts] = `\n\n${text.trimStart()}`.split(turnStart);
  if (before?.trim() !== '' || parts.length < 4) throw new BadRecordError('transcript_turns', { field: name });
  const turns: ChatMessage[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    turns.push({ role: parts[i] === 'Human' ? 'user' : 'assistant', content: (parts[i + 1] ?? '').trim() });
  }
  if (turns.at(-1)?.role !== 'assistant') throw new BadRecordError('transcript_end', { field: name });
  return turns;
}
