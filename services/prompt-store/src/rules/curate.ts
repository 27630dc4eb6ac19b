import type { ChatMessage, Split } from '@minchat/datasets';
import { digestOf } from '../digest.ts';
import { normalisePrompt } from './normalise.ts';
import { findPersonalData, type PersonalDataKind } from './personal-data.ts';

// The paper's rules about prompts (InstructGPT 3.2): "We heuristically deduplicate prompts by
// checking for prompts that share a long common prefix, and we limit the number of prompts to 200
// per user ID. We also create our train, validation, and test splits based on user ID [...] we
// filter all prompts in the training split for personally identifiable information."

export interface CuratedPrompt {
  readonly id: string;
  readonly userId: string;
  readonly messages: readonly ChatMessage[];
}

export interface RuleSettings {
  /** Prompts that agree in so many first characters, normalised, are duplicates. */
  readonly commonPrefix: number;
  readonly promptsPerUser: number;
}

/**
 * A function that decides prompts one after another (it is not asked about the next before it has
 * answered), given each one's split (which is its user's): undefined when the prompt is kept, else why it is dropped. The first of several duplicates
 * stays, and a user's first `promptsPerUser`; a prompt that is dropped counts against neither.
 * Why is a code, behind a colon what it is about (the words are made where it is shown):
 * `duplicate` for the same text, `duplicate:200` for the same first characters,
 * `personal data:email,IBAN`, `limit:200`.
 * What it remembers is a digest or two for each prompt kept and a number for each user.
 */
export function createRules(settings: RuleSettings): (prompt: CuratedPrompt, split: Split) => Promise<string | undefined> {
  const seen = new Set<string>();
  const perUser = new Map<string, number>();

  return async ({ userId, messages }, split) => {
    const text = normalisePrompt(messages);
    const prefix = text.length >= settings.commonPrefix ? digestOf('prefix', text.slice(0, settings.commonPrefix)) : undefined;
    const whole = digestOf('whole', text);
    if (seen.has(whole)) return 'duplicate';
    if (prefix !== undefined && seen.has(prefix)) return `duplicate:${settings.commonPrefix}`;
    if (split === 'train') {
      const found = new Set<PersonalDataKind>();
      for (const { content } of messages) for (const kind of await findPersonalData(content)) found.add(kind);
      if (found.size > 0) return `personal data:${[...found].join(',')}`;
    }
    const count = perUser.get(userId) ?? 0;
    if (count >= settings.promptsPerUser) return `limit:${settings.promptsPerUser}`;
    perUser.set(userId, count + 1);
    seen.add(whole);
    if (prefix !== undefined) seen.add(prefix);
    return undefined;
  };
}
