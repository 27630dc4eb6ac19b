import * as tf from '@tensorflow/tfjs-core';
import { MinchatError } from '@minchat/errors';
import { dropout } from './ops/dropout.ts';
import { embedding } from './ops/embedding.ts';
import { logitsOf } from './ops/logits.ts';
import { transformer } from './ops/transformer.ts';
import { parameterOf } from './model.ts';
import type { ForwardOptions, Model } from './types.ts';

/**
 * Left-padded batch. Pads with token 0 to the longest sequence, or to `length`: tokens (B, T) int32,
 * start (B) int32, the first real position of each row.
 */
export function leftPad(sequences: readonly (readonly number[])[], length?: number): { tokens: tf.Tensor2D; start: tf.Tensor1D } {
  const T = length ?? Math.max(1, ...sequences.map((sequence) => sequence.length));
  const tokens = new Int32Array(sequences.length * T);
  const start = new Int32Array(sequences.length);
  sequences.forEach((sequence, row) => {
    const first = T - sequence.length;
    if (first < 0) throw new RangeError(`expected at most ${T} tokens in a row, found ${sequence.length}`);
    tokens.set(sequence, row * T + first);
    start[row] = first;
  });
  return { tokens: tf.tensor2d(tokens, [sequences.length, T], 'int32'), start: tf.tensor1d(start, 'int32') };
}

/** The hidden states after the last norm, (B, T, C), or (B, count, C) of some positions. tokens (B, T) int32, start (B) int32. */
export function hiddenStates(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, { dropout: drop, positions }: ForwardOptions = {}): tf.Tensor3D {
  const T = contextOf(model, tokens);
  if (positions && (positions.from < 0 || positions.count < 1 || positions.from + positions.count > T)) {
    throw new RangeError(`expected some of the positions 0 to ${T - 1}, found ${positions.count} from ${positions.from} on`);
  }
  return tf.tidy(() => transformer(tokens, start, model.parameters, model.shape, { positions, drop: drop && ((branch) => dropout(branch, drop)) }) as tf.Tensor3D);
}

/** The length of the texts. Throws MC_CONTEXT_LENGTH. */
function contextOf(model: Model, tokens: tf.Tensor2D): number {
  const T = tokens.shape[1];
  if (T > model.shape.context) throw new MinchatError('MC_CONTEXT_LENGTH', `expected at most ${model.shape.context} tokens, found ${T}`);
  return T;
}

/** What goes into the first block, (B, T, C). Throws MC_CONTEXT_LENGTH. */
export function embed(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D): tf.Tensor3D {
  contextOf(model, tokens);
  return embedding(tokens, start, parameterOf(model.parameters, 'transformer.wte.weight'), model.parameters.get('transformer.wpe.weight')) as tf.Tensor3D;
}

/** Logits of the next token at every position, (B, T, V), or at some, (B, count, V). Padding positions mean nothing. */
export function logits(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, options: ForwardOptions = {}): tf.Tensor3D {
  return tf.tidy(() => {
    const hidden = hiddenStates(model, tokens, start, options);
    return tf.reshape(unembed(model, hidden), [hidden.shape[0], hidden.shape[1], -1]);
  });
}

/** The output: x (..., C) -> (N, V). */
export function unembed(model: Model, x: tf.Tensor): tf.Tensor2D {
  return logitsOf(tf.reshape(x, [-1, model.shape.width]), outputOf(model));
}

/** What the output's logits are products with, (V, C): the word embedding where it is tied to it. */
export function outputOf(model: Model): tf.Tensor {
  return parameterOf(model.parameters, model.shape.tied ? 'transformer.wte.weight' : 'lm_head.weight');
}

/** The scalar head at every position, (B, T), or (B, count): the reward model's reading or the value. */
export function scores(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, options: ForwardOptions = {}): tf.Tensor2D {
  return tf.tidy(() => {
    const hidden = hiddenStates(model, tokens, start, options);
    const [B, n, C] = hidden.shape;
    const read = tf.reshape(tf.matMul(tf.reshape(hidden, [B * n, C]), parameterOf(model.parameters, 'score.weight') as tf.Tensor2D, false, true), [B, n]) as tf.Tensor2D;
    const bias = model.parameters.get('score.bias');
    return bias === undefined ? read : tf.add(read, bias);
  });
}
