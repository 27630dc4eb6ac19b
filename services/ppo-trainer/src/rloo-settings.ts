import { z } from 'zod';
import { guardSettings, klSettings, optimizerSettings, ptxSettings, rewardSettings, rolloutSettings, selectionSettings } from './settings.ts';

/**
 * Settings of `@minchat/ppo-trainer/rloo`. Names and defaults are PPO's, so that one can take the
 * place of the other.
 */
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
  /** The KL is part of the reward with `rloo`, of the loss with `grpo`. */
  kl: klSettings,
  /** Ratio clip. */
  clip: z.number().positive().default(0.2),
  ptx: ptxSettings,
  guard: guardSettings,
  ...selectionSettings,
});
