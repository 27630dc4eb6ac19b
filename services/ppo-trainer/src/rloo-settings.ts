import { z } from 'zod';
import { guardSettings, optimizerSettings, rewardSettings, rolloutSettings, selectionSettings } from './settings.ts';

/** Settings of `@minchat/ppo-trainer/rloo`. Defaults as PPO's, and TRL's where PPO has none. */
export const rlooSettings = z.strictObject({
  /** `rloo`: mean of the other answers; `grpo`: mean and standard deviation of the group. */
  baseline: z.enum(['rloo', 'grpo']).default('rloo'),
  /** Answers per prompt. */
  groupSize: z.int().min(2).default(4),
  /** Answers to train on, all iterations together. */
  episodes: z.int().min(1).default(256_000),
  /** Episodes per iteration; a multiple of groupSize. */
  batchSize: z.int().min(2).default(512),
  /** Episodes per optimizer step. */
  minibatchSize: z.int().min(1).default(64),
  innerEpochs: z.int().min(1).default(1),
  ...rolloutSettings,
  ...rewardSettings,
  ...optimizerSettings,
  /** Weight of the KL: in the reward with `rloo`, in the loss with `grpo`. */
  beta: z.number().min(0).default(0.05),
  clip: z.number().positive().default(0.2),
  guard: guardSettings,
  ...selectionSettings,
});
