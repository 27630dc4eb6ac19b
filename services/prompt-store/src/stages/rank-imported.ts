import { MinchatError } from '@minchat/errors';
import { readDatasetInfo, readRecords, writeDataset, type ComparisonRecord, type Split } from '@minchat/datasets';
import type { Metrics } from '@minchat/stage';
import { neededInput, type RankContext } from './rank-common.ts';

/** Hands on comparisons that were ranked before they were imported. */
export async function passImported(context: RankContext): Promise<Metrics> {
  const folder = neededInput(context, 'comparisons', 'imported');
  const { description, metrics } = await readDatasetInfo(folder, 'comparisons');
  const of = (split: Split): AsyncGenerator<ComparisonRecord> => readRecords(folder, 'comparisons', split);
  const info = await writeDataset(context.output('comparisons'), 'comparisons', { train: of('train'), validation: of('validation'), test: of('test') }, description, metrics);
  if ((info.counts['train'] ?? 0) === 0) {
    throw new MinchatError('MC_DATA_EMPTY', 'rank with labelers: imported: expected comparisons, found none', {
      hint: 'Import data with ranked answers (hh-rlhf, oasst, jsonl with chosen and rejected), or rank sampled answers (labelers: human).',
    });
  }
  return { comparisons: Object.values(info.counts).reduce((sum, count) => sum + count, 0) };
}
