import type * as tf from '@tensorflow/tfjs-core';
import { hasKernel, output, runKernel } from './fused.ts';
import type { LayerCache } from './decode-attention.ts';
import type { Model } from '../types.ts';

/** Tokens that a slot of the cache is to read, at least one, after the `position` that it holds. Several are a whole prompt, at position 0. */
export interface SlotTokens {
  readonly slot: number;
  readonly position: number;
  readonly tokens: readonly number[];
}

/** Whether the active backend can read tokens through all layers at once. */
export function hasReadTokens(): boolean {
  return hasKernel('MinchatReadTokens');
}

/**
 * The logits after the last token of each text, (R, V), all layers in one kernel; texts of one token come
 * first. Keys and values are written where the cache lies. The composition is KeyValueCache's, operation by
 * operation. No gradient.
 */
export function readTokens(model: Model, layers: readonly LayerCache[], texts: readonly SlotTokens[]): tf.Tensor2D {
  const inputs: Record<string, tf.Tensor> = Object.fromEntries(model.parameters);
  for (const [layer, { keys, values }] of layers.entries()) {
    inputs[`keys.${layer}`] = keys;
    inputs[`values.${layer}`] = values;
  }
  const { n_layer, layer_norm_epsilon } = model.config;
  return output(runKernel('MinchatReadTokens', inputs, {
    tokens: texts.flatMap((text) => text.tokens),
    slots: texts.map((text) => text.slot),
    positions: texts.map((text) => text.position),
    counts: texts.map((text) => text.tokens.length),
    layers: n_layer,
    epsilon: layer_norm_epsilon,
  }), 0) as tf.Tensor2D;
}
