import * as tf from '@tensorflow/tfjs-core';
import { GradientAccumulator, Random, rewardLossTensor, tokenLosses, valueAndGrads, type Dropout, type Gradients, type Model } from '@minchat/model';
import type { TokenBatch } from './batch.ts';
import { lastTokenScores } from './score.ts';
import { batchTensors, read } from './tensors.ts';

// One forward and backward pass, described by plain data.

export interface StepDropout {
  readonly rate: number;
  /** Masks are drawn from a stream of this seed. */
  readonly seed: string;
}

/** In one of the passes that a step is cut into: `row` of the step's batch is its first. */
export interface PassDropout extends StepDropout {
  readonly row: number;
}

/** Next-token cross-entropy. Values: sum of the losses and of the right guesses over trained tokens. */
export interface LmPass {
  readonly kind: 'lm';
  readonly batch: TokenBatch;
  /** The loss is divided by it: the trained tokens of the whole batch, so that passes add up. */
  readonly weightSum: number;
  readonly dropout: PassDropout | undefined;
}

/** The K-wise reward loss. Values: the reward of every text, without the bias. */
export interface RewardPass {
  readonly kind: 'reward';
  /** Every prompt with each of its answers, one prompt after the other. */
  readonly texts: readonly (readonly number[])[];
  /** The ranks of every prompt's answers. */
  readonly ranks: readonly (readonly number[])[];
  /** Prompts of the whole batch. */
  readonly prompts: number;
  readonly dropout: PassDropout | undefined;
}

export type Pass = LmPass | RewardPass;

export interface PassResult {
  readonly loss: number;
  readonly values: Float32Array;
}

/** Runs a pass; the gradients belong to the caller. */
export async function runPass(model: Model, pass: Pass): Promise<PassResult & { grads: Gradients }> {
  const dropout: Dropout | undefined = pass.dropout && { ...pass.dropout, random: new Random(pass.dropout.seed) };
  const { value, grads, aux } = valueAndGrads(model.parameters, () => {
    if (pass.kind === 'reward') {
      const rewards = lastTokenScores(model, pass.texts, dropout);
      return { loss: rewardLossTensor(rewards, pass.ranks, pass.prompts), aux: { values: rewards as tf.Tensor } };
    }
    const tensors = batchTensors(pass.batch);
    const { nll, correct } = tokenLosses(model, tensors.tokens, tensors.start, tensors.targets, { dropout });
    const loss = tf.sum(tf.mul(nll, tensors.weights));
    const values: tf.Tensor = tf.stack([loss, tf.sum(tf.mul(correct, tensors.weights))]);
    return { loss: tf.div<tf.Scalar>(loss, pass.weightSum), aux: { values } };
  });
  const values = Float32Array.from(await aux.values.data());
  aux.values.dispose();
  return { loss: await read(value), values, grads };
}

/**
 * The gradients of an optimizer step: those of all its passes, one after the other, added up in their
 * order. They belong to the caller; `results` are the passes' own. Every backend uses all cores in a
 * pass; passes side by side on threads with copies of the weights were no faster.
 */
export async function sumGradients<P>(
  model: Model,
  passes: readonly P[],
  run: (model: Model, pass: P) => Promise<PassResult & { grads: Gradients }>,
): Promise<{ grads: Gradients; results: PassResult[] }> {
  const total = new GradientAccumulator();
  const results: PassResult[] = [];
  for (const pass of passes) {
    const { grads, ...result } = await run(model, pass);
    total.add(grads);
    results.push(result);
  }
  return { grads: total.take(), results };
}
