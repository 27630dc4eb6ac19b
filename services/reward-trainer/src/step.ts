import * as tf from '@tensorflow/tfjs-core';
import { GradientAccumulator, rewardLossTensor, valueAndGrads, type AdamW, type Model, type Random } from '@minchat/model';
import { batchTensors, lastTokenScores, padExamples } from '@minchat/training';
import { exampleLength, type Comparison } from './comparisons.ts';
import type { Ranked } from './metrics.ts';

export interface RewardStepOptions {
  readonly model: Model;
  readonly optimizer: AdamW;
  readonly comparisons: readonly Comparison[];
  readonly learningRate: number;
  /** Prompts in one forward and backward pass; gradients of the passes are added up. */
  readonly promptsPerPass: number;
  readonly dropout: number;
  readonly random: Random;
  /** Any valid token id. */
  readonly pad: number;
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
  const { model, optimizer, comparisons, promptsPerPass } = options;
  const accumulator = new GradientAccumulator();
  const ranked: Ranked[] = [];
  let loss = 0;
  let tokens = 0;
  for (let from = 0; from < comparisons.length; from += promptsPerPass) {
    const part = comparisons.slice(from, from + promptsPerPass);
    const rows = part.flatMap(({ answers }) => answers);
    const batch = padExamples(rows, { pad: options.pad, limit: model.config.n_positions });
    const tensors = batchTensors(batch);
    const dropout = options.dropout > 0 ? { rate: options.dropout, random: options.random.fork(from) } : undefined;
    const { value, grads, aux } = valueAndGrads(model.parameters, () => {
      const rewards = lastTokenScores(model, tensors.tokens, tensors.start, rows.map(exampleLength), { dropout });
      // Divided by the prompts of the whole batch: the passes' gradients then simply add up.
      return { loss: rewardLossTensor(rewards, part.map(({ ranks }) => ranks), comparisons.length), aux: { rewards } };
    });
    accumulator.add(grads);
    const [partLoss] = await value.data();
    const rewards = await aux.rewards.data();
    tf.dispose([tensors, value, aux.rewards]);
    loss += partLoss ?? Number.NaN;
    tokens += batch.tokenCount;
    ranked.push(...groupRewards(part, rewards));
  }
  const gradNorm = await optimizer.step(accumulator.take(), options.learningRate);
  return { loss, gradNorm, ranked, tokens };
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
