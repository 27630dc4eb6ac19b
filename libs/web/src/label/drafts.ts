// What a labeler has begun is kept in this browser until it is handed in: it outlives a reload. Another who logs in
// here begins anew: two labelers of one task must not know of each other.
import { currentPerson } from '../people/session.ts';
import { labelerName } from '../preferences.ts';
import { forget, recall, remember, remembered } from '../storage.ts';

const prefix = 'draft-';
const keyOf = (name: string, labeler = currentPerson()?.id ?? labelerName()): string => `${prefix}${labeler}-${name}`;
/** Those that were left the longest ago make room for others. */
const keptDrafts = 50;

interface Kept { at: number; value: unknown }

function keptUnder(key: string): Kept | undefined {
  try {
    const kept = JSON.parse(recall(key) ?? 'null') as Partial<Kept> | null;
    return typeof kept?.at === 'number' ? { at: kept.at, value: kept.value } : undefined;
  } catch {
    return undefined;
  }
}

export function readDraft<T>(name: string, isValid: (value: unknown) => value is T): T | undefined {
  const value = keptUnder(keyOf(name))?.value;
  return isValid(value) ? value : undefined;
}

export function writeDraft(name: string, value: unknown): void {
  const others = remembered().filter((key) => key.startsWith(prefix) && key !== keyOf(name));
  if (others.length >= keptDrafts) {
    const byAge = others.map((key) => ({ key, at: keptUnder(key)?.at ?? 0 })).toSorted((a, b) => a.at - b.at);
    for (const { key } of byAge.slice(0, others.length - keptDrafts + 1)) forget(key);
  }
  remember(keyOf(name), JSON.stringify({ at: Date.now(), value } satisfies Kept));
}

export function dropDraft(name: string): void {
  forget(keyOf(name));
}

/** Keeps what was begun under another name under the one of now. */
export function takeDraft(name: string, formerly: string): void {
  const text = recall(keyOf(name, formerly));
  if (text === null) return;
  forget(keyOf(name, formerly));
  remember(keyOf(name), text);
}

export const isText = (value: unknown): value is string => typeof value === 'string';
