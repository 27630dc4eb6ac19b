import type { ComparisonRecord } from '@minchat/datasets';
import { rankedPairs } from '@minchat/model';
import type { Tokenizer } from '@minchat/tokenizer';
import { rankedExamples, type Example } from '@minchat/training';

/** One labeler's ranking of K answers, as token ids. */
export interface Comparison {
  readonly answers: readonly Example[];
  /** 0 is best; equal ranks are ties. */
  readonly ranks: readonly number[];
}

/**
 * Comparisons that teach something: those with at least one pair that is no tie. An answer that was
 * cut off has no end token and is read at its last token, so that the model sees that it is unfinished.
 */
export function encodeComparisons(records: readonly ComparisonRecord[], tokenizer: Tokenizer, context: number): Comparison[] {
  return records.flatMap((record) => {
    const ranks = record.answers.map(({ rank }) => rank);
    return rankedPairs(ranks).length === 0 ? [] : [{ answers: rankedExamples(tokenizer, record, context), ranks }];
  });
}

/** Tokens of the longest answer with its prompt: what a row is padded to. */
export function comparisonLength({ answers }: Comparison): number {
  return Math.max(...answers.map(exampleLength));
}

function exampleLength({ prompt, answer }: Example): number {
  return prompt.length + answer.length;
}
