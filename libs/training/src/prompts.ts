import type { ChatMessage } from '@minchat/datasets';
import { MinchatError } from '@minchat/errors';
import type { Logger } from '@minchat/telemetry';
import type { Tokenizer } from '@minchat/tokenizer';

export interface PromptOptions {
  /** The model's, or the smallest of those that read prompt and answer. */
  readonly context: number;
  /** The longest answer, for which there is room behind every prompt. */
  readonly maxNewTokens: number;
  readonly log: Logger;
}

/**
 * Conversations as token ids, to be answered. One that leaves too little room for the answer keeps its end, which is
 * warned of. Throws MC_STAGE_SETTINGS where the context has no room for any prompt.
 */
export function encodePrompts(tokenizer: Tokenizer, records: readonly { readonly messages: readonly ChatMessage[] }[], { context, maxNewTokens, log }: PromptOptions): number[][] {
  const room = context - maxNewTokens;
  if (room < 1) {
    throw new MinchatError('MC_STAGE_SETTINGS', `maxNewTokens: expected fewer than the model's context of ${context} tokens, found ${maxNewTokens}`);
  }
  const prompts = records.map(({ messages }) => tokenizer.encodeChat(messages, { addGenerationPrompt: true }));
  const long = prompts.filter((prompt) => prompt.length > room).length;
  if (long > 0) {
    log.warn({ long, prompts: prompts.length, room }, `${long} of ${prompts.length} prompts are longer than the ${room} tokens that maxNewTokens leaves of the context: they lose their beginning`);
  }
  return prompts.map((prompt) => prompt.slice(-room));
}
