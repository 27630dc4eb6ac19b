import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Numbers from float64 PyTorch, kept in `shared/reference` beside the repository. A checkout
// without that folder runs the other tests and says what it left out.
const folder = join(import.meta.dirname, '../../../../../shared/reference');

/** The parsed reference file, or undefined with a line on stderr where there is none. */
export function referenceFile<T>(name: string): T | undefined {
  const path = join(folder, name);
  if (!existsSync(path)) {
    process.stderr.write(`left out: tests against ${name}, as ${path} does not exist\n`);
    return undefined;
  }
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

type Numbers = number | readonly Numbers[];

/** The largest absolute difference between two equally nested arrays; Infinity when the shapes differ. */
export function largestDifference(a: Numbers, b: Numbers): number {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b);
  if (typeof a === 'number' || typeof b === 'number' || a.length !== b.length) return Infinity;
  return a.reduce<number>((largest, value, index) => Math.max(largest, largestDifference(value, b[index] ?? [])), 0);
}
