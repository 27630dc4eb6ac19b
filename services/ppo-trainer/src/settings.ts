import { rewardFunctionSettings } from '@minchat/rewards';
import { z } from 'zod';

// Settings that the algorithms share, and PPO's own. Defaults are InstructGPT's (appendix C.4, 1.3B
// parameters) or lm-human-preferences' where the paper is silent; a tiny model wants a much higher
// learning rate, smaller batches and fewer episodes.

/** How answers are sampled; the same temperature is used for sampling, training and the KL. */
export const rolloutSettings = {
  /** Longest answer, in tokens: by default as in sampling, whose answers the reward model has seen, and in the evaluation. */
  maxNewTokens: z.int().min(1).default(64),
  /** Of the sampling, and of all log-probabilities: 1 is the model as it is. */
  temperature: z.number().positive().default(1),
  /** Answers generated at once, and rows in a forward pass without gradient: what fits in memory. The answers are the same. */
  rolloutBatchSize: z.int().min(1).default(64),
};

/** What an answer is paid. */
export const rewardSettings = {
  ...rewardFunctionSettings,
  /** Reward of an answer that did not end (the EOS trick), whatever it says, in units of the normalised reward; null scores it as it is. */
  unfinishedReward: z.number().nullable().default(-1),
  /** Answers of the SFT model; on those of them that end (on all, if fewer than 16 do) the reward model's score is normalised to mean 0 and sd 1 before the first iteration. 0 leaves it as it is. */
  normaliseOn: z.int().min(0).default(256),
};
export type RewardSettings = z.output<z.ZodObject<typeof rewardSettings>>;

/** How the policy's weights are moved and kept. */
export const optimizerSettings = {
  /** Peak; reached after the warm-up, then constant. */
  learningRate: z.number().positive().default(9.65e-6),
  /** Iterations of linear warm-up; the last of them has the peak, so that 10 begin at a tenth of it and 1 is none. */
  warmupIterations: z.int().min(1).default(10),
  /** Largest norm of the gradient. */
  maxGradNorm: z.number().positive().default(1),
  /** Passes that a minibatch is cut into, to save memory; the result is the same. */
  gradientAccumulation: z.int().min(1).default(1),
  /** Decay of the moving average of the weights, per iteration i at most (1 + i) / (10 + i); the average is what is saved. 0 saves the weights themselves. */
  ema: z.number().min(0).lt(1).default(0.992),
};

export const klSettings = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('fixed').default('fixed'), beta: z.number().min(0).default(0.02) }),
    z.strictObject({
      type: z.literal('adaptive'),
      /** Weight of the KL penalty; where it is adaptive, that of the first iteration. */
      beta: z.number().positive().default(0.02),
      /** KL per answer in nats that beta is steered towards. */
      target: z.number().positive().default(6),
      /** Episodes over which beta follows. */
      horizon: z.number().positive().default(10_000),
    }),
  ])
  .default({ type: 'fixed', beta: 0.02 });

export const ptxSettings = z
  .strictObject({
    /** The paper's gamma. */
    coefficient: z.number().positive().default(27.8),
    /** Windows of text per episode; may be a fraction. */
    examplesPerEpisode: z.number().positive().default(8),
    /** Tokens in a window; by default those of the windows that the base model was pretrained on. */
    windowLength: z.int().min(2).optional(),
  })
  .optional();

/** `patience` iterations in a row outside of a bound. */
export const guardSettings = z
  .strictObject({
    /** KL to the SFT model per answer, in nats. */
    maxKl: z.number().positive().default(30),
    /** KL below which the log-probabilities of policy and reference cannot be right: that of a few answers may be a little below 0. */
    minKl: z.number().default(-1),
    /** Mean entropy per token, in nats. */
    minEntropy: z.number().min(0).default(0.02),
    /** Explained variance of the value network (PPO only). */
    minExplainedVariance: z.number().default(-1),
    /** Share of answers that end. */
    minFinishedRate: z.number().min(0).max(1).default(0.5),
    /** Iterations in a row. */
    patience: z.int().min(1).default(5),
    /** `warn` logs it once, `stop` ends training there; what is saved is chosen by `keep` as ever. */
    action: z.enum(['warn', 'stop']).default('warn'),
  })
  .prefault({});

/** Which weights become the output. */
export const selectionSettings = {
  /** Iterations between two evaluations on validation prompts. */
  evaluateEvery: z.int().min(1).default(10),
  /** Validation prompts answered by an evaluation; 0 leaves evaluations out and keeps the last weights. */
  evaluationPrompts: z.int().min(0).default(64),
  /**
   * `best`: those of the evaluation with the highest mean reward among those with a KL of at most
   * `keepMaxKl`, or the last where none has; `last`: those after the last iteration.
   */
  keep: z.enum(['best', 'last']).default('best'),
  /** KL to the SFT model per answer, in nats. */
  keepMaxKl: z.number().positive().default(15),
};

/** Settings of the stage `ppo`. */
export const ppoSettings = z.strictObject({
  /** Answers to train on, all iterations together. */
  episodes: z.int().min(1).default(256_000),
  /** Episodes per iteration: one round of rollouts and updates. */
  batchSize: z.int().min(1).default(512),
  /** Episodes per optimizer step. */
  minibatchSize: z.int().min(1).default(64),
  /** Passes over an iteration's episodes: 1 in the paper, 4 in lm-human-preferences. */
  innerEpochs: z.int().min(1).default(1),
  ...rolloutSettings,
  ...rewardSettings,
  ...optimizerSettings,
  /** Peak for the value network; the policy's by default. */
  valueLearningRate: z.number().positive().optional(),
  /** What the policy pays for drifting from the SFT model. */
  kl: klSettings,
  /** Ratio clip. */
  clip: z.number().positive().default(0.2),
  /** Clip of the value's change. */
  valueClip: z.number().positive().default(0.2),
  /** Factor on the value loss. */
  valueCoefficient: z.number().positive().default(0.1),
  /** Discount of GAE. */
  gamma: z.number().min(0).max(1).default(1),
  /** GAE's. */
  lambda: z.number().min(0).max(1).default(0.95),
  /** PPO-ptx: mixes the gradient of the pretraining loss into every update. Needs the input `corpus`. */
  ptx: ptxSettings,
  /** When training is looked upon as gone wrong. */
  guard: guardSettings,
  ...selectionSettings,
});
export type PpoSettings = z.output<typeof ppoSettings>;
