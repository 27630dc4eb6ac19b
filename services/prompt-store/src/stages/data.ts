import { defineStage, type Metrics } from '@minchat/stage';
import type { Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import { writeCollection } from './collection-data.ts';
import { dataSettings } from './data-settings.ts';
import { writeWorld } from './world-data.ts';

export const dataOutputs = {
  corpus: { kind: 'dataset', description: 'texts for pretraining' },
  demonstrations: { kind: 'dataset', description: 'prompts with the answers that labelers wrote' },
  prompts: { kind: 'dataset', description: 'prompts without answers' },
  comparisons: { kind: 'dataset', description: 'ranked answers that were imported; may be empty' },
} as const;

/** Where the outputs go. */
export type DataFolders = Readonly<Record<keyof typeof dataOutputs, string>>;

export interface DataJob {
  readonly jobId: string;
  readonly runId: string;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly folders: DataFolders;
  progress(step: number, totalSteps: number, message: string): void;
}

/** The stage `data`: a reproducible snapshot of a collection, or the quickstart's world. */
export function dataStage(db: Db) {
  return defineStage({
    kind: 'data',
    description: 'Takes a snapshot of the data: corpus, demonstrations, prompts, comparisons.',
    settings: dataSettings,
    inputs: {},
    outputs: dataOutputs,
    run(context): Promise<Metrics> {
      const job: DataJob = {
        jobId: context.jobId,
        runId: context.runId,
        seed: context.seed,
        signal: context.signal,
        folders: {
          corpus: context.output('corpus'),
          demonstrations: context.output('demonstrations'),
          prompts: context.output('prompts'),
          comparisons: context.output('comparisons'),
        },
        progress: (step, totalSteps, message) => context.progress({ step, totalSteps, message }),
      };
      const { settings } = context;
      return settings.source === 'world' ? writeWorld(job, settings) : withDatabaseErrors(() => writeCollection(db, job, settings));
    },
  });
}
