import { z } from 'zod';

const message = z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });

/** A text to score: an answer and what it answers. */
const rewardInput = z.union([
  z.strictObject({ prompt: z.union([z.string(), z.array(message).min(1)]), completion: z.string() }),
  z.strictObject({ messages: z.array(message).min(2).describe('Ends with the answer, an assistant’s message') }),
]);

/** The body of POST /v1/rewards. */
export const rewardRequest = z.strictObject({
  model: z.string().min(1).max(256).describe('`RUN` (its reward model), `RUN/STAGE` or `latest`'),
  input: z.union([rewardInput, z.array(rewardInput).min(1).max(256)], 'expected {prompt, completion} or {messages}, or 1 to 256 of them'),
});
export type RewardRequest = z.infer<typeof rewardRequest>;

export const rewardResponse = z.object({
  object: z.literal('list'),
  model: z.string(),
  data: z.array(z.object({ object: z.literal('reward'), index: z.int(), score: z.number() })),
});

const model = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.literal('minchat'),
  minchat: z.object({
    run: z.string(),
    stage: z.string(),
    kind: z.string().describe('The kind of stage that made it'),
    purpose: z.enum(['text', 'reward']),
  }),
});
export const modelResponse = model;
export const modelListResponse = z.object({ object: z.literal('list'), data: z.array(model) });
