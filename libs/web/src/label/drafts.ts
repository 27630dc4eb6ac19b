// What a labeler has begun is kept in this browser until it is handed in: it outlives a reload. Another who logs in
// here begins anew: two labelers of one task must not know of each other.
import { currentPerson } from '../people/session.ts';
import { labelerName } from '../preferences.ts';
import { forget, recall, remember, remembered } from '../storage.ts';

const prefix = 'draft-';
const keyOf = (name: string, labeler = currentPerson()?.id ?? labelerName()): string => `${prefix}${labeler}-${name}`;
/** Drafts of tasks that nobody came back to make room for others. */
const keptDrafts = 50;

export function readDraft<T>(name: string, isValid: (value: unknown) => value is T): T | undefined {
  const text = recall(keyOf(name));
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isValid(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function writeDraft(name: string, value: unknown): void {
  const names = remembered().filter((key) => key.startsWith(prefix) && key !== keyOf(name));
  for (const key of names.slice(0, Math.max(0, names.length - keptDrafts))) forget(key);
  remember(keyOf(name), JSON.stringify(value));
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
