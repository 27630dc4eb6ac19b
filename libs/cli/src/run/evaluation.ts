import { z } from 'zod';

// The part of the evaluator's report.json that is shown on a terminal.

const modelSchema = z.object({
  reward: z.number().optional(),
  functions: z.number().optional(),
  gold: z.object({ score: z.number() }).optional(),
  length: z.number(),
  finished: z.number(),
  perplexity: z.number().optional(),
});
const answerSchema = z.object({ text: z.string(), finished: z.boolean() });

export const evaluationSchema = z.object({
  winRates: z.array(z.object({ judge: z.enum(['functions', 'gold', 'reward']), rate: z.number(), low: z.number(), high: z.number(), prompts: z.number() })),
  models: z.object({ sft: modelSchema, policy: modelSchema }),
  kl: z.object({ mean: z.number() }),
  /** Reports of old have no interval. */
  rewardModel: z.object({ accuracy: z.number(), accuracyLow: z.number().optional(), accuracyHigh: z.number().optional(), pairs: z.number(), noiseCeiling: z.number().optional() }).optional(),
  samples: z.array(z.object({ prompt: z.string(), sft: answerSchema, policy: answerSchema })),
});
export type Evaluation = z.infer<typeof evaluationSchema>;
