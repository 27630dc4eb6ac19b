// What a labeler has begun is kept in this browser until it is handed in: it outlives a reload. Another who logs in
// here begins anew: two labelers of one task must not know of each other.
import { currentPerson } from '../people/session.ts';
import { labelerName } from '../preferences.ts';

const prefix = 'minchat-draft-';
const keyOf = (name: string): string => `${prefix}${currentPerson()?.id ?? labelerName()}-${name}`;
/** Drafts of tasks that nobody came back to make room for others. */
const keptDrafts = 50;

export function readDraft<T>(name: string, isValid: (value: unknown) => value is T): T | undefined {
  const text = localStorage.getItem(keyOf(name));
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isValid(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function writeDraft(name: string, value: unknown): void {
  const names = Object.keys(localStorage).filter((key) => key.startsWith(prefix) && key !== keyOf(name));
  for (const key of names.slice(0, Math.max(0, names.length - keptDrafts))) localStorage.removeItem(key);
  localStorage.setItem(keyOf(name), JSON.stringify(value));
}

export function dropDraft(name: string): void {
  localStorage.removeItem(keyOf(name));
}

export const isText = (value: unknown): value is string => typeof value === 'string';
