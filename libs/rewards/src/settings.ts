import { z } from 'zod';

/** For the settings of a stage that takes reward functions. */
export const rewardFunctionSettings = {
  /** Programs that score answers: the sum of their scores, each times its weight, is added to the normalised reward of the model, or stands in its place. */
  rewardFunctions: z
    .array(
      z.strictObject({
        /** `@minchat/rewards/reference`, `@minchat/rewards/rubric`, or a package or path that `REWARD_FUNCTIONS` of the service names. */
        plugin: z.string().min(1),
        /** Factor on its scores. */
        weight: z.number().default(1),
        /** The function's own. */
        options: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .default([]),
};
export type RewardFunctionSettings = z.output<typeof rewardFunctionSettings.rewardFunctions>;
