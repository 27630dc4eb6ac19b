import { z } from 'zod';

/** OpenAI's clients send null where they mean "not given". */
export function nullish<T extends z.ZodType>(schema: T): z.ZodOptional<z.ZodNullable<T>> {
  return schema.nullable().optional();
}

/** A parameter that has no meaning here: taken, and without effect. */
export const ignored = z.unknown().optional().describe('Taken without effect');

/** Takes out what is null of a request: clients send it also for parameters that nobody here knows. */
export function dropNulls(value: unknown): void {
  if (Array.isArray(value)) value.forEach(dropNulls);
  else if (typeof value === 'object' && value !== null) {
    const members = value as Record<string, unknown>;
    for (const name of Object.keys(members)) {
      if (members[name] === null) delete members[name];
      else dropNulls(members[name]);
    }
  }
}

/** Limits on what one request may ask for; what the model itself allows is checked by its worker. */
export const limits = {
  /** Answers of one request: prompts times n (or best_of). */
  choices: 128,
  maxTokens: 1_000_000,
  stops: 4,
  stopLength: 256,
  logitBias: 1024,
  user: 256,
} as const;

export const stopSchema = z.union([
  z.string().max(limits.stopLength),
  z.array(z.string().max(limits.stopLength)).max(limits.stops),
], `expected a text, or up to ${String(limits.stops)}, of at most ${String(limits.stopLength)} characters`);

/** A token's id. What is none ends the check of its list. */
export const tokenSchema = z.int().min(0, { abort: true }).max(2 ** 31, { abort: true });

/** Before each of them is looked at. */
function checkSize(bias: unknown, context: z.RefinementCtx): unknown {
  if (Object.keys(bias ?? {}).length > limits.logitBias) context.addIssue(`at most ${String(limits.logitBias)} tokens`);
  return bias;
}

/** What every generating request can set, under OpenAI's names. */
export const samplingShape = {
  model: z.string().min(1).max(256).describe('`RUN`, `RUN/STAGE` or `latest`; GET /v1/models lists them'),
  temperature: nullish(z.number().min(0).max(2)).describe('0 takes the likeliest token; default 1'),
  top_p: nullish(z.number().min(0).max(1)).describe('Samples from the likeliest tokens that make up this share; default 1'),
  top_k: nullish(z.int().min(0).max(100_000)).describe('Samples from the k likeliest tokens; 0 (default) for no limit. Not in OpenAI’s API'),
  n: nullish(z.int().min(1).max(limits.choices)).describe('Answers per prompt; default 1'),
  stop: nullish(stopSchema).describe('Up to 4 strings that end the answer; never part of it'),
  stream: nullish(z.boolean()).describe('Send server-sent events as tokens come'),
  stream_options: nullish(z.strictObject({
    include_usage: nullish(z.boolean()),
    include_obfuscation: nullish(z.boolean()),
  })).describe('`include_usage`: one more event with the token counts; only with stream'),
  frequency_penalty: nullish(z.number().min(-2).max(2)).describe('Lowers a token’s logit by this for each time it was used; default 0'),
  presence_penalty: nullish(z.number().min(-2).max(2)).describe('Lowers a token’s logit by this once it was used; default 0'),
  logit_bias: nullish(z.preprocess(checkSize, z.record(z.string().regex(/^\d{1,9}$/), z.number().min(-100).max(100), 'expected numbers by token id')))
    .describe('Adds to the logits of tokens, by id'),
  // Clients draw 64 bits, which are more than JavaScript's whole numbers.
  seed: nullish(z.number().refine(Number.isInteger, 'expected a whole number').meta({ type: 'integer' })).describe('The same seed and parameters give the same answer'),
  user: nullish(z.string().max(limits.user)).describe('Your user’s id, kept with collected prompts'),
} as const;

export const usageSchema = z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() });
export type Usage = z.infer<typeof usageSchema>;

export const finishSchema = z.enum(['stop', 'length']).nullable();
