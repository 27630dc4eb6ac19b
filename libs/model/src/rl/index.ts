// The mathematics of preference learning and PPO: pure functions, in float64 on plain arrays and,
// where a gradient is needed, on tensors too. Sources are named at each function.
export { gae, grpoAdvantages, rlooAdvantages, whiten, type GaeInput } from './advantages.ts';
export { dpoLoss, dpoLossTensor, type DpoInput, type DpoLoss, type DpoTensors } from './dpo.ts';
export { kendallTau } from './kendall.ts';
export { approxKlHalfSquare, entropyOfLogits, klK3, klPerSequence, nextBeta, type KlControl } from './kl.ts';
export { fullMask, maskCount, maskedMean, maskedSum, maskedVariance, type Matrix } from './matrix.ts';
export {
  explainedVariance,
  ppoPolicyLoss,
  ppoValueLoss,
  type PolicyLoss,
  type PolicyLossInput,
  type ValueLoss,
  type ValueLossInput,
} from './ppo.ts';
export { ppoPolicyLossTensor, ppoValueLossTensor, type PolicyLossTensors, type ValueLossTensors } from './ppo-tensors.ts';
export { perTokenRewards, scoreNormalisation, type RewardInput, type ScoreNormalisation } from './rewards.ts';
export { rankedPairs, rewardLoss, rewardLossTensor, softplus, type RewardLoss } from './reward-loss.ts';
