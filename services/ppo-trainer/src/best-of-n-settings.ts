import { z } from 'zod';
import { guardSettings, optimizerSettings, rewardSettings, rolloutSettings, selectionSettings } from './settings.ts';

/** Settings of `@minchat/ppo-trainer/best-of-n`. */
export const bestOfNSettings = z.strictObject({
  /** Answers sampled per prompt; the reward model's favourite among those that ended is kept. */
  n: z.int().min(2).default(16),
  /** Prompts to train on, all iterations together. */
  prompts: z.int().min(1).default(32_000),
  /** Prompts per iteration: one optimizer step. */
  batchSize: z.int().min(1).default(32),
  ...rolloutSettings,
  ...rewardSettings,
  ...optimizerSettings,
  guard: guardSettings,
  ...selectionSettings,
});
