import { readRecords, type Split } from '@minchat/datasets';
import { MinchatError } from '@minchat/errors';
import type { Tokenizer } from '@minchat/tokenizer';
import { packTexts, windowBatch, type TokenBatch } from './batch.ts';
import { windowSchedule } from './schedule.ts';

/** A split of a corpus as one stream of tokens; empty where it has no text. */
export async function tokenStream(corpus: string, split: Split, tokenizer: Tokenizer): Promise<Int32Array> {
  async function* texts(): AsyncGenerator<number[]> {
    for await (const { text } of readRecords(corpus, 'text', split)) yield tokenizer.encode(text);
  }
  return packTexts(texts(), tokenizer.endOfText);
}

export interface WindowOptions {
  /** Tokens that a window trains on. */
  readonly length: number;
  /** Windows of a step. */
  readonly rows: number;
  readonly seed: number;
}

/**
 * Windows of a corpus's train split for each step, counted from 0: trained on beside something else, so that what
 * pretraining taught is not forgotten. Throws MC_DATA_EMPTY.
 */
export async function pretrainingWindows(corpus: string, tokenizer: Tokenizer, { length, rows, seed }: WindowOptions): Promise<(step: number) => TokenBatch> {
  const stream = await tokenStream(corpus, 'train', tokenizer);
  if (stream.length < 2) throw new MinchatError('MC_DATA_EMPTY', 'corpus: expected text in the train split, found none');
  const windows = windowSchedule({ tokens: stream.length, length, batchSize: rows, seed });
  return (step) => windowBatch(stream, windows.at(step), length);
}
