import type * as tf from '@tensorflow/tfjs-core';
import { hasKernel, output, runKernel } from './fused.ts';
import type { LayerCache } from './decode-attention.ts';
import type { Model } from '../types.ts';

/** Texts that get one more token each: text r has positions[r] tokens in slots[r] of the cache, and tokens[r] comes next. */
export interface NextTokens {
  readonly tokens: readonly number[];
  readonly slots: readonly number[];
  readonly positions: readonly number[];
}

/** Whether the active backend can do a whole step at once. */
export function hasDecodeStep(): boolean {
  return hasKernel('MinchatDecodeStep');
}

/**
 * The logits after each token, (R, V), all layers in one kernel. Keys and values are written where the
 * cache lies. The composition is KeyValueCache's, operation by operation. No gradient.
 */
export function decodeStep(model: Model, layers: readonly LayerCache[], { tokens, slots, positions }: NextTokens): tf.Tensor2D {
  const inputs: Record<string, tf.Tensor> = Object.fromEntries(model.parameters);
  for (const [layer, { keys, values }] of layers.entries()) {
    inputs[`keys.${layer}`] = keys;
    inputs[`values.${layer}`] = values;
  }
  const { n_layer, layer_norm_epsilon } = model.config;
  return output(runKernel('MinchatDecodeStep', inputs, { tokens, slots, positions, layers: n_layer, epsilon: layer_norm_epsilon }), 0) as tf.Tensor2D;
}
