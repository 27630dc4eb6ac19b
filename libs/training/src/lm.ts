import * as tf from '@tensorflow/tfjs-core';
import { GradientAccumulator, tokenLosses, valueAndGrads, type AdamW, type Model, type Random } from '@minchat/model';
import { splitBatch, type TokenBatch } from './batch.ts';

export type BatchTensors = {
  /** (B, T) int32 */
  readonly tokens: tf.Tensor2D;
  /** (B) int32, all 0: rows are padded on the right. */
  readonly start: tf.Tensor1D;
  /** (B, T) int32 */
  readonly targets: tf.Tensor2D;
  /** (B, T) */
  readonly weights: tf.Tensor2D;
};

/** Moves a batch to the backend; the caller disposes with `tf.dispose(tensors)`. */
export function batchTensors({ rows, length, tokens, targets, weights }: TokenBatch): BatchTensors {
  return {
    tokens: tf.tensor2d(tokens, [rows, length], 'int32'),
    start: tf.zeros([rows], 'int32'),
    targets: tf.tensor2d(targets, [rows, length], 'int32'),
    weights: tf.tensor2d(weights, [rows, length]),
  };
}

export interface LmStepOptions {
  readonly model: Model;
  readonly optimizer: AdamW;
  readonly batch: TokenBatch;
  readonly learningRate: number;
  /** Rows in one forward and backward pass; gradients of the passes are added up. */
  readonly rowsPerPass: number;
  readonly dropout: number;
  /** Dropout masks come from it; a stream of its own per step needs no place in a checkpoint. */
  readonly random: Random;
}

export interface LmResult {
  /** Mean over the trained tokens. */
  readonly loss: number;
  /** Share of the trained tokens that the model holds for the most probable ones. */
  readonly accuracy: number;
}

/** One optimizer step of next-token cross-entropy, averaged over all trained tokens of the batch. */
export async function lmStep(options: LmStepOptions): Promise<LmResult & { gradNorm: number }> {
  const { model, optimizer, batch, dropout, random } = options;
  const accumulator = new GradientAccumulator();
  const sums = { loss: 0, correct: 0 };
  for (const [index, part] of splitBatch(batch, options.rowsPerPass).entries()) {
    const tensors = batchTensors(part);
    const { value, grads, aux } = valueAndGrads(model.parameters, () => {
      const masks = dropout > 0 ? { rate: dropout, random: random.fork(index) } : undefined;
      const { nll, correct } = tokenLosses(model, tensors.tokens, tensors.start, tensors.targets, { dropout: masks });
      // Divided by the weight of the whole batch: the passes' gradients then simply add up.
      return {
        loss: tf.div(tf.sum(tf.mul(nll, tensors.weights)), batch.weightSum),
        aux: { correct: tf.sum(tf.mul(correct, tensors.weights)) },
      };
    });
    accumulator.add(grads);
    sums.loss += await read(value);
    sums.correct += await read(aux.correct);
    tf.dispose(tensors);
  }
  const gradNorm = await optimizer.step(accumulator.take(), options.learningRate);
  return { loss: sums.loss, accuracy: sums.correct / batch.weightSum, gradNorm };
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

async function read(scalar: tf.Tensor): Promise<number> {
  const [value] = await scalar.data();
  scalar.dispose();
  return value ?? Number.NaN;
}
