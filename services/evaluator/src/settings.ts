import { rewardFunctionSettings } from '@minchat/rewards';
import { z } from 'zod';

/** Settings of `evaluate`. */
export const evaluateSettings = z.strictObject({
  /** Held-out prompts answered by both models; the first of the test split, or of validation if there is none. */
  prompts: z.int().min(1).default(300),
  /** Longest answer, in tokens. */
  maxNewTokens: z.int().min(1).default(64),
  /** Of the sampling and of the KL; that of the PPO stage's rollouts, to see what was trained. */
  temperature: z.number().positive().default(1),
  /** Answers generated at once. */
  batchSize: z.int().min(1).default(32),
  /** Windows of validation text that perplexity is measured on. */
  perplexityWindows: z.int().min(1).default(64),
  /** Validation comparisons that the reward model is measured on. */
  comparisons: z.int().min(1).default(1000),
  /** Programs that judge in the first place, by the sum of their scores, each times its weight. */
  rewardFunctions: rewardFunctionSettings.rewardFunctions,
  /** Prompts shown with both answers. */
  samples: z.int().min(0).default(24),
});
export type EvaluateSettings = z.output<typeof evaluateSettings>;
