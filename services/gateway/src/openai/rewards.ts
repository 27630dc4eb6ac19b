import { z } from 'zod';
import { ApiError } from '../errors.ts';

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
type RewardRequest = z.infer<typeof rewardRequest>;

export const rewardResponse = z.object({
  object: z.literal('list'),
  model: z.string(),
  data: z.array(z.object({ object: z.literal('reward'), index: z.int(), score: z.number() })),
});

/** The texts that a request wants scored. */
export function textsToScore({ input }: RewardRequest) {
  return [input].flat().map(textToScore);
}

function textToScore(input: z.output<typeof rewardInput>) {
  if ('prompt' in input) {
    return { messages: typeof input.prompt === 'string' ? [{ role: 'user', content: input.prompt }] : input.prompt, completion: input.completion };
  }
  const last = input.messages.at(-1);
  if (last?.role !== 'assistant') throw new ApiError(400, `input.messages: expected the last message to be an assistant's, found one of ${last?.role ?? 'nobody'}`, { param: 'input', code: 'invalid_value' });
  return { messages: input.messages.slice(0, -1), completion: last.content };
}
