import { MinchatError } from '@minchat/errors';
import { splits, writeDataset, type DatasetInfo, type DemonstrationRecord, type RecordOf, type RecordType, type Split } from '@minchat/datasets';
import type { Metrics } from '@minchat/stage';
import { checkUndeleted } from '../collections.ts';
import type { Db } from '../database.ts';
import { countBy, labelersNamed } from '../labeling/excluded.ts';
import { checkNotGold } from '../labeling/gold.ts';
import { take } from '../pages.ts';
import { comparisons as comparisonsTable, demonstrations as demonstrationsTable } from '../schema.ts';
import { snapshotComparisons, snapshotDemonstrations, snapshotPromptRecords, snapshotTexts, takeSnapshot, type Snapshot } from '../snapshot.ts';
import type { DataJob } from './data-job.ts';
import type { CollectionSettings } from './data-settings.ts';

const steps = 5;

/** Writes collections as one: decides by the paper's rules, then streams every dataset out of the database. */
export async function writeCollection(db: Db, job: DataJob, settings: CollectionSettings): Promise<Metrics> {
  const { limits } = settings;
  const collections = [settings.collection, ...settings.also];
  const named = collections.join(' and ');
  for (const collection of collections) await checkNotGold(db, collection);
  const excluded = await labelersNamed(db, settings.excludeLabelers);
  const snapshot = await takeSnapshot(db, {
    jobId: job.jobId,
    runId: job.runId,
    collections,
    seed: job.seed,
    rules: settings,
    splitFractions: settings.splitFractions,
    excluded,
    signal: job.signal,
    onProgress: (decided) => job.progress(0, steps, `${decided} prompts looked at`),
  });

  const write = async <T extends RecordType>(step: number, folder: string, type: T, of: (split: Split) => AsyncIterable<RecordOf<T>>, limit: number | undefined, description: string): Promise<DatasetInfo> => {
    job.progress(step, steps, `writing ${type}`);
    const limited = (split: Split) => stopping(take(of(split), limit ?? Number.POSITIVE_INFINITY), job.signal);
    return writeDataset(folder, type, { train: limited('train'), validation: limited('validation'), test: limited('test') }, description);
  };

  const own = (split: Split) => snapshotDemonstrations(db, snapshot, split);
  const best = (split: Split) => bestAnswers(db, snapshot, split);
  const demonstrationsOf = (await isEmpty(own)) ? best : own;
  const prompts = await write(1, job.folders.prompts, 'prompts', (split) => snapshotPromptRecords(db, snapshot, split), limits.prompts, `prompts of ${named}`);
  const demonstrations = await write(2, job.folders.demonstrations, 'demonstrations', demonstrationsOf, limits.demonstrations, demonstrationsOf === own ? `demonstrations of ${named}` : `the best-ranked answers of ${named}, without demonstrations`);
  const comparisons = await write(3, job.folders.comparisons, 'comparisons', (split) => snapshotComparisons(db, snapshot, split), limits.comparisons, `comparisons of ${named}`);

  const raw = (split: Split) => snapshotTexts(db, snapshot, split, job.seed, settings.splitFractions.validation);
  const hasTexts = !(await isEmpty(raw));
  const rendered = (split: Split) => conversations((demonstrations.counts['train'] ?? 0) > 0 ? demonstrationsOf(split) : snapshotPromptRecords(db, snapshot, split));
  const corpus = await write(4, job.folders.corpus, 'text', hasTexts ? raw : rendered, limits.texts, hasTexts ? `texts of ${named}` : `conversations of ${named}, without texts`);

  await checkUndeleted(db, settings.collection, snapshot.imports);
  if ((corpus.counts['train'] ?? 0) === 0) {
    throw new MinchatError('MC_DATA_EMPTY', `${named}: expected data to train on, found none that the rules keep`, {
      hint: 'Import more data, or give validation and test smaller fractions.',
    });
  }
  job.progress(steps, steps, 'done');
  return {
    texts: corpus.counts['train'] ?? 0,
    prompts: prompts.counts['train'] ?? 0,
    demonstrations: demonstrations.counts['train'] ?? 0,
    comparisons: comparisons.counts['train'] ?? 0,
    dropped: Object.values(snapshot.dropped).reduce((sum, count) => sum + count, 0),
    ...(excluded.length > 0 && {
      'excluded/demonstrations': await countBy(db, demonstrationsTable, snapshot.imports, excluded),
      'excluded/comparisons': await countBy(db, comparisonsTable, snapshot.imports, excluded),
    }),
    ...Object.fromEntries(splits.map((split) => [`kept/${split}`, snapshot.kept[split]])),
    ...Object.fromEntries(Object.entries(snapshot.dropped).map(([reason, count]) => [`dropped/${reason.replaceAll(' ', '_')}`, count])),
  };
}

/** In place of demonstrations: the first of each comparison's best answers that was not cut off, which would teach to end there. */
async function* bestAnswers(db: Db, snapshot: Snapshot, split: Split): AsyncGenerator<DemonstrationRecord> {
  for await (const { answers, id, messages, useCase } of snapshotComparisons(db, snapshot, split)) {
    const rank = Math.min(...answers.map((answer) => answer.rank));
    const best = answers.find((answer) => answer.rank === rank && answer.finished && answer.text.trim() !== '');
    if (best !== undefined) yield { id, messages, ...(useCase === undefined ? {} : { useCase }), completion: best.text };
  }
}

/** Conversations as plain text, the turns apart by a blank line. */
async function* conversations(records: AsyncIterable<{ messages: readonly { content: string }[]; completion?: string }>): AsyncGenerator<{ text: string }> {
  for await (const { messages, completion } of records) {
    const turns = messages.map((message) => message.content.trim());
    if (completion !== undefined) turns.push(completion.trim());
    yield { text: turns.join('\n\n') };
  }
}

async function isEmpty(of: (split: Split) => AsyncIterable<unknown>): Promise<boolean> {
  for (const split of splits) {
    for await (const _ of of(split)) return false;
  }
  return true;
}

async function* stopping<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for await (const value of source) {
    signal.throwIfAborted();
    yield value;
  }
}
