import { z } from 'zod';
import { defineStage, type Metrics } from '@minchat/stage';
import type { Db } from '../database.ts';
import { withDatabaseErrors } from '../database-errors.ts';
import { labelerNames } from './data-settings.ts';
import { rankByHumans } from './rank-human.ts';
import { passImported } from './rank-imported.ts';
import { rankBySimulation } from './rank-simulated.ts';

const validationFraction = z.number().min(0).max(0.5).default(0.1).describe('The share of prompts whose rankings are kept aside, where the answers come without a validation split.');

export const rankSettings = z.discriminatedUnion('labelers', [
  z.strictObject({
    labelers: z.literal('simulated'),
    /** How many labelers rank the same answers, each ranking a comparison of its own. */
    labelersPerPrompt: z.int().min(1).max(10).default(1),
    validationFraction,
  }),
  z.strictObject({
    labelers: z.literal('human'),
    /** How many rankings of this run's answers to wait for; as many as there are prompts times labelersPerTask unless told. */
    rankings: z.int().min(1).optional(),
    /** How many labelers rank the same answers; from two on their agreement can be told. */
    labelersPerTask: z.int().min(1).max(20).default(1),
    /** Questions whose ranking is known, mixed among the tasks to see how labelers do; never trained on. */
    gold: z.strictObject({
      /** A collection with comparisons, kept for this alone. */
      collection: z.string().min(1),
      /** The share of a labeler's tasks. */
      rate: z.number().min(0).max(0.5).default(0.1),
    }).optional(),
    /** Labelers whose rankings are not taken and who are given none of the tasks, as the page Agreement names them. */
    excludeLabelers: labelerNames,
    validationFraction,
  }),
  z.strictObject({ labelers: z.literal('imported') }),
]);

/** The stage `rank`: turns sampled answers into comparisons, and hands on those that are there already. */
export function rankStage(db: Db) {
  return defineStage({
    kind: 'rank',
    description: 'Has answers ranked: by simulated labelers, by people, or as imported.',
    settings: rankSettings,
    inputs: {
      answers: { kind: 'dataset', optional: true, description: 'answers to rank' },
      comparisons: { kind: 'dataset', optional: true, description: 'comparisons that are ranked already, handed on behind the new ones' },
    },
    outputs: { comparisons: { kind: 'dataset', description: 'ranked answers' } },
    run(context): Promise<Metrics> {
      const { settings } = context;
      switch (settings.labelers) {
        case 'simulated':
          return rankBySimulation(context, settings);
        case 'human':
          return withDatabaseErrors(() => rankByHumans(db, context, settings));
        case 'imported':
          return passImported(context);
      }
    },
  });
}
