import type { Architecture, ModelConfig } from './architecture.ts';
import { fraction, invalid, oneOf, wholeNumber } from './checks.ts';
import { parameterShapes } from './parameters.ts';

/** config.json of a GPT-2, with Hugging Face's names. GPT-1, 2 and 3 differ in size only. */
export interface GPTConfig extends ModelConfig {
  /** Longest context, in tokens. */
  readonly n_positions: number;
  readonly n_embd: number;
  readonly n_layer: number;
  readonly n_head: number;
  /** Width of the MLP; null means 4 * n_embd. */
  readonly n_inner: number | null;
  readonly layer_norm_epsilon: number;
}

/** GPT-2: layer norms in front, learned positions, GELU in its tanh form, biases everywhere, the output tied to the embedding. */
export const gpt2: Architecture = {
  defaults: { n_inner: null, layer_norm_epsilon: 1e-5 },
  check(config) {
    oneOf(config, 'activation_function', 'gelu_new', 'gelu_pytorch_tanh');
    oneOf(config, 'tie_word_embeddings', true);
    // Variants of the attention that change its numbers; GPT-2 as published has both at these values.
    oneOf(config, 'scale_attn_weights', true);
    oneOf(config, 'scale_attn_by_inverse_layer_idx', false);
    for (const [key, most] of [['n_positions', 2 ** 24], ['n_embd', 2 ** 20], ['n_layer', 2 ** 12], ['n_head', 2 ** 12]] as const) wholeNumber(config, key, 1, most);
    if (config['n_inner'] !== null) wholeNumber(config, 'n_inner', 1, 2 ** 22);
    fraction(config, 'layer_norm_epsilon');
    const { n_embd, n_head } = config as GPTConfig;
    if (n_embd % n_head !== 0) throw invalid('n_embd to be a multiple of n_head', `n_embd ${n_embd}, n_head ${n_head}`);
    return config;
  },
  shape(config) {
    const { vocab_size, n_positions, n_embd, n_layer, n_head, n_inner, layer_norm_epsilon } = config as GPTConfig;
    return {
      vocabulary: vocab_size,
      context: n_positions,
      width: n_embd,
      layers: n_layer,
      heads: n_head,
      keyValueHeads: n_head,
      headSize: n_embd / n_head,
      inner: n_inner ?? 4 * n_embd,
      epsilon: layer_norm_epsilon,
      norm: 'layer',
      headNorms: false,
      rotations: undefined,
      activation: 'gelu',
      biases: 'all',
      tied: true,
    };
  },
  classes: (config, head) => ({
    architectures: [head === 'lm' ? 'GPT2LMHeadModel' : 'GPT2ForSequenceClassification'],
    activation_function: 'gelu_new',
    n_ctx: config['n_positions'],
  }),
  prefix: 'transformer.',
  embedding: 'wte.weight',
  constants: /^h\.\d+\.attn\.(masked_)?bias$/,
  pieces: (shape, head) => Array.from(parameterShapes(shape, head).keys(), (name) => ({ name, parameter: name })),
};
