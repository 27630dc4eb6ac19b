import * as tf from '@tensorflow/tfjs-core';
import { attention } from './attention.ts';
import { embedding } from './embedding.ts';
import { gradientMayFollow, hasKernel, runKernel, withGradient } from './fused.ts';
import { layerNorm } from './layer-norm.ts';
import { linear, linearGelu } from './linear.ts';
import { parameterGradients } from './parameter-gradients.ts';
import type { Positions } from '../types.ts';

/** The parameters of a block by their names in a checkpoint, `transformer.h.N.` left out; in the order of the kernels' gradients. */
export const blockParameterNames = ['ln_1', 'attn.c_attn', 'attn.c_proj', 'ln_2', 'mlp.c_fc', 'mlp.c_proj'].flatMap((name) => [`${name}.weight`, `${name}.bias`]);

export type BlockParameters = Readonly<Record<string, tf.Tensor>>;

/** The parameters of a model below its head. */
export interface TransformerParameters {
  /** (V, C) */
  readonly wte: tf.Tensor;
  /** (P, C) */
  readonly wpe: tf.Tensor;
  readonly blocks: readonly BlockParameters[];
  /** The last layer norm's weight and bias, (C). */
  readonly lastNorm: readonly [tf.Tensor, tf.Tensor];
}

export interface TransformerOptions {
  readonly heads: number;
  readonly epsilon: number;
  /** The positions that the last block computes to the end; all by default. */
  readonly positions?: Positions | undefined;
  /** Dropout, of the embeddings and at the end of both branches of every block. */
  readonly drop?: Drop | undefined;
}

type Drop = (branch: tf.Tensor) => tf.Tensor;

/**
 * GPT-2 below its head: embeddings, blocks one after the other (layer norms first), the last layer norm. A block is
 * middle = x + c_proj(attention(c_attn(LN1(x)))), y = middle + c_proj(GELU(c_fc(LN2(middle)))).
 * tokens (B, T) int32, start (B) int32 the first real position of a left-padded row -> (B, T, C), or with
 * `positions` (B, count, C).
 */
export function transformer(tokens: tf.Tensor, start: tf.Tensor, parameters: TransformerParameters, options: TransformerOptions): tf.Tensor {
  const { heads, epsilon, positions, drop } = options;
  if (drop !== undefined || !hasKernel('MinchatTransformerForward')) return composed(tokens, start, parameters, options);
  const { from, count } = positions ?? { from: 0, count: tokens.shape[1] ?? 0 };
  const keep = gradientMayFollow();
  const { wte, wpe, blocks, lastNorm } = parameters;
  const list = [wte, wpe, ...blocks.flatMap((block) => blockParameterNames.map((name) => parameterOf(block, name))), ...lastNorm];
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

const namesOfInputs: string[] = [];

/** As inputs of the kernels; their names are made once, not in every pass. */
function numbered(parameters: readonly tf.Tensor[]): Record<string, tf.Tensor> {
  return Object.fromEntries(parameters.map((parameter, i) => [(namesOfInputs[i] ??= `parameter.${i}`), parameter]));
}

function composed(tokens: tf.Tensor, start: tf.Tensor, { wte, wpe, blocks, lastNorm }: TransformerParameters, { heads, epsilon, positions, drop }: TransformerOptions): tf.Tensor {
  const embedded = embedding(tokens, start, wte, wpe);
  // Below the last block every position is a key and a value for those after it.
  const wanted = (layer: number): Positions | undefined => (layer === blocks.length - 1 ? positions : undefined);
  const x = blocks.reduce(
    (y, parameters, layer) => blockWith(y, parameters, epsilon, (qkv) => attention(qkv, start, heads), { drop, positions: wanted(layer) }),
    drop === undefined ? embedded : drop(embedded),
  );
  return layerNorm(x, ...lastNorm, epsilon);
}

/** What a composed block does beside; `drop` and `positions` are as of `transformer`, x (B, T, C) where there are positions. */
export interface BlockExtras {
  readonly drop?: Drop | undefined;
  readonly positions?: Positions | undefined;
}

/** The composition, with the attention given: qkv (..., 3C) -> (..., C). */
export function blockWith(x: tf.Tensor, parameters: BlockParameters, epsilon: number, attend: (qkv: tf.Tensor) => tf.Tensor, { drop, positions }: BlockExtras = {}): tf.Tensor {
  const p = (name: string): tf.Tensor => parameterOf(parameters, name);
  const normal = (residual: tf.Tensor, name: string): tf.Tensor => layerNorm(residual, p(`${name}.weight`), p(`${name}.bias`), epsilon);
  // The residual is added inside of the projection, except under dropout, which stands between the two.
  const project = (branch: tf.Tensor, name: string, residual: tf.Tensor): tf.Tensor =>
    drop === undefined
      ? linear(branch, p(`${name}.weight`), p(`${name}.bias`), residual)
      : tf.add(residual, drop(linear(branch, p(`${name}.weight`), p(`${name}.bias`))));
  const qkv = linear(normal(x, 'ln_1'), p('attn.c_attn.weight'), p('attn.c_attn.bias'));
  const middle = project(sliced(attend(qkv), positions), 'attn.c_proj', sliced(x, positions));
  const inner = linearGelu(normal(middle, 'ln_2'), p('mlp.c_fc.weight'), p('mlp.c_fc.bias'));
  return project(inner, 'mlp.c_proj', middle);
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
