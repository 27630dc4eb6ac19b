import type { Collection } from '../api.ts';

/** What a collection holds records of. */
export const recordTypes = ['prompts', 'demonstrations', 'comparisons', 'texts'] as const;

export type RecordType = (typeof recordTypes)[number];

export function isEmpty(collection: Collection): boolean {
  return recordTypes.every((type) => collection[type] === 0);
}
