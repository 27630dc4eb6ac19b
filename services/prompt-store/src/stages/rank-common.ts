import { MinchatError } from '@minchat/errors';
import { readRecords, splits, writeDataset, type AnswersRecord, type ComparisonRecord, type Split } from '@minchat/datasets';
import type { StageContext } from '@minchat/stage';
import { promptId } from '../digest.ts';
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

/**
 * Writes the comparisons of this stage's answers, and behind them those of its input that were ranked before: imported ones,
 * or an earlier round's, but for those by labelers who are left out. What is about the same prompt comes into one split. Returns how many there are of both, and of the latter.
 */
export async function writeRanked(context: RankContext, bySplit: Record<Split, AnswersRecord[]>, ranked: Record<Split, ComparisonRecord[]>, description: string, metrics: Readonly<Record<string, number>> = {}, excluded: readonly string[] = []): Promise<{ comparisons: number; rankedBefore?: number }> {
  const splitOf = new Map(splits.flatMap((split) => bySplit[split].map(({ messages }) => [promptId(messages), split] as const)));
  const known = new Set(splits.flatMap((split) => ranked[split].map(({ id }) => id)));
  let before = 0;
  async function* of(split: Split): AsyncGenerator<ComparisonRecord> {
    yield* ranked[split];
    if (!context.hasInput('comparisons')) return;
    for (const theirs of splits) {
      for await (const record of readRecords(context.input('comparisons'), 'comparisons', theirs)) {
        if ((splitOf.get(promptId(record.messages)) ?? theirs) !== split || known.has(record.id) || excluded.includes(record.labeler ?? '')) continue;
        before += 1;
        yield record;
      }
    }
  }
  const { counts } = await writeDataset(context.output('comparisons'), 'comparisons', { train: of('train'), validation: of('validation'), test: of('test') }, description, metrics);
  const comparisons = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { comparisons, ...(before > 0 && { rankedBefore: before }) };
}
