import { z } from 'zod';

/**
 * Settings of `reward`. Defaults are InstructGPT's (appendix C.2, 6B parameters); a tiny model wants a
 * much higher learning rate.
 */
export const rewardSettings = z.strictObject({
  /** More than one overfits: each answer is already in K - 1 pairs. */
  epochs: z.int().min(1).default(1),
  /** Prompts per optimizer step, each with all its answers. */
  batchSize: z.int().min(1).default(64),
  /** Passes that a batch is cut into, to save memory; the result is the same. */
  gradientAccumulation: z.int().min(1).default(1),
  /** Peak, then a cosine to 10 %. */
  learningRate: z.number().positive().default(9e-6),
  /** The paper has none. */
  warmupSteps: z.int().min(0).default(0),
  /** On matrices only. */
  weightDecay: z.number().min(0).default(0),
  /** Largest norm of the gradient. */
  maxGradNorm: z.number().positive().default(1),
  /** On the embeddings and the residual branches. */
  dropout: z.number().min(0).max(0.9).default(0),
  /** Steps between two evaluations on the validation split. */
  evaluateEvery: z.int().min(1).default(100),
  /** Validation prompts that an evaluation on the way reads; the last one reads all. */
  evaluationPrompts: z.int().min(1).default(128),
  /** Demonstrations that the bias is set on. */
  biasDemonstrations: z.int().min(1).default(1000),
});
export type RewardSettings = z.output<typeof rewardSettings>;
