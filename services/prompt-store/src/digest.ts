import { createHash } from 'node:crypto';
import type { ChatMessage } from '@minchat/datasets';

/**
 * The first 128 bits of SHA-256 over the parts, as 32 hex digits. The parts are told apart by
 * their JSON form, so ["ab", "c"] and ["a", "bc"] differ.
 */
export function digestOf(...parts: readonly (string | number | boolean | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** The id of a prompt: the same conversation has the same id in every import. */
export function promptId(messages: readonly ChatMessage[]): string {
  return digestOf(...messages.flatMap((message) => [message.role, message.content]));
}

/** Whether a prompt's user is somebody who was named. */
export function isNamed(userId: string): boolean {
  return !userId.startsWith('thread:');
}
