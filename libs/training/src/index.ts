// What every trainer shares: the loop, checkpoints, batches.
export { firstWindows, packTexts, paddedLength, padExamples, splitBatch, windowBatch, type PadOptions, type TokenBatch } from './batch.ts';
export { chatExample, fitExample, rankedExamples, warnOfCut, type Example } from './examples.ts';
export { writeHistory, type HistoryEntry } from './history.ts';
export { chooseLast, keepBest, type BestModel } from './keep-best.ts';
export { evaluateLm, lmStep, type LmResult, type LmStepOptions } from './lm.ts';
export { runTraining, type Saveable, type StepResult, type TrainingPlan, type TrainingResult } from './loop.ts';
export { runPass, sumGradients, type LmPass, type Pass, type PassResult, type RewardPass, type StepDropout } from './passes.ts';
export { accuracyByK, calibration, calibrationError, rankingMetrics, type CalibrationBin, type Ranked } from './ranking.ts';
export {
  batchSchedule,
  epochBatches,
  epochOrder,
  windowSchedule,
  type BatchSchedule,
  type BatchScheduleOptions,
  type WindowScheduleOptions,
} from './schedule.ts';
export { pretrainingWindows, tokenStream, type WindowOptions } from './pretraining.ts';
export { encodePrompts, type PromptOptions } from './prompts.ts';
export { lastTokenScores, rewardBias, rewardBiasKey, scoreExamples, textOf, type ScoreOptions } from './score.ts';
export { jsonPart, modelPart } from './state.ts';
export { batchTensors, type BatchTensors } from './tensors.ts';
export { trainedWindow, windowLengthKey } from './window.ts';
export { checkSameTokenizer, copyTokenizer } from './tokenizer-files.ts';
