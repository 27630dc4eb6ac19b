import { MinchatError } from '@minchat/errors';
import { readRecords, splits, type AnswersRecord, type Split } from '@minchat/datasets';
import type { StageContext } from '@minchat/stage';
import { splitOfUser } from '../rules/split.ts';

export type RankContext = Pick<StageContext<unknown, 'answers' | 'comparisons', 'comparisons'>, 'input' | 'hasInput' | 'output' | 'progress' | 'runId' | 'jobId' | 'stage' | 'seed' | 'signal' | 'log'>;

/** The folder of an input that these settings need. Throws MC_STAGE_INPUT. */
export function neededInput(context: RankContext, name: 'answers' | 'comparisons', labelers: string): string {
  if (!context.hasInput(name)) {
    throw new MinchatError('MC_STAGE_INPUT', `rank with labelers: ${labelers}: expected the input ${name}, found none`);
  }
  return context.input(name);
}

/**
 * The answers by the split that their comparisons go to. Answers that come with a validation
 * split keep it; otherwise the prompts are split, so that no prompt is in both.
 */
export async function answersBySplit(folder: string, seed: number, validationFraction: number): Promise<Record<Split, AnswersRecord[]>> {
  const bySplit: Record<Split, AnswersRecord[]> = { train: [], validation: [], test: [] };
  for (const split of splits) {
    for await (const record of readRecords(folder, 'answers', split)) {
      if (record.answers.length >= 2) bySplit[split].push(record);
    }
  }
  if (splits.every((split) => bySplit[split].length === 0)) {
    throw new MinchatError('MC_DATA_EMPTY', 'expected answers to rank, found no prompt with two or more', {
      hint: 'Have the stage before sample at least two answers to each prompt.',
    });
  }
  if (bySplit.validation.length > 0) return bySplit;
  const fractions = { validation: validationFraction, test: 0 };
  const [train, validation] = (['train', 'validation'] as const).map((split) => bySplit.train.filter((record) => splitOfUser(`prompt:${record.id}`, seed, fractions) === split));
  return { train: train ?? [], validation: validation ?? [], test: bySplit.test };
}
