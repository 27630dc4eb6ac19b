import { z } from 'zod';

/**
 * Settings of `sft`. Defaults are InstructGPT's (appendix C.1, 1.3B parameters); a tiny model wants a
 * much higher learning rate and fewer epochs.
 */
export const sftSettings = z.strictObject({
  /** Passes over the demonstrations. */
  epochs: z.int().min(1).default(16),
  /** Demonstrations per optimizer step. */
  batchSize: z.int().min(1).default(32),
  /**
   * Share of a step's rows that are windows of pretraining text, so that what it taught is not forgotten: 0.1 in the
   * paper's model that PPO starts from (C.4). Needs the input `corpus`.
   */
  pretrainingMix: z.number().min(0).max(0.9).default(0),
  /** Passes that a batch is cut into, to save memory; the result is the same. */
  gradientAccumulation: z.int().min(1).default(1),
  /** Peak, then a cosine to 10 %. */
  learningRate: z.number().positive().default(9.65e-6),
  /** The paper has no warm-up. */
  warmupSteps: z.int().min(0).default(0),
  /** On matrices only. */
  weightDecay: z.number().min(0).default(0),
  /** Largest norm of the gradient. */
  maxGradNorm: z.number().positive().default(1),
  /** On the embeddings and the residual branches. */
  dropout: z.number().min(0).max(0.9).default(0.2),
  /** How often per epoch the model is evaluated and may become the one that is kept. */
  evaluationsPerEpoch: z.int().min(1).default(1),
  /** Validation demonstrations that an evaluation reads. */
  evaluationExamples: z.int().min(1).default(256),
  /** Validation prompts that are answered for the reward model, when one is given. */
  selectionPrompts: z.int().min(1).default(64),
  /** Longest answer that is sampled on the way. */
  sampleTokens: z.int().min(1).default(64),
});
export type SftSettings = z.output<typeof sftSettings>;
