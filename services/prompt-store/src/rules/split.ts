import { createHash } from 'node:crypto';
import type { Split } from '@minchat/datasets';

export interface SplitFractions {
  readonly validation: number;
  readonly test: number;
}

/**
 * The split of everything that one user sent (InstructGPT 3.2: "we create our train, validation,
 * and test splits based on user ID"). It depends on nothing but user and seed, so it stays when
 * data is added later.
 */
export function splitOfUser(userId: string, seed: number, fractions: SplitFractions): Split {
  const digest = createHash('sha256').update(JSON.stringify([seed, userId])).digest();
  // 48 bits are an exact integer and fine enough for any fraction.
  const point = digest.readUIntBE(0, 6) / 2 ** 48;
  if (point < fractions.test) return 'test';
  return point < fractions.test + fractions.validation ? 'validation' : 'train';
}
