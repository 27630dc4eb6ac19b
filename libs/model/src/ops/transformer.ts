import * as tf from '@tensorflow/tfjs-core';
import type { ModelShape } from '../architectures/architecture.ts';
import type { Positions } from '../types.ts';
import { attention } from './attention.ts';
import { embedding, positionsOf } from './embedding.ts';
import { gradientMayFollow, hasKernel, lastSize, runKernel, withGradient } from './fused.ts';
import { linear, linearGelu } from './linear.ts';
import { norm } from './norm.ts';
import { parameterGradients } from './parameter-gradients.ts';
import { rmsNorm } from './rms-norm.ts';
import { rotary, turnTable, type Turns } from './rotary.ts';
import { swiglu } from './swiglu.ts';

/** The parameters of a block by their names, `transformer.h.N.` left out, in the order of the kernels' gradients. */
export type BlockParameters = Readonly<Record<string, tf.Tensor>>;

/** The parameters of a model below its head. */
export interface TransformerParameters {
  /** (V, C) */
  readonly wte: tf.Tensor;
  /** (P, C), where positions are learned. */
  readonly wpe: tf.Tensor | undefined;
  readonly blocks: readonly BlockParameters[];
  /** The last norm's weight and bias, (C); an RMS norm has no bias. */
  readonly lastNorm: readonly [tf.Tensor, tf.Tensor | undefined];
}

export interface TransformerOptions {
  /** The positions that the last block computes to the end; all by default. */
  readonly positions?: Positions | undefined;
  /** Dropout, of the embeddings and at the end of both branches of every block. */
  readonly drop?: Drop | undefined;
}

type Drop = (branch: tf.Tensor) => tf.Tensor;

/**
 * A model below its head: embeddings, blocks one after the other (norms first), the last norm. A block is
 * middle = x + c_proj(attention(c_attn(norm_1(x)))), y = middle + c_proj(activation(c_fc(norm_2(middle)))).
 * tokens (B, T) int32, start (B) int32 the first real position of a left-padded row -> (B, T, C), or with
 * `positions` (B, count, C).
 */
export function transformer(tokens: tf.Tensor, start: tf.Tensor, parameters: TransformerParameters, shape: ModelShape, options: TransformerOptions): tf.Tensor {
  const { positions, drop } = options;
  if (drop !== undefined || !isGpt2(shape) || !hasKernel('MinchatTransformerForward')) return composed(tokens, start, parameters, shape, options);
  const { heads, epsilon } = shape;
  const { from, count } = positions ?? { from: 0, count: tokens.shape[1] ?? 0 };
  const keep = gradientMayFollow();
  const { wte, wpe, blocks, lastNorm } = parameters;
  const list = [wte, wpe, ...blocks.flatMap((block) => Object.values(block)), ...lastNorm].filter((parameter) => parameter !== undefined);
  return withGradient(list, (save) => {
    const [y, ...activations] = runKernel('MinchatTransformerForward', { tokens, start, ...numbered(list) }, { heads, from, count, epsilon, keep });
    if (keep) save([tokens, start, ...list, ...activations]);
    return {
      value: y as tf.Tensor,
      gradFunc: (dy, saved) => {
        const [stokens, sstart, ...rest] = saved as [tf.Tensor, tf.Tensor, ...tf.Tensor[]];
        const [own, kept] = [rest.slice(0, list.length), rest[list.length]];
        // Tied: where the output's gradient is there already, only the rows of these tokens change.
        const sum = parameterGradients()?.sum(wte);
        const inputs = { dy, tokens: stokens, start: sstart, ...numbered(own), ...(kept && { activations: kept }), ...(sum && { onto: sum }) };
        const [dwte, ...others] = runKernel('MinchatTransformerBackward', inputs, { heads, from, count });
        return [sum ?? (dwte as tf.Tensor), ...others];
      },
    };
  });
}

/** Whether a model is made as GPT-2 is, which the kernels of whole models compute. */
export function isGpt2({ norm: kind, activation, rotations, biases }: ModelShape): boolean {
  return kind === 'layer' && activation === 'gelu' && rotations === undefined && biases === 'all';
}

const namesOfInputs: string[] = [];

/** As inputs of the kernels; their names are made once, not in every pass. */
function numbered(parameters: readonly tf.Tensor[]): Record<string, tf.Tensor> {
  return Object.fromEntries(parameters.map((parameter, i) => [(namesOfInputs[i] ??= `parameter.${i}`), parameter]));
}

function composed(tokens: tf.Tensor, start: tf.Tensor, { wte, wpe, blocks, lastNorm }: TransformerParameters, shape: ModelShape, { positions, drop }: TransformerOptions): tf.Tensor {
  const embedded = embedding(tokens, start, wte, wpe);
  const turns = turnsOf(shape, tokens, start);
  // Below the last block every position is a key and a value for those after it.
  const wanted = (layer: number): Positions | undefined => (layer === blocks.length - 1 ? positions : undefined);
  const x = blocks.reduce(
    (y, parameters, layer) => blockWith(y, parameters, shape, (qkv) => attention(qkv, start, shape), { turns, drop, positions: wanted(layer) }),
    drop === undefined ? embedded : drop(embedded),
  );
  return norm(x, ...lastNorm, shape.epsilon);
}

/** The turns of a left-padded batch, tokens (B, T): a text's first token stands at position 0. */
export function turnsOf({ rotations }: ModelShape, tokens: tf.Tensor, start: tf.Tensor): Turns | undefined {
  if (rotations === undefined) return undefined;
  const times = Array.from({ length: tokens.shape[1] ?? 0 }, (_, t) => t);
  return { table: turnTable(rotations, times), positions: tf.reshape(positionsOf(tokens, start).position, [-1]) };
}

/** What a composed block does beside; `drop` and `positions` are as of `transformer`, x (B, T, C) where there are positions. */
export interface BlockExtras {
  readonly turns?: Turns | undefined;
  readonly drop?: Drop | undefined;
  readonly positions?: Positions | undefined;
}

/** The composition, with the attention given: qkv (..., (nh + 2 nkv) hs) -> (..., nh hs). */
export function blockWith(x: tf.Tensor, parameters: BlockParameters, shape: ModelShape, attend: (qkv: tf.Tensor) => tf.Tensor, { turns, drop, positions }: BlockExtras = {}): tf.Tensor {
  const weight = (name: string): tf.Tensor => parameterOf(parameters, `${name}.weight`);
  const bias = (name: string): tf.Tensor | undefined => parameters[`${name}.bias`];
  const normal = (residual: tf.Tensor, name: string): tf.Tensor => norm(residual, weight(name), bias(name), shape.epsilon);
  // The residual is added inside of the projection, except under dropout, which stands between the two.
  const project = (branch: tf.Tensor, name: string, residual: tf.Tensor): tf.Tensor =>
    drop === undefined ? linear(branch, weight(name), bias(name), residual) : tf.add(residual, drop(linear(branch, weight(name), bias(name))));
  const qkv = placed(linear(normal(x, 'ln_1'), weight('attn.c_attn'), bias('attn.c_attn')), parameters, shape, turns);
  const middle = project(sliced(attend(qkv), positions), 'attn.c_proj', sliced(x, positions));
  const branch = normal(middle, 'ln_2');
  const inner = shape.activation === 'gelu' ? linearGelu(branch, weight('mlp.c_fc'), bias('mlp.c_fc')) : swiglu(linear(branch, weight('mlp.c_fc'), bias('mlp.c_fc')));
  return project(inner, 'mlp.c_proj', middle);
}

/** Queries and keys as attention wants them: each head through its norm, where it has one, and turned to its position. */
function placed(qkv: tf.Tensor, parameters: BlockParameters, { heads, keyValueHeads, headSize, headNorms, epsilon }: ModelShape, turns: Turns | undefined): tf.Tensor {
  const normal = headNorms ? headNormed(qkv, parameters, [heads, keyValueHeads], headSize, epsilon) : qkv;
  return turns === undefined ? normal : rotary(normal, turns, heads + keyValueHeads);
}

/** RMS norms of the heads of queries and of keys, nh and nkv, (..., W) -> (..., W). */
function headNormed(qkv: tf.Tensor, parameters: BlockParameters, [queries, keys]: readonly [number, number], hs: number, epsilon: number): tf.Tensor {
  const W = lastSize(qkv);
  const [q, k, v] = tf.split(tf.reshape(qkv, [-1, W]), [queries * hs, keys * hs, W - (queries + keys) * hs], 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const normal = (x: tf.Tensor, heads: number, name: string): tf.Tensor =>
    tf.reshape(rmsNorm(tf.reshape(x, [-1, heads, hs]), parameterOf(parameters, `attn.${name}.weight`), epsilon), [-1, heads * hs]);
  return tf.reshape(tf.concat([normal(q, queries, 'q_norm'), normal(k, keys, 'k_norm'), v], 1), qkv.shape);
}

/** Of x (B, T, C) the positions wanted. */
function sliced(x: tf.Tensor, positions: Positions | undefined): tf.Tensor {
  return positions === undefined ? x : tf.slice(x, [0, positions.from, 0], [-1, positions.count, -1]);
}

function parameterOf(parameters: BlockParameters, name: string): tf.Tensor {
  const tensor = parameters[name];
  if (tensor === undefined) throw new Error(`expected the block's parameter ${name}, found none`);
  return tensor;
}
