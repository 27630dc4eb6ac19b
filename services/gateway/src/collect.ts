import type { Bus } from '@minchat/bus';
import type { FastifyRequest } from 'fastify';
import type { Principal } from './people/principal.ts';

/** A prompt that was sent to the API. */
export interface SentPrompt {
  request: FastifyRequest;
  /** Its place among the prompts of the request. */
  index: number;
  messages: { role: string; content: string }[];
  user: string | null | undefined;
  /** The request itself asks not to be kept. */
  refused: boolean;
}

/** Hands prompts to the prompt-store, of those who consent. Never fails the request. */
export type CollectPrompt = (prompt: SentPrompt) => void;

/** `setting` as COLLECT_PROMPTS. */
export function promptCollector(bus: Pick<Bus, 'publishFeedback'>, setting: string): CollectPrompt {
  return ({ request, index, messages, user, refused }) => {
    if (refused || /^off$/i.test(String(request.headers['x-minchat-collect'])) || !consents(request.principal, setting)) return;
    // An empty one is nobody's.
    const userId = user || userOf(request.principal);
    bus.publishFeedback('prompt', { promptId: `api-${request.id}-${index}`, userId, messages, source: 'api', atMs: Date.now() })
      .catch((error: unknown) => request.log.warn({ err: error }, 'prompt not collected'));
  };
}

/** A key that was made in the studio says so itself. */
function consents(principal: Principal, setting: string): boolean {
  if (principal.kind === 'key' && principal.collect !== undefined) return principal.collect;
  return collects(setting, principal.kind === 'key' ? principal.name : undefined);
}

/** Which prompts are collected, from COLLECT_PROMPTS: `off`, `on`, or names of keys. */
export function collects(setting: string, keyName: string | undefined): boolean {
  if (setting === 'off') return false;
  if (setting === 'on') return true;
  return keyName !== undefined && setting.split(',').some((name) => name.trim() === keyName);
}

function userOf(principal: Principal): string {
  if (principal.kind === 'account') return principal.id;
  return principal.kind === 'key' ? principal.name : 'local';
}
