import { MinchatError } from '@minchat/errors';
import { writeDataset, type ChatMessage, type Split } from '@minchat/datasets';
import type { Metrics } from '@minchat/stage';
import { createWorld, defaultSizes, type World, type WorldSizes } from '@minchat/world';
import { createRules, type RuleSettings } from '../rules/curate.ts';
import type { DataJob } from './data-job.ts';
import type { WorldSettings } from './data-settings.ts';

/** Writes the quickstart's world. Its splits are by user already; the other rules apply to it as to any data. */
export async function writeWorld(job: DataJob, settings: WorldSettings): Promise<Metrics> {
  job.progress(0, 3, 'making the world');
  const world = makeWorld(job.seed, settings);
  const prompts = await curate(world.prompts, settings);
  const demonstrations = await curate(world.demonstrations, settings);
  job.progress(1, 3, 'writing texts');
  const corpus = await writeDataset(job.folders.corpus, 'text', world.corpus, 'texts of the quickstart world');
  job.signal.throwIfAborted();
  job.progress(2, 3, 'writing prompts and demonstrations');
  const written = {
    prompts: await writeDataset(job.folders.prompts, 'prompts', mapSplits(prompts.kept, ({ id, messages, useCase }) => ({ id, messages, useCase })), 'prompts of the quickstart world'),
    demonstrations: await writeDataset(
      job.folders.demonstrations,
      'demonstrations',
      mapSplits(demonstrations.kept, ({ id, messages, useCase, completion }) => ({ id, messages, useCase, completion })),
      'demonstrations of the quickstart world',
    ),
  };
  await writeDataset(job.folders.comparisons, 'comparisons', { train: [] }, 'none: the answers are still to be sampled and ranked');
  job.progress(3, 3, 'done');
  return {
    texts: corpus.counts['train'] ?? 0,
    prompts: written.prompts.counts['train'] ?? 0,
    demonstrations: written.demonstrations.counts['train'] ?? 0,
    comparisons: 0,
    dropped: prompts.dropped + demonstrations.dropped,
  };
}

function makeWorld(seed: number, settings: WorldSettings): World {
  const sizes: WorldSizes = {
    documents: settings.documents ?? defaultSizes.documents,
    validationDocuments: settings.validationDocuments ?? defaultSizes.validationDocuments,
    prompts: settings.prompts ?? defaultSizes.prompts,
    demonstrations: settings.demonstrations ?? defaultSizes.demonstrations,
  };
  try {
    return createWorld({ seed, sizes });
  } catch (error) {
    if (error instanceof RangeError) throw new MinchatError('MC_STAGE_SETTINGS', error.message, { cause: error });
    throw error;
  }
}

interface WorldRecord {
  readonly id: string;
  readonly user: string;
  readonly messages: ChatMessage[];
}

/** The paper's rules over all splits of one kind of record. */
async function curate<T extends WorldRecord>(bySplit: Partial<Record<Split, readonly T[]>>, settings: RuleSettings): Promise<{ kept: Partial<Record<Split, T[]>>; dropped: number }> {
  const rule = createRules(settings);
  const kept: Partial<Record<Split, T[]>> = {};
  let dropped = 0;
  for (const [split, records] of Object.entries(bySplit) as [Split, readonly T[]][]) {
    kept[split] = [];
    for (const record of records) {
      if ((await rule({ id: record.id, userId: record.user, messages: record.messages }, split)) === undefined) kept[split].push(record);
      else dropped += 1;
    }
  }
  return { kept, dropped };
}

function mapSplits<T, U>(bySplit: Partial<Record<Split, readonly T[]>>, map: (record: T) => U): Partial<Record<Split, U[]>> {
  const entries = Object.entries(bySplit) as [Split, readonly T[]][];
  return Object.fromEntries(entries.map(([split, records]) => [split, records.map((record) => map(record))]));
}
