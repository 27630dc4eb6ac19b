import type { Head, ModelShape } from './architecture.ts';

/**
 * Every parameter's name and shape. The names are GPT-2's, for all models: a query's, a key's and a value's matrix lie
 * side by side in c_attn, a gate's and its values' in c_fc, and what a model lacks is not there.
 */
export function parameterShapes(shape: ModelShape, head: Head): Map<string, readonly number[]> {
  const { vocabulary, context, width: C, layers, heads, keyValueHeads, headSize, inner, norm, headNorms, rotations, activation, biases, tied } = shape;
  const shapes = new Map<string, readonly number[]>();
  const addNorm = (name: string): void => {
    shapes.set(`${name}.weight`, [C]);
    if (norm === 'layer') shapes.set(`${name}.bias`, [C]);
  };
  const addLinear = (name: string, from: number, to: number, bias: boolean): void => {
    shapes.set(`${name}.weight`, [from, to]);
    if (bias) shapes.set(`${name}.bias`, [to]);
  };
  shapes.set('transformer.wte.weight', [vocabulary, C]);
  if (rotations === undefined) shapes.set('transformer.wpe.weight', [context, C]);
  for (let layer = 0; layer < layers; layer++) {
    const h = `transformer.h.${layer}.`;
    addNorm(`${h}ln_1`);
    addLinear(`${h}attn.c_attn`, C, (heads + 2 * keyValueHeads) * headSize, biases !== 'none');
    if (headNorms) shapes.set(`${h}attn.q_norm.weight`, [headSize]).set(`${h}attn.k_norm.weight`, [headSize]);
    addLinear(`${h}attn.c_proj`, heads * headSize, C, biases === 'all');
    addNorm(`${h}ln_2`);
    addLinear(`${h}mlp.c_fc`, C, activation === 'swiglu' ? 2 * inner : inner, biases === 'all');
    addLinear(`${h}mlp.c_proj`, inner, C, biases === 'all');
  }
  addNorm('transformer.ln_f');
  if (head !== 'lm') shapes.set('score.weight', [1, C]);
  else if (!tied) shapes.set('lm_head.weight', [vocabulary, C]);
  if (head === 'value' && norm === 'rms') shapes.set('score.bias', [1]);
  return shapes;
}
