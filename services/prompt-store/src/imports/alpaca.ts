import { z } from 'zod';
import { optional, parseRecord, type ImportedRecord } from './records.ts';

const alpacaSchema = z.object({ instruction: z.string(), input: optional(z.string()), output: z.string() });

/** Stanford Alpaca: an instruction, perhaps an input it is applied to, and the answer. */
export function alpacaRecords(value: unknown): ImportedRecord[] {
  const { instruction, input, output } = parseRecord(alpacaSchema, value);
  return [{ kind: 'demonstration', prompt: { messages: [{ role: 'user', content: withInput(instruction, input) }] }, completion: output }];
}

/** An instruction with what it is applied to, if that is anything. */
export function withInput(instruction: string, input: string | undefined): string {
  return (input ?? '').trim() === '' ? instruction : `${instruction}\n\n${input}`;
}
