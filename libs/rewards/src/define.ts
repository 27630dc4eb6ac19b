import type { ChatMessage } from '@minchat/datasets';
import type { Logger } from '@minchat/telemetry';
import type { z } from 'zod';

/** An answer, with what is known of its prompt. */
export interface AnswerToScore {
  /** The conversation; its last turn is the user's. */
  readonly messages: readonly ChatMessage[];
  /** Without the token that ended it. */
  readonly text: string;
  /** False when the answer was cut off at the longest length before its end. */
  readonly finished: boolean;
  /** The right answer, where the prompt came with one. No model reads it. */
  readonly reference?: string | undefined;
  readonly useCase?: string | undefined;
}

export interface RewardContext<Options> {
  readonly options: Options;
  readonly log: Logger;
  /** Aborted when the stage is to stop at once; hand it to whatever takes long. */
  readonly signal: AbortSignal;
}

export interface RewardFunction<Schema extends z.ZodType = z.ZodType> {
  /** In metrics: `rewards/NAME/mean`. */
  readonly name: string;
  readonly description: string;
  /** Of the spec's `options`; unknown keys are refused by z.strictObject. */
  readonly options: Schema;
  /**
   * A score for each answer, in their order: the higher the better, on whatever scale, as nothing
   * normalises it. Null where the function has nothing to say. It is given all answers of an
   * iteration at once, and should give the same answer the same score: resumed runs count on it.
   */
  score(answers: readonly AnswerToScore[], context: RewardContext<z.output<Schema>>): readonly (number | null)[] | Promise<readonly (number | null)[]>;
}

/** All that a reward function is. Export the result as default. */
export function defineReward<Schema extends z.ZodType>(definition: RewardFunction<Schema>): RewardFunction<Schema> {
  return definition;
}

export function isRewardFunction(value: unknown): value is RewardFunction {
  if (typeof value !== 'object' || value === null) return false;
  const { name, options, score } = value as Partial<Record<keyof RewardFunction, unknown>>;
  return typeof name === 'string' && /^[\w-]+$/.test(name) && typeof score === 'function' && typeof (options as { safeParse?: unknown } | undefined)?.safeParse === 'function';
}
