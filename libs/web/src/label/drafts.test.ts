import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isText, readDraft, writeDraft } from './drafts.ts';

/** As browsers have it: what is kept are the object's keys. Node has none. */
class MemoryStorage {
  [key: string]: unknown;
}
for (const [name, value] of Object.entries({
  getItem(this: MemoryStorage, key: string) { return this[key] ?? null; },
  setItem(this: MemoryStorage, key: string, text: string) { this[key] = text; },
  removeItem(this: MemoryStorage, key: string) { delete this[key]; },
})) Object.defineProperty(MemoryStorage.prototype, name, { value });

beforeEach(() => {
  vi.stubGlobal('localStorage', new MemoryStorage());
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('of too many drafts the ones left the longest ago go, in whatever order the browser has them', () => {
  const write = (name: string): void => {
    vi.setSystemTime(Date.now() + 1000);
    writeDraft(name, name);
  };
  for (let n = 0; n < 50; n += 1) write(`task-${n}`);
  write('task-0');
  write('one-more');
  write('another');
  expect(['task-0', 'task-1', 'task-2', 'task-3', 'task-49', 'one-more', 'another'].map((name) => readDraft(name, isText))).toEqual(['task-0', undefined, undefined, 'task-3', 'task-49', 'one-more', 'another']);
});

it('what cannot be read, or was kept by another version, is none and goes first', () => {
  const kept = localStorage as unknown as Record<string, string>;
  const key = (name: string): string => Object.keys(kept).find((one) => one.endsWith(name)) ?? '';
  writeDraft('mine', 'text');
  kept[key('mine')] = '{';
  expect(readDraft('mine', isText)).toBeUndefined();
  kept[key('mine')] = '"text"';
  expect(readDraft('mine', isText)).toBeUndefined();
  for (let n = 0; n < 50; n += 1) writeDraft(`task-${n}`, 'a');
  expect([key('mine'), readDraft('task-0', isText)]).toEqual(['', 'a']);
});
