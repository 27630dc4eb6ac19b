import { readRecords, type Split } from '@minchat/datasets';
import { MinchatError } from '@minchat/errors';
import type { StageContext } from '@minchat/stage';
import type { Tokenizer } from '@minchat/tokenizer';
import { packTexts, windowBatch, type TokenBatch } from './batch.ts';
import { windowSchedule } from './schedule.ts';

/** A split of a corpus as one stream of tokens; empty where it has no text. */
export async function tokenStream(corpus: string, split: Split, tokenizer: Tokenizer): Promise<Int32Array> {
  async function* texts(): AsyncGenerator<number[]> {
    for await (const { text } of readRecords(corpus, 'text', split)) yield tokenizer.encode(text);
  }
  return packTexts(texts(), tokenizer.separator);
}

export interface WindowOptions {
  /** The setting that asks for text, for the error where there is none. */
  readonly setting: string;
  /** Tokens that a window trains on. */
  readonly length: number;
  /** Windows of a step. */
  readonly rows: number;
}

/**
 * Windows of the train split of the input `corpus` for each step, counted from 0: trained on beside something else, so
 * that what pretraining taught is not forgotten. Throws MC_STAGE_INPUT, MC_DATA_EMPTY.
 */
export async function pretrainingWindows(
  context: Pick<StageContext<unknown, 'corpus'>, 'seed' | 'input' | 'hasInput'>,
  tokenizer: Tokenizer,
  { setting, length, rows }: WindowOptions,
): Promise<(step: number) => TokenBatch> {
  if (!context.hasInput('corpus')) {
    throw new MinchatError('MC_STAGE_INPUT', `${setting}: expected the input corpus, found none`, { hint: `Give the stage a corpus, or remove ${setting}.` });
  }
  const stream = await tokenStream(context.input('corpus'), 'train', tokenizer);
  if (stream.length < 2) throw new MinchatError('MC_DATA_EMPTY', 'corpus: expected text in the train split, found none');
  const windows = windowSchedule({ tokens: stream.length, length, batchSize: rows, seed: context.seed });
  return (step) => windowBatch(stream, windows.at(step), length);
}
