import type { StageRecord } from '@minchat/contracts';

/** The metrics worth a place on a line, most telling first; a stage shows the first two it has. */
const headlines = [
  ['winRate', 'win rate'],
  ['kl', 'KL'],
  ['eval_accuracy', 'accuracy'],
  ['eval/scores', 'score'],
  ['eval/kl', 'KL'],
  ['objective/scores', 'score'],
  ['objective/kl', 'KL'],
  ['eval_loss', 'validation loss'],
  ['eval_mean_token_accuracy', 'accuracy'],
  ['accuracy', 'accuracy'],
  ['loss', 'loss'],
  ['labelerAgreement', 'agreement of labelers'],
  ['answers', 'answers'],
  ['prompts', 'prompts'],
  ['comparisons', 'comparisons'],
  ['demonstrations', 'demonstrations'],
] as const;

/** `accuracy 0.713, loss 0.56`, or nothing. */
export function headline(metrics: Readonly<Record<string, number>>): string {
  const shown = new Map<string, number>();
  for (const [name, label] of headlines) {
    const value = metrics[name];
    // The figure on data that was kept aside comes before the one of the last batch.
    if (value !== undefined && !shown.has(label)) shown.set(label, value);
  }
  return [...shown].slice(0, 2).map(([label, value]) => `${label} ${formatFigure(value)}`).join(', ');
}

export function formatFigure(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) !== 1) return String(value);
  // A learning rate would be 0.000.
  if (Math.abs(value) < 0.001) return String(Number(value.toPrecision(3)));
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3);
}

/** Seconds from the first worker's start to the end; undefined for a stage that has no both. */
export function stageSeconds(stage: StageRecord): number | undefined {
  return stage.startedAtMs > 0 && stage.finishedAtMs > 0 ? Math.max(0, stage.finishedAtMs - stage.startedAtMs) / 1000 : undefined;
}

const windowMs = 20_000;

/** How fast a stage goes, over the last seconds of what was seen of it. */
export class Pace {
  #seen: { at: number; step: number; tokens: number }[] = [];

  note(at: number, step: number, tokens: number): void {
    const last = this.#seen.at(-1);
    // After a crash a stage goes on from a checkpoint, which is behind.
    if (last !== undefined && (step < last.step || tokens < last.tokens)) this.#seen = [];
    if (last === undefined || step !== last.step || tokens !== last.tokens) this.#seen.push({ at, step, tokens });
    // Two stay: a stage of days tells how far it is less often.
    while (this.#seen.length > 2 && (this.#seen[1]?.at ?? at) < at - windowMs) this.#seen.shift();
  }

  tokensPerSecond(): number | undefined {
    return this.#rate(({ tokens }) => tokens);
  }

  secondsLeft(totalSteps: number): number | undefined {
    const rate = this.#rate(({ step }) => step);
    const step = this.#seen.at(-1)?.step ?? 0;
    return rate === undefined || totalSteps === 0 ? undefined : Math.max(0, totalSteps - step) / rate;
  }

  #rate(of: (seen: { step: number; tokens: number }) => number): number | undefined {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    if (first === undefined || last === undefined || last.at <= first.at || of(last) <= of(first)) return undefined;
    return ((of(last) - of(first)) / (last.at - first.at)) * 1000;
  }
}
