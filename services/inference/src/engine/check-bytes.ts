import { MinchatError } from '@minchat/errors';
import type { Tokenizer } from '@minchat/tokenizer';

/**
 * Refuses texts that have more tokens than `limit` however they are cut, before they are: cutting a megabyte
 * takes seconds, in which no answer gets a token. Throws MC_CONTEXT_LENGTH.
 */
export function checkBytes(limit: number, { longestToken }: Tokenizer, texts: readonly string[], what: string): void {
  const least = Math.ceil(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / longestToken);
  if (least > limit) throw new MinchatError('MC_CONTEXT_LENGTH', `${what}: expected at most ${limit} tokens, found at least ${least}`);
}
