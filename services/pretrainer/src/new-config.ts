import { MinchatError } from '@minchat/errors';
import { gptConfig, llamaConfig, type ModelConfig } from '@minchat/model';
import type { PretrainSettings } from './settings.ts';

type Size = PretrainSettings['model'];

/** Checks that the sizes of a new model go together. Throws MC_STAGE_SETTINGS. */
export function checkSize({ architecture, heads, keyValueHeads = heads, width }: Size): void {
  const refuse = (setting: string, expected: string, found: number): void => {
    throw new MinchatError('MC_STAGE_SETTINGS', `model.${setting}: expected ${expected}, found ${found}`);
  };
  if (width % heads !== 0) refuse('heads', `a divisor of model.width ${width}`, heads);
  if (architecture === 'gpt2' && keyValueHeads !== heads) refuse('keyValueHeads', `model.heads ${heads} in a GPT-2, whose heads share nothing`, keyValueHeads);
  if (heads % keyValueHeads !== 0) refuse('keyValueHeads', `a divisor of model.heads ${heads}`, keyValueHeads);
  if (architecture === 'llama' && width / heads % 2 !== 0) refuse('heads', `heads of an even width (model.width ${width} / model.heads), since positions turn pairs of numbers`, heads);
}

/** config.json of a new model whose size was checked. */
export function newConfig(size: Size, { vocabSize, endOfText }: { readonly vocabSize: number; readonly endOfText: number }): ModelConfig {
  const { architecture, layers, heads, keyValueHeads = heads, width, context, initializerRange } = size;
  const common = { vocab_size: vocabSize, initializer_range: initializerRange, bos_token_id: endOfText, eos_token_id: endOfText };
  if (architecture === 'gpt2') return gptConfig({ ...common, n_positions: context, n_embd: width, n_layer: layers, n_head: heads, n_inner: size.inner ?? null });
  // SwiGLU has three matrices where GELU has two: with two thirds of four times the width both have as many weights.
  const inner = size.inner ?? Math.ceil((8 * width) / 3 / 32) * 32;
  return llamaConfig({
    ...common,
    hidden_size: width,
    intermediate_size: inner,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: keyValueHeads,
    max_position_embeddings: context,
  });
}
