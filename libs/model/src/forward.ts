import * as tf from '@tensorflow/tfjs-core';
import { MinchatError } from '@minchat/errors';
import { dropout } from './ops/dropout.ts';
import { embedding } from './ops/embedding.ts';
import { logitsOf } from './ops/logits.ts';
import { norm } from './ops/norm.ts';
import type { Turns } from './ops/rotary.ts';
import { blockWith, transformer, type BlockParameters } from './ops/transformer.ts';
import { parameterOf } from './model.ts';
import type { ForwardOptions, Model } from './types.ts';

/** What stands between the packed queries, keys and values of a layer, (..., (nh + 2 nkv) hs), and the heads' output (..., nh hs). */
export type Attend = (qkv: tf.Tensor, layer: number) => tf.Tensor;

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
  const parameters = {
    wte: parameterOf(model, 'transformer.wte.weight'),
    wpe: model.parameters.get('transformer.wpe.weight'),
    blocks: blocksOf(model),
    lastNorm: lastNormOf(model),
  };
  return tf.tidy(() => transformer(tokens, start, parameters, model.shape, { positions, drop: drop && ((branch) => dropout(branch, drop)) }) as tf.Tensor3D);
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
  return embedding(tokens, start, parameterOf(model, 'transformer.wte.weight'), model.parameters.get('transformer.wpe.weight')) as tf.Tensor3D;
}

/** Every block, its attention given so that it can use a cache, and the last norm: x (..., C) -> (..., C). `turns` where positions are turns. */
export function blocksWith(model: Model, x: tf.Tensor, turns: Turns | undefined, attend: Attend): tf.Tensor {
  const { shape } = model;
  return norm(blocksOf(model).reduce((y, parameters, layer) => blockWith(y, parameters, shape, (qkv) => attend(qkv, layer), { turns }), x), ...lastNormOf(model), shape.epsilon);
}

function blocksOf({ parameters, shape }: Model): BlockParameters[] {
  const blocks = Array.from({ length: shape.layers }, (): Record<string, tf.Tensor> => ({}));
  for (const [name, parameter] of parameters) {
    const [, layer, rest] = /^transformer\.h\.(\d+)\.(.*)$/.exec(name) ?? [];
    if (rest !== undefined) (blocks[Number(layer)] as Record<string, tf.Tensor>)[rest] = parameter;
  }
  return blocks;
}

function lastNormOf(model: Model): [tf.Tensor, tf.Tensor | undefined] {
  return [parameterOf(model, 'transformer.ln_f.weight'), model.parameters.get('transformer.ln_f.bias')];
}

/** Logits of the next token at every position, (B, T, V). Padding positions mean nothing. */
export function logits(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, options: ForwardOptions = {}): tf.Tensor3D {
  return tf.tidy(() => {
    const [B, T] = tokens.shape;
    return tf.reshape(unembed(model, hiddenStates(model, tokens, start, options)), [B, T, -1]);
  });
}

/** The output: x (..., C) -> (N, V). */
export function unembed(model: Model, x: tf.Tensor): tf.Tensor2D {
  return logitsOf(tf.reshape(x, [-1, model.shape.width]), outputOf(model));
}

/** What the output's logits are products with, (V, C): the word embedding where it is tied to it. */
export function outputOf(model: Model): tf.Tensor {
  return parameterOf(model, model.shape.tied ? 'transformer.wte.weight' : 'lm_head.weight');
}

/** The scalar head at every position, (B, T), or (B, count): the reward model's reading or the value. */
export function scores(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, options: ForwardOptions = {}): tf.Tensor2D {
  return tf.tidy(() => {
    const hidden = hiddenStates(model, tokens, start, options);
    const [B, n, C] = hidden.shape;
    const read = tf.reshape(tf.matMul(tf.reshape(hidden, [B * n, C]), parameterOf(model, 'score.weight') as tf.Tensor2D, false, true), [B, n]) as tf.Tensor2D;
    const bias = model.parameters.get('score.bias');
    return bias === undefined ? read : tf.add(read, bias);
  });
}
