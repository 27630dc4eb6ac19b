import { disposeGradients, type AdamW, type Model } from '@minchat/model';
import { runPass, sumGradients, textOf, type Ranked, type RewardPass, type StepDropout } from '@minchat/training';
import type { Comparison } from './comparisons.ts';

export interface RewardStepOptions {
  readonly model: Model;
  readonly optimizer: AdamW;
  readonly comparisons: readonly Comparison[];
  readonly learningRate: number;
  /** Passes that the comparisons are cut into; the gradient is the same. */
  readonly passes: number;
  readonly dropout: StepDropout;
}

export interface RewardStepResult {
  readonly loss: number;
  readonly gradNorm: number;
  /** The rewards that the step saw, without the bias. */
  readonly ranked: readonly Ranked[];
  readonly tokens: number;
}

/** One optimizer step of the K-wise loss: one forward pass per answer, all pairs of a prompt together. */
export async function rewardStep(options: RewardStepOptions): Promise<RewardStepResult> {
  const { comparisons, dropout } = options;
  const perPass = Math.ceil(comparisons.length / options.passes);
  const passes: RewardPass[] = [];
  let row = 0;
  for (let from = 0; from < comparisons.length; from += perPass) {
    const part = comparisons.slice(from, from + perPass);
    const texts = part.flatMap(({ answers }) => answers.map(textOf));
    passes.push({
      kind: 'reward',
      texts,
      ranks: part.map(({ ranks }) => ranks),
      prompts: comparisons.length,
      dropout: dropout.rate > 0 ? { ...dropout, row } : undefined,
    });
    row += texts.length;
  }
  const { grads, results } = await sumGradients(options.model, passes, runPass);
  const gradNorm = await options.optimizer.step(grads, options.learningRate);
  disposeGradients(grads);
  return {
    loss: results.reduce((sum, { loss }) => sum + loss, 0),
    gradNorm,
    ranked: groupRewards(comparisons, results.flatMap(({ values }) => [...values])),
    tokens: passes.flatMap(({ texts }) => texts).reduce((sum, text) => sum + text.length, 0),
  };
}

/** Rewards of all answers, one after the other, back to their prompts. */
export function groupRewards(comparisons: readonly Comparison[], rewards: ArrayLike<number>): Ranked[] {
  let at = 0;
  return comparisons.map(({ ranks }) => {
    const own = Array.from({ length: ranks.length }, (_, index) => rewards[at + index] ?? Number.NaN);
    at += ranks.length;
    return { rewards: own, ranks };
  });
}
