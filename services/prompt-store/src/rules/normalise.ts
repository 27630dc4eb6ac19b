import type { ChatMessage } from '@minchat/datasets';
import { digestOf } from '../digest.ts';

/**
 * The text by which prompts are compared: case, spacing and Unicode form do not count. The latest
 * turn comes first, so that two conversations with the same beginning are not taken for one
 * another while two with the same long last turn are; for a single turn it is the text itself.
 */
export function normalisePrompt(messages: readonly ChatMessage[]): string {
  return messages
    .toReversed()
    .map((message) => message.content.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim())
    .join('\n');
}

/** What prompts.text_hash holds. */
export function textHash(messages: readonly ChatMessage[]): string {
  return digestOf(normalisePrompt(messages));
}
