import * as tf from '@tensorflow/tfjs-core';
import type { ModelShape } from '../architectures/architecture.ts';
import { parameterOf } from '../model.ts';
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

/** The parameters of a model by their names (architectures/parameters.ts); those of its head may be among them. */
export type NamedParameters = ReadonlyMap<string, tf.Tensor>;

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
export function transformer(tokens: tf.Tensor, start: tf.Tensor, parameters: NamedParameters, shape: ModelShape, options: TransformerOptions): tf.Tensor {
  const { positions, drop } = options;
  if (drop !== undefined || !isWhole(shape) || !hasKernel('MinchatTransformerForward')) return composed(tokens, start, parameters, shape, options);
  const { layers, heads, keyValueHeads, headSize, inner, epsilon, activation } = shape;
  const { from, count } = positions ?? { from: 0, count: tokens.shape[1] ?? 0 };
  const attrs = { layers, heads, keyValueHeads, headSize, inner, epsilon, swiglu: activation === 'swiglu', from, count };
  const keep = gradientMayFollow();
  const own = [...parameters].filter(([name]) => name.startsWith('transformer.'));
  const list = own.map(([, parameter]) => parameter);
  const named = (tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> => Object.fromEntries(own.map(([name], i) => [name, tensors[i] as tf.Tensor]));
  const turns = shape.rotations === undefined ? [] : [timesTable(shape.rotations, tokens)];
  return withGradient(list, (save) => {
    const [y, ...activations] = runKernel('MinchatTransformerForward', { tokens, start, ...named(list), ...(turns[0] && { turns: turns[0] }) }, { ...attrs, keep });
    if (keep) save([tokens, start, ...list, ...turns, ...activations]);
    return {
      value: y as tf.Tensor,
      gradFunc: (dy, saved) => {
        const [stokens, sstart, ...rest] = saved as [tf.Tensor, tf.Tensor, ...tf.Tensor[]];
        const wte = rest[own.findIndex(([name]) => name === 'transformer.wte.weight')] as tf.Tensor;
        const [sturns, kept] = turns.length > 0 ? rest.slice(list.length) : [undefined, rest[list.length]];
        // Tied: where the output's gradient is there already, only the rows of these tokens change.
        const sum = parameterGradients()?.sum(wte);
        const inputs = { dy, tokens: stokens, start: sstart, ...named(rest), ...(sturns && { turns: sturns }), ...(kept && { activations: kept }), ...(sum && { onto: sum }) };
        return runKernel('MinchatTransformerBackward', inputs, attrs).map((gradient, i) => (sum && rest[i] === wte ? sum : gradient));
      },
    };
  });
}

/** A square of the numbers that kernels of whole models read has at most so many columns. */
const widestSquare = 32;

/** Whether the kernels of whole models compute such a model: GPT-2 as published, and what follows Llama. */
export function isWhole({ norm: kind, activation, rotations, biases, inner }: ModelShape): boolean {
  if (kind === 'layer') return activation === 'gelu' && rotations === undefined && biases === 'all';
  return activation === 'swiglu' && rotations !== undefined && biases !== 'all' && inner % widestSquare === 0;
}

function composed(tokens: tf.Tensor, start: tf.Tensor, parameters: NamedParameters, shape: ModelShape, { positions, drop }: TransformerOptions): tf.Tensor {
  const embedded = embedding(tokens, start, parameterOf(parameters, 'transformer.wte.weight'), parameters.get('transformer.wpe.weight'));
  const turns = turnsOf(shape, tokens, start);
  // Below the last block every position is a key and a value for those after it.
  const wanted = (layer: number): Positions | undefined => (layer === shape.layers - 1 ? positions : undefined);
  const attend = (qkv: tf.Tensor): tf.Tensor => attention(qkv, start, shape);
  return blocksWith(drop === undefined ? embedded : drop(embedded), parameters, shape, attend, (layer) => ({ turns, drop, positions: wanted(layer) }));
}

/** The turns of a left-padded batch, tokens (B, T): a text's first token stands at position 0. */
export function turnsOf({ rotations }: ModelShape, tokens: tf.Tensor, start: tf.Tensor): Turns | undefined {
  return rotations && { table: timesTable(rotations, tokens), positions: tf.reshape(positionsOf(tokens, start).position, [-1]) };
}

/** Of the positions that tokens (B, T) may stand at, (T, hs). */
function timesTable(rotations: readonly number[], tokens: tf.Tensor): tf.Tensor2D {
  return turnTable(rotations, Array.from({ length: tokens.shape[1] ?? 0 }, (_, t) => t));
}

/** What stands between the packed queries, keys and values of a layer, (..., (nh + 2 nkv) hs), and the heads' output (..., nh hs). */
export type Attend = (qkv: tf.Tensor, layer: number) => tf.Tensor;

/** What a composed block does beside; `drop` and `positions` are as of `transformer`, x (B, T, C) where there are positions. */
export interface BlockExtras {
  readonly turns: Turns | undefined;
  readonly drop?: Drop | undefined;
  readonly positions?: Positions | undefined;
}

/** Every block, its attention given so that it can use a cache, and the last norm: x (..., C) -> (..., C). */
export function blocksWith(x: tf.Tensor, parameters: NamedParameters, shape: ModelShape, attend: Attend, extras: (layer: number) => BlockExtras): tf.Tensor {
  const y = blocksOf(parameters, shape).reduce((below, block, layer) => blockWith(below, block, shape, (qkv) => attend(qkv, layer), extras(layer)), x);
  return norm(y, parameterOf(parameters, 'transformer.ln_f.weight'), parameters.get('transformer.ln_f.bias'), shape.epsilon);
}

/** By their names, `transformer.h.N.` left out. */
function blocksOf(parameters: NamedParameters, { layers }: ModelShape): NamedParameters[] {
  const blocks = Array.from({ length: layers }, () => new Map<string, tf.Tensor>());
  for (const [name, parameter] of parameters) {
    const [, layer, rest] = /^transformer\.h\.(\d+)\.(.*)$/.exec(name) ?? [];
    if (rest !== undefined) blocks[Number(layer)]?.set(rest, parameter);
  }
  return blocks;
}

/** The composition of a block, with the attention given. */
function blockWith(x: tf.Tensor, parameters: NamedParameters, shape: ModelShape, attend: (qkv: tf.Tensor) => tf.Tensor, { turns, drop, positions }: BlockExtras): tf.Tensor {
  const weight = (name: string): tf.Tensor => parameterOf(parameters, `${name}.weight`);
  const bias = (name: string): tf.Tensor | undefined => parameters.get(`${name}.bias`);
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
function placed(qkv: tf.Tensor, parameters: NamedParameters, shape: ModelShape, turns: Turns | undefined): tf.Tensor {
  const normal = shape.headNorms ? headNormed(qkv, parameters, shape) : qkv;
  return turns === undefined ? normal : rotary(normal, turns, shape.heads + shape.keyValueHeads);
}

/** RMS norms of each head of queries and of keys, (..., (nh + 2 nkv) hs). */
function headNormed(qkv: tf.Tensor, parameters: NamedParameters, { heads, keyValueHeads, headSize: hs, epsilon }: ModelShape): tf.Tensor {
  const [q, k, v] = tf.split(tf.reshape(qkv, [-1, lastSize(qkv)]), [heads * hs, keyValueHeads * hs, keyValueHeads * hs], 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const normal = (x: tf.Tensor, count: number, name: string): tf.Tensor =>
    tf.reshape(rmsNorm(tf.reshape(x, [-1, count, hs]), parameterOf(parameters, `attn.${name}.weight`), epsilon), [-1, count * hs]);
  return tf.reshape(tf.concat([normal(q, heads, 'q_norm'), normal(k, keyValueHeads, 'k_norm'), v], 1), qkv.shape);
}

/** Of x (B, T, C) the positions wanted. */
function sliced(x: tf.Tensor, positions: Positions | undefined): tf.Tensor {
  return positions === undefined ? x : tf.slice(x, [0, positions.from, 0], [-1, positions.count, -1]);
}
