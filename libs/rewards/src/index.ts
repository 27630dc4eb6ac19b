// Reward functions: programs that score answers. `@minchat/rewards/reference` and `@minchat/rewards/rubric` are two.
export { defineReward, type AnswerToScore, type RewardContext, type RewardFunction } from './define.ts';
export { checkRewardFunctions, openRewardFunctions, type FunctionScores, type RewardFunctions } from './open.ts';
export { rewardFunctionSettings, type RewardFunctionSettings } from './settings.ts';
