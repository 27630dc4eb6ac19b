// GPT-2 and the Llama family, value and reward heads, generation, losses, AdamW, on plain tensors of TensorFlow.js.
//
// Compute starts with `await startBackend()`. Who owns a tensor: see types.ts (the caller disposes).
export type { Dropout, ForwardOptions, GenerateOptions, Generation, Model, SampledToken, SamplingOptions, TokenLogprob } from './types.ts';
export type { Head, ModelConfig, ModelShape } from './architectures/architecture.ts';
export { gptConfig, llamaConfig } from './architectures/config.ts';
export { Random } from './random.ts';
export { startBackend, type StartedBackend } from './backends/start.ts';
export { cloneModel, copyWeights, disposeModel, initModel, parameterCount, withContext, withVocabulary } from './model.ts';
export { loadModel, saveModel, type LoadModelOptions } from './io/model-folder.ts';
export { hiddenStates, leftPad, logits, scores, unembed } from './forward.ts';
export { lmLoss, tokenLogProbs, tokenLosses } from './losses.ts';
export { disposeGradients, GradientAccumulator, valueAndGrads, type Gradients, type LossResult, type Parameters } from './gradients.ts';
export { AdamW, globalNorm, type AdamWOptions } from './adamw.ts';
export { learningRate, type Schedule } from './schedule.ts';
export { samplingProbabilities, topLogprobs } from './ops/sampling.ts';
export { generate } from './generate/generate.ts';
export { DecodeBatch, type DecodedToken, type DecodeRequest } from './generate/decode-batch.ts';
export { gae, grpoAdvantages, rlooAdvantages, whiten, type GaeInput } from './rl/advantages.ts';
export { dpoLoss, dpoLossTensor, type DpoInput, type DpoLoss, type DpoTensors } from './rl/dpo.ts';
export { kendallTau } from './rl/kendall.ts';
export { approxKlHalfSquare, klK3, klPerSequence, nextBeta, type KlControl } from './rl/kl.ts';
export { fullMask, maskCount, maskedMean, maskedVariance, type Matrix } from './rl/matrix.ts';
export {
  explainedVariance,
  ppoPolicyLoss,
  ppoValueLoss,
  type PolicyLoss,
  type PolicyLossInput,
  type ValueLoss,
  type ValueLossInput,
} from './rl/ppo.ts';
export { ppoPolicyLossTensor, ppoValueLossTensor, type PolicyLossTensors, type ValueLossTensors } from './rl/ppo-tensors.ts';
export { perTokenRewards, scoreNormalisation, type RewardInput, type ScoreNormalisation } from './rl/rewards.ts';
export { rankedPairs, rewardLoss, rewardLossTensor, softplus, type RewardLoss } from './rl/reward-loss.ts';
