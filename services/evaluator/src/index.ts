// The stage `evaluate`: win rates, KL, perplexity, calibration; report.json and report.html.
export { evaluateSettings, type EvaluateSettings } from './settings.ts';
export { evaluateStage, evaluateStage as default } from './stage.ts';
export { type AnswerFigures, type Judge, type Report, type RewardModelFigures, type Sample, type UseCaseFigures, type WinRate } from './report.ts';
