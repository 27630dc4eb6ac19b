import type { ChatMessage } from '@minchat/datasets';
import { digestOf } from '../digest.ts';

/** Case, spacing and Unicode form do not count. */
function normaliseText(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

/**
 * The text by which prompts are compared, each turn normalised. The latest turn comes first, so that two conversations with the same beginning are not taken for one
 * another while two with the same long last turn are; for a single turn it is the text itself.
 */
export function normalisePrompt(messages: readonly ChatMessage[]): string {
  return messages
    .toReversed()
    .map((message) => normaliseText(message.content))
    .join('\n');
}

/** What prompts.text_hash holds. */
export function textHash(messages: readonly ChatMessage[]): string {
  return digestOf(normalisePrompt(messages));
}

/**
 * Stands for the author of a prompt when nobody is named: conversations that open with the same
 * user turn, normalised, count as one author's, so that they never land in two splits.
 */
export function threadOf(messages: readonly ChatMessage[]): string {
  const opening = messages.find((message) => message.role === 'user') ?? messages[0];
  return `thread:${digestOf(normaliseText(opening?.content ?? ''))}`;
}

/** Whose a stored prompt counts as. Its opening may have been digested by a version to which case and spacing counted. */
export function authorOf({ userId, messages }: { readonly userId: string; readonly messages: readonly ChatMessage[] }): string {
  return /^thread:[\da-f]{32}$/.test(userId) ? threadOf(messages) : userId;
}
