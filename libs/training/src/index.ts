// What every trainer shares: the loop, checkpoints, batches.
export {
  chatExample,
  fitExample,
  packTexts,
  paddedLength,
  padExamples,
  splitBatch,
  windowBatch,
  type Example,
  type PadOptions,
  type TokenBatch,
} from './batch.ts';
export { writeHistory, type HistoryEntry } from './history.ts';
export { batchTensors, evaluateLm, lmStep, type BatchTensors, type LmResult, type LmStepOptions } from './lm.ts';
export { runTraining, type Saveable, type StepResult, type TrainingPlan, type TrainingResult } from './loop.ts';
export {
  batchSchedule,
  epochBatches,
  epochOrder,
  windowSchedule,
  type BatchSchedule,
  type BatchScheduleOptions,
  type WindowScheduleOptions,
} from './schedule.ts';
export { lastTokenScores, rewardBias, rewardBiasKey, scoreExamples, type ScoreOptions } from './score.ts';
export { copyWeights, jsonPart, modelPart } from './state.ts';
export { copyTokenizer } from './tokenizer-files.ts';
