import { loadRecords, type PromptRecord, type Split } from '@minchat/datasets';
import { MinchatError } from '@minchat/errors';
import type { Tokenizer } from '@minchat/tokenizer';
import { encodePrompts, epochOrder, type PromptOptions } from '@minchat/training';

/** What is known of a prompt besides its tokens. */
export type Asked = Pick<PromptRecord, 'messages' | 'reference' | 'useCase'>;

/** A prompt ready to be answered. */
export interface Prompt {
  /** The chat so far and the beginning of the assistant's turn. */
  readonly tokens: readonly number[];
  readonly asked: Asked;
}

/** The prompts of a split, each short enough that `maxNewTokens` fit behind it in the context. */
export async function loadPrompts(folder: string, split: Split, tokenizer: Tokenizer, options: PromptOptions): Promise<Prompt[]> {
  const records = await loadRecords(folder, 'prompts', split);
  const encoded = encodePrompts(tokenizer, records, options);
  return records.map(({ messages, reference, useCase }, row) => ({ tokens: encoded[row] ?? [], asked: { messages, reference, useCase } }));
}

/** Prompts in an order that depends on the seed only: every epoch each of them once. */
export interface PromptSchedule {
  /** The prompts of an iteration, counted from 0. */
  at(iteration: number): readonly Prompt[];
}

export function promptSchedule(prompts: readonly Prompt[], batchSize: number, seed: number): PromptSchedule {
  if (prompts.length === 0) throw new MinchatError('MC_DATA_EMPTY', 'prompts: expected at least one in the train split, found none');
  let epoch = -1;
  let order: number[] = [];
  const prompt = (index: number): Prompt => {
    const wanted = Math.floor(index / prompts.length);
    if (wanted !== epoch) {
      epoch = wanted;
      order = epochOrder(prompts.length, seed, epoch);
    }
    return prompts[order[index % prompts.length] ?? 0] as Prompt;
  };
  return { at: (iteration) => Array.from({ length: batchSize }, (_, row) => prompt(iteration * batchSize + row)) };
}
