import { loadRecords, type PromptRecord, type Split } from '@minchat/datasets';
import { MinchatError } from '@minchat/errors';
import type { Tokenizer } from '@minchat/tokenizer';
import { epochOrder } from '@minchat/training';

/** A prompt ready to be answered. */
export interface Prompt {
  /** The chat so far and the beginning of the assistant's turn. */
  readonly tokens: readonly number[];
  /** The last turn, for people to read. */
  readonly text: string;
}

/** A conversation as token ids; when it leaves no room for the answer its beginning is cut off. */
export function encodePrompt(tokenizer: Tokenizer, record: PromptRecord, room: number): Prompt {
  const tokens = tokenizer.encodeChat(record.messages, { addGenerationPrompt: true });
  return { tokens: tokens.slice(-room), text: record.messages.at(-1)?.content ?? '' };
}

/** The prompts of a split, each short enough that `maxNewTokens` fit behind it in the context. */
export async function loadPrompts(
  folder: string,
  split: Split,
  tokenizer: Tokenizer,
  options: { context: number; maxNewTokens: number },
): Promise<Prompt[]> {
  const room = options.context - options.maxNewTokens;
  if (room < 1) {
    throw new MinchatError(
      'MC_STAGE_SETTINGS',
      `maxNewTokens: expected fewer than the model's context of ${options.context} tokens, found ${options.maxNewTokens}`,
    );
  }
  const records = await loadRecords(folder, 'prompts', split);
  return records.map((record) => encodePrompt(tokenizer, record, room));
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
