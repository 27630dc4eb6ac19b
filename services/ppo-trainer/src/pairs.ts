import { loadRecords, type ComparisonRecord, type Split } from '@minchat/datasets';
import { rankedPairs } from '@minchat/model';
import type { Tokenizer } from '@minchat/tokenizer';
import { rankedExamples, type Example } from '@minchat/training';

/** Two answers to one prompt, the better one first. */
export interface PreferencePair {
  readonly chosen: Example;
  readonly rejected: Example;
}

/** All pairs of a ranking; ties give none. */
export function pairsOf(record: ComparisonRecord, tokenizer: Tokenizer, context: number): PreferencePair[] {
  const examples = rankedExamples(tokenizer, record, context);
  return rankedPairs(record.answers.map(({ rank }) => rank)).flatMap(([better, worse]) => {
    const chosen = examples[better];
    const rejected = examples[worse];
    return chosen && rejected ? [{ chosen, rejected }] : [];
  });
}

/** The pairs of a split of a comparisons dataset. */
export async function loadPairs(folder: string, split: Split, tokenizer: Tokenizer, context: number): Promise<PreferencePair[]> {
  const records = await loadRecords(folder, 'comparisons', split);
  return records.flatMap((record) => pairsOf(record, tokenizer, context));
}
