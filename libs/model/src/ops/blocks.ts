import * as tf from '@tensorflow/tfjs-core';
import { attention } from './attention.ts';
import { gradientMayFollow, hasKernel, output, runKernel, withGradient } from './fused.ts';
import { layerNorm } from './layer-norm.ts';
import { linear, linearGelu } from './linear.ts';
import type { Positions } from '../types.ts';

/** The parameters of a block by their names in a checkpoint, `transformer.h.N.` left out; in the order of the kernels' gradients. */
export const blockParameterNames = ['ln_1', 'attn.c_attn', 'attn.c_proj', 'ln_2', 'mlp.c_fc', 'mlp.c_proj'].flatMap((name) => [`${name}.weight`, `${name}.bias`]);

export type BlockParameters = Readonly<Record<string, tf.Tensor>>;

export interface BlocksOptions {
  readonly heads: number;
  readonly epsilon: number;
  /** The positions that the last block computes to the end; all by default. */
  readonly positions?: Positions | undefined;
  /** Dropout, at the end of both branches of every block. */
  readonly drop?: Drop | undefined;
}

type Drop = (branch: tf.Tensor) => tf.Tensor;

const namesOfInputs: string[] = [];

/**
 * Transformer blocks (GPT-2's, layer norms first) one after the other, each
 * middle = x + c_proj(attention(c_attn(LN1(x)))), y = middle + c_proj(GELU(c_fc(LN2(middle)))).
 * x (B, T, C), start (B) int32 the first real position of a left-padded row -> (B, T, C), or with
 * `positions` (B, count, C).
 */
export function blocks(x: tf.Tensor, start: tf.Tensor, stack: readonly BlockParameters[], { heads, epsilon, positions, drop }: BlocksOptions): tf.Tensor {
  if (drop !== undefined || !hasKernel('MinchatBlocksForward')) {
    // Below the last block every position is a key and a value for those after it.
    const wanted = (layer: number): Positions | undefined => (layer === stack.length - 1 ? positions : undefined);
    return stack.reduce((y, parameters, layer) => blockWith(y, parameters, epsilon, (qkv) => attention(qkv, start, heads), { drop, positions: wanted(layer) }), x);
  }
  const { from, count } = positions ?? { from: 0, count: x.shape[1] ?? 0 };
  const keep = gradientMayFollow();
  const parameters = stack.flatMap((block) => blockParameterNames.map((name) => parameterOf(block, name)));
  return withGradient([x, ...parameters], (save) => {
    const [y, ...activations] = runKernel('MinchatBlocksForward', { x, start, ...numbered(parameters) }, { heads, from, count, epsilon, keep });
    if (keep) save([x, start, ...parameters, ...activations]);
    return {
      value: y as tf.Tensor,
      gradFunc: (dy, saved) => {
        const [sx, sstart, ...rest] = saved as [tf.Tensor, tf.Tensor, ...tf.Tensor[]];
        const kept = rest[parameters.length];
        return runKernel('MinchatBlocksBackward', { dy, x: sx, start: sstart, ...numbered(rest.slice(0, parameters.length)), ...(kept && { activations: kept }) }, { heads, from, count });
      },
    };
  });
}

/** As inputs of the kernels; their names are made once, not in every pass. */
function numbered(parameters: readonly tf.Tensor[]): Record<string, tf.Tensor> {
  return Object.fromEntries(parameters.map((parameter, i) => [(namesOfInputs[i] ??= `parameter.${i}`), parameter]));
}

/** What a composed block does beside; `drop` and `positions` are as of `blocks`, x (B, T, C) where there are positions. */
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
