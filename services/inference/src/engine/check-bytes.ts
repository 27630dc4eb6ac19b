import { MinchatError } from '@minchat/errors';
import type { Model } from '@minchat/model';
import type { Tokenizer } from '@minchat/tokenizer';

export interface Room {
  /** Answers at once. */
  readonly slots: number;
  /** Of the longest text that is read or written. */
  readonly tokens: number;
}

/** A model that texts are read for. */
export interface ReadingModel {
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  readonly room: Room;
}

/** How many tokens a text may have, in words that say whose bound it is. */
export function mostTokens({ model, room }: ReadingModel): string {
  return room.tokens === model.shape.context ? `${room.tokens} tokens` : `${room.tokens} tokens (of the model's ${model.shape.context}: INFERENCE_KV_MB has room for no more)`;
}

/**
 * Refuses texts that have more tokens than there is room for however they are cut, before they are: cutting a megabyte
 * takes seconds, in which no answer gets a token. Throws MC_CONTEXT_LENGTH.
 */
export function checkBytes(loaded: ReadingModel, texts: readonly string[], what: string): void {
  const least = Math.ceil(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / loaded.tokenizer.longestToken);
  if (least > loaded.room.tokens) throw new MinchatError('MC_CONTEXT_LENGTH', `${what}: expected at most ${mostTokens(loaded)}, found at least ${least}`);
}
