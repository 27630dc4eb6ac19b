import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MinchatError } from '@minchat/errors';

/** One comparison of many numbers. */
export interface Check {
  /** What was compared: `logits`, `steps[3].after`. */
  readonly what: string;
  readonly difference: number;
  readonly tolerance: number;
}

export type Nested = number | readonly Nested[];

/** The largest absolute difference; Infinity where shapes differ or a number is not finite. */
export function absoluteDifference(found: Nested, expected: Nested): number {
  if (typeof found === 'number' && typeof expected === 'number') {
    const difference = Math.abs(found - expected);
    return Number.isNaN(difference) ? Infinity : difference;
  }
  if (typeof found === 'number' || typeof expected === 'number' || found.length !== expected.length) return Infinity;
  let largest = 0;
  found.forEach((value, i) => {
    largest = Math.max(largest, absoluteDifference(value, expected[i] ?? []));
  });
  return largest;
}

/** The largest absolute difference, divided by the largest expected number's size. */
export function relativeDifference(found: Nested, expected: Nested): number {
  return absoluteDifference(found, expected) / Math.max(largestSize(expected), 1e-12);
}

/** The largest absolute value. */
export function largestSize(value: Nested): number {
  if (typeof value === 'number') return Math.abs(value);
  let largest = 0;
  for (const inner of value) largest = Math.max(largest, largestSize(inner));
  return largest;
}

/** A reference file. Throws MC_DATA_INVALID when it is not there or not JSON. */
export async function readReference<T>(folder: string, file: string): Promise<T> {
  try {
    return JSON.parse(await readFile(join(folder, file), 'utf8')) as T;
  } catch (cause) {
    throw new MinchatError('MC_DATA_INVALID', `expected the reference file ${file}, found: ${(cause as Error).message}`, { cause });
  }
}
