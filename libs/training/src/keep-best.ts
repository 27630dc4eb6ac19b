import { cloneModel, copyWeights, disposeModel, type Model } from '@minchat/model';
import type { Metrics } from '@minchat/stage';
import type { Saveable, TrainingResult } from './loop.ts';
import { jsonPart, modelPart } from './state.ts';

/** An evaluation of a model on its way through training. */
export interface Candidate {
  /** Steps done. */
  readonly step: number;
  /** What models are chosen by; the higher the better. */
  readonly score: number;
  /** Of the evaluation. */
  readonly metrics: Metrics;
}

/** What a stage writes and returns. */
export interface Choice {
  readonly model: Model;
  /** Those of the last step, with the evaluation of the model that was chosen; `kept_step` says after which step it was. */
  readonly metrics: Metrics;
}

/** The best model met so far; part of every checkpoint. */
export interface BestModel extends Disposable {
  readonly parts: Readonly<Record<string, Saveable>>;
  /** Keeps the weights of `model` if their score is the highest yet. */
  offer(model: Model, candidate: Candidate): void;
  /** The model kept; `last` where none was offered. */
  choose(last: Model, result: TrainingResult): Choice;
}

/** Holds a copy of the model from the start, so that memory does not grow in the middle of training. */
export function keepBest(start: Model): BestModel {
  const model = cloneModel(start);
  let best: Candidate | null = null;
  return {
    parts: { best: modelPart(model), bestCandidate: jsonPart(() => best, (value) => { best = value; }) },
    offer(offered, candidate) {
      if (!(candidate.score > (best?.score ?? -Infinity))) return;
      best = candidate;
      copyWeights(offered, model);
    },
    choose(last, result) {
      if (best === null) return chooseLast(last, result);
      return { model, metrics: { ...result.metrics, ...best.metrics, kept_step: best.step } };
    },
    [Symbol.dispose]: () => disposeModel(model),
  };
}

/** The model after the last step. */
export function chooseLast(model: Model, { history, metrics }: TrainingResult): Choice {
  return { model, metrics: { ...metrics, kept_step: history.length } };
}
