import * as tf from '@tensorflow/tfjs-core';
import { attention } from './attention.ts';
import { gradientMayFollow, hasKernel, output, runKernel, withGradient } from './fused.ts';
import { layerNorm } from './layer-norm.ts';
import { linear, linearGelu } from './linear.ts';
import type { Positions } from '../types.ts';

/** The parameters of a block by their names in a checkpoint, `transformer.h.N.` left out; in the order of the kernels' gradients. */
export const blockParameterNames = ['ln_1', 'attn.c_attn', 'attn.c_proj', 'ln_2', 'mlp.c_fc', 'mlp.c_proj'].flatMap((name) => [`${name}.weight`, `${name}.bias`]);

export type BlockParameters = Readonly<Record<string, tf.Tensor>>;

export interface BlockOptions {
  readonly heads: number;
  readonly epsilon: number;
  /** The positions to be computed to the end; all by default. */
  readonly positions?: Positions | undefined;
}

/**
 * A transformer block (GPT-2's, layer norms first):
 * middle = x + c_proj(attention(c_attn(LN1(x)))), y = middle + c_proj(GELU(c_fc(LN2(middle)))).
 * x (B, T, C), start (B) int32 the first real position of a left-padded row -> (B, T, C), or with
 * `positions` (B, count, C).
 */
export function block(x: tf.Tensor, start: tf.Tensor, parameters: BlockParameters, { heads, epsilon, positions }: BlockOptions): tf.Tensor {
  if (!hasKernel('MinchatBlockForward')) return blockWith(x, parameters, epsilon, (qkv) => attention(qkv, start, heads), { positions });
  const { from, count } = positions ?? { from: 0, count: x.shape[1] ?? 0 };
  const keep = gradientMayFollow();
  return withGradient([x, ...blockParameterNames.map((name) => parameterOf(parameters, name))], (save) => {
    const [y, ...activations] = runKernel('MinchatBlockForward', { x, start, ...parameters }, { heads, from, count, epsilon, keep });
    if (keep) save([x, start, ...blockParameterNames.map((name) => parameterOf(parameters, name)), ...activations]);
    return {
      value: y as tf.Tensor,
      gradFunc: (dy, saved) => {
        const [sx, sstart, ...rest] = saved as [tf.Tensor, tf.Tensor, ...tf.Tensor[]];
        const named = Object.fromEntries(blockParameterNames.map((name, i) => [name, output(rest, i)]));
        const kept = rest[blockParameterNames.length];
        return runKernel('MinchatBlockBackward', { dy, x: sx, start: sstart, ...named, ...(kept && { activations: kept }) }, { heads, from, count });
      },
    };
  });
}

/** What a composed block does beside: `drop` stands at the end of both branches; `positions` are as of `block`, x (B, T, C) then. */
export interface BlockExtras {
  readonly drop?: ((branch: tf.Tensor) => tf.Tensor) | undefined;
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
