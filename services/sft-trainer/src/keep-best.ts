import { cloneModel, copyWeights, type Model } from '@minchat/model';
import { jsonPart, modelPart, type Saveable } from '@minchat/training';

/** The best model met so far, part of every checkpoint. */
export interface KeptModel {
  readonly model: Model;
  readonly parts: Readonly<Record<string, Saveable>>;
  /** Keeps the candidate's weights if its score is the highest yet. */
  offer(candidate: Model, score: number): boolean;
}

/** Starts with the model's weights and a score below any other. */
export function keepBest(start: Model): KeptModel {
  const model = cloneModel(start);
  // JSON has no infinities: null stands for "none offered yet".
  let best: number | null = null;
  return {
    model,
    parts: { best: modelPart(model), bestScore: jsonPart(() => best, (value) => { best = value; }) },
    offer(candidate, score) {
      if (best !== null && !(score > best)) return false;
      best = score;
      copyWeights(candidate, model);
      return true;
    },
  };
}
