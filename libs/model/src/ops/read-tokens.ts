import type * as tf from '@tensorflow/tfjs-core';
import { hasKernel, output, runKernel } from './fused.ts';
import type { LayerCache } from './decode-attention.ts';
import type { ModelShape } from '../architectures/architecture.ts';
import type { Model } from '../types.ts';
import { turnRows } from './rotary.ts';
import { isWhole } from './transformer.ts';

/** Tokens that a slot of the cache is to read, at least one, after the `position` that it holds. Several are a whole prompt, at position 0. */
export interface SlotTokens {
  readonly slot: number;
  readonly position: number;
  readonly tokens: readonly number[];
}

/** Whether the active backend can read tokens through all layers of such a model at once. */
export function hasReadTokens(shape: ModelShape): boolean {
  return isWhole(shape) && hasKernel('MinchatReadTokens');
}

/** What readTokens reads beside the texts: a model's parameters, and keys and values, which must stay in the tensors they are in. */
export type ReadInputs = Readonly<Record<string, tf.Tensor>>;

export function readInputs(model: Model, layers: readonly LayerCache[]): ReadInputs {
  const inputs: Record<string, tf.Tensor> = Object.fromEntries(model.parameters);
  for (const [layer, { keys, values }] of layers.entries()) {
    inputs[`keys.${layer}`] = keys;
    inputs[`values.${layer}`] = values;
  }
  return inputs;
}

/**
 * The logits after the last token of each text, (R, V), all layers in one kernel; texts of one token come
 * first. Keys and values are written where the cache lies. The composition is KeyValueCache's, operation by
 * operation. No gradient.
 */
export function readTokens({ layers, heads, inner, activation, rotations, epsilon }: ModelShape, inputs: ReadInputs, texts: readonly SlotTokens[]): tf.Tensor2D {
  const R = texts.length;
  const slots = new Int32Array(R);
  const positions = new Int32Array(R);
  const counts = new Int32Array(R);
  const tokens: number[] = [];
  for (const [r, text] of texts.entries()) {
    slots[r] = text.slot;
    positions[r] = text.position;
    counts[r] = text.tokens.length;
    for (const token of text.tokens) tokens.push(token);
  }
  const turns = rotations && turnRows(rotations, texts.flatMap(({ position, tokens: read }) => read.map((_, i) => position + i)));
  const attrs = { tokens: new Int32Array(tokens), slots, positions, counts, turns, layers, heads, inner, swiglu: activation === 'swiglu', epsilon };
  return output(runKernel('MinchatReadTokens', inputs, attrs), 0) as tf.Tensor2D;
}
