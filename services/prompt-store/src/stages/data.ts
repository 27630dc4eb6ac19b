import { defineStage, type Metrics } from '@minchat/stage';
import type { Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import { writeCollection } from './collection-data.ts';
import { dataOutputs, type DataJob } from './data-job.ts';
import { dataSettings } from './data-settings.ts';
import { writeWorld } from './world-data.ts';

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
