import * as tf from '@tensorflow/tfjs-core';
import { MinchatError } from '@minchat/errors';
import { dropout } from './ops/dropout.ts';
import { attention } from './ops/attention.ts';
import { embedding } from './ops/embedding.ts';
import { layerNorm } from './ops/layer-norm.ts';
import { linear, linearGelu } from './ops/linear.ts';
import { logitsOf } from './ops/logits.ts';
import { parameterOf } from './model.ts';
import type { ForwardOptions, Model } from './types.ts';

/** What stands between the packed queries, keys and values of a layer, (..., 3C), and the heads' output (..., C). */
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

/** The hidden states after the last layer norm, (B, T, C). tokens (B, T) int32, start (B) int32. */
export function hiddenStates(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, options: ForwardOptions = {}): tf.Tensor3D {
  const heads = model.config.n_head;
  return hiddenStatesWith(model, tokens, start, (qkv) => attention(qkv, start, heads), options);
}

/** hiddenStates with the attention given, so that reading a prompt can fill a cache on the way. */
export function hiddenStatesWith(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, attend: Attend, options: ForwardOptions = {}): tf.Tensor3D {
  const { config } = model;
  const T = tokens.shape[1];
  if (T > config.n_positions) throw new MinchatError('MC_CONTEXT_LENGTH', `expected at most ${config.n_positions} tokens, found ${T}`);
  return tf.tidy(() => {
    const x = embedding(tokens, start, parameterOf(model, 'transformer.wte.weight'), parameterOf(model, 'transformer.wpe.weight'));
    return blocks(model, x, attend, options) as tf.Tensor3D;
  });
}

/** Every block and the last layer norm: x (..., C) -> (..., C). */
export function blocks(model: Model, embedded: tf.Tensor, attend: Attend, options: ForwardOptions = {}): tf.Tensor {
  const p = (name: string): tf.Variable => parameterOf(model, name);
  const epsilon = model.config.layer_norm_epsilon;
  const drop = options.dropout;
  let x = drop === undefined ? embedded : dropout(embedded, drop);
  // The residual is added inside of the projection, except under dropout, which stands between the two.
  const project = (branch: tf.Tensor, name: string): tf.Tensor =>
    drop === undefined
      ? linear(branch, p(`${name}.weight`), p(`${name}.bias`), x)
      : tf.add(x, dropout(linear(branch, p(`${name}.weight`), p(`${name}.bias`)), drop));
  for (let layer = 0; layer < model.config.n_layer; layer++) {
    const h = `transformer.h.${layer}`;
    const qkv = linear(layerNorm(x, p(`${h}.ln_1.weight`), p(`${h}.ln_1.bias`), epsilon), p(`${h}.attn.c_attn.weight`), p(`${h}.attn.c_attn.bias`));
    x = project(attend(qkv, layer), `${h}.attn.c_proj`);
    const inner = linearGelu(layerNorm(x, p(`${h}.ln_2.weight`), p(`${h}.ln_2.bias`), epsilon), p(`${h}.mlp.c_fc.weight`), p(`${h}.mlp.c_fc.bias`));
    x = project(inner, `${h}.mlp.c_proj`);
  }
  return layerNorm(x, p('transformer.ln_f.weight'), p('transformer.ln_f.bias'), epsilon);
}

/** Logits of the next token at every position, (B, T, V). Padding positions mean nothing. */
export function logits(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, options: ForwardOptions = {}): tf.Tensor3D {
  return tf.tidy(() => {
    const [B, T] = tokens.shape;
    return tf.reshape(unembed(model, hiddenStates(model, tokens, start, options)), [B, T, -1]);
  });
}

/** The tied output: x (..., C) -> (N, V). */
export function unembed(model: Model, x: tf.Tensor): tf.Tensor2D {
  return logitsOf(tf.reshape(x, [-1, model.config.n_embd]), parameterOf(model, 'transformer.wte.weight'));
}

/** The scalar head at every position, (B, T): the reward model's reading or the value. */
export function scores(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, options: ForwardOptions = {}): tf.Tensor2D {
  return tf.tidy(() => {
    const hidden = tf.reshape(hiddenStates(model, tokens, start, options), [-1, model.config.n_embd]); // (BT, C)
    return tf.reshape(tf.matMul(hidden, parameterOf(model, 'score.weight') as tf.Tensor2D, false, true), tokens.shape);
  });
}
