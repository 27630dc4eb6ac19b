import * as tf from '@tensorflow/tfjs-core';
import { disposeGradients, tokenLosses, type AdamW, type Model } from '@minchat/model';
import { splitBatch, type TokenBatch } from './batch.ts';
import { runPass, sumGradients, type LmPass, type PassResult, type StepDropout } from './passes.ts';
import { batchTensors, read } from './tensors.ts';

export interface LmStepOptions {
  readonly model: Model;
  readonly optimizer: AdamW;
  readonly batch: TokenBatch;
  /** Trained on in the same step, in a pass of its own; a token of it counts as one of the batch. */
  readonly beside?: TokenBatch | undefined;
  readonly learningRate: number;
  /** Passes that the batch, and what is beside it, are cut into; the gradient is the same. */
  readonly passes: number;
  /** Masks are drawn by its seed: one of the step's own needs no place in a checkpoint. */
  readonly dropout: StepDropout;
}

export interface LmResult {
  /** Mean over the trained tokens. */
  readonly loss: number;
  /** Share of the trained tokens that the model holds for the most probable ones. */
  readonly accuracy: number;
}

/**
 * One optimizer step of next-token cross-entropy, averaged over all trained tokens. The figures are those of the
 * batch; `besideLoss` is that of what was beside it.
 */
export async function lmStep({ model, optimizer, batch, beside, learningRate, passes, dropout }: LmStepOptions): Promise<LmResult & { gradNorm: number; besideLoss?: number }> {
  const weightSum = batch.weightSum + (beside?.weightSum ?? 0);
  /** Passes of a batch whose first row is the step's `row`. */
  const cut = (whole: TokenBatch, row: number): LmPass[] => {
    const rows = Math.ceil(whole.rows / passes);
    return splitBatch(whole, rows).map((part, index) => ({
      kind: 'lm',
      batch: part,
      weightSum,
      dropout: dropout.rate > 0 ? { ...dropout, row: row + index * rows } : undefined,
    }));
  };
  const own = cut(batch, 0);
  const parts = [...own, ...(beside ? cut(beside, batch.rows) : [])];
  const { grads, results } = await sumGradients(model, parts, runPass);
  const gradNorm = await optimizer.step(grads, learningRate);
  disposeGradients(grads);
  const sum = (of: readonly PassResult[], index: number): number => of.reduce((total, { values }) => total + (values[index] ?? Number.NaN), 0);
  const ofBatch = results.slice(0, own.length);
  return {
    loss: sum(ofBatch, 0) / batch.weightSum,
    accuracy: sum(ofBatch, 1) / batch.weightSum,
    gradNorm,
    ...(beside && { besideLoss: sum(results.slice(own.length), 0) / beside.weightSum }),
  };
}

/** Mean loss and accuracy over the trained tokens of all batches; undefined when there are none. */
export async function evaluateLm(model: Model, batches: Iterable<TokenBatch>): Promise<LmResult | undefined> {
  const sums = { loss: 0, correct: 0, weight: 0 };
  for (const batch of batches) {
    const tensors = batchTensors(batch);
    const [loss, correct] = tf.tidy(() => {
      const result = tokenLosses(model, tensors.tokens, tensors.start, tensors.targets);
      return [tf.sum(tf.mul(result.nll, tensors.weights)), tf.sum(tf.mul(result.correct, tensors.weights))] as const;
    });
    sums.loss += await read(loss);
    sums.correct += await read(correct);
    sums.weight += batch.weightSum;
    tf.dispose(tensors);
  }
  return sums.weight === 0 ? undefined : { loss: sums.loss / sums.weight, accuracy: sums.correct / sums.weight };
}
