import { z } from 'zod';

/** Settings of `@minchat/ppo-trainer/dpo`. Defaults are the paper's (Rafailov et al. 2023, appendix B). */
export const dpoSettings = z.strictObject({
  /** Passes over the pairs. */
  epochs: z.int().min(1).default(1),
  /** Pairs per optimizer step. */
  batchSize: z.int().min(1).default(64),
  /** Passes that a batch is cut into, to save memory; the result is the same. */
  gradientAccumulation: z.int().min(1).default(1),
  /** Strength of the pull to the SFT model. */
  beta: z.number().positive().default(0.1),
  /** Peak; reached after the warm-up, then constant. */
  learningRate: z.number().positive().default(1e-6),
  /** Steps over which the learning rate rises. */
  warmupSteps: z.int().min(0).default(150),
  /** Largest norm of the gradient. */
  maxGradNorm: z.number().positive().default(1),
  /** Steps between two evaluations on the validation split; the weights with the lowest loss are saved. */
  evaluateEvery: z.int().min(1).default(50),
  /** Validation pairs that an evaluation reads. */
  evaluationPairs: z.int().min(1).default(256),
});
