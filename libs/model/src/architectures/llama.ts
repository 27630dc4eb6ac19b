import type { Architecture, ModelConfig, Piece } from './architecture.ts';
import { describe, fraction, invalid, oneOf, wholeNumber } from './checks.ts';

/** config.json of a decoder of the Llama family, with Hugging Face's names: Llama, SmolLM, Mistral, Qwen2, Qwen3. */
export interface LlamaConfig extends ModelConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  /** Default: num_attention_heads. */
  readonly num_key_value_heads?: number;
  /** Default: hidden_size / num_attention_heads, of Qwen3 128. */
  readonly head_dim?: number;
  readonly max_position_embeddings: number;
  readonly rms_norm_eps: number;
  readonly tie_word_embeddings: boolean;
}

/**
 * RMS norms in front, rotary positions, SwiGLU, heads that share keys and values, no biases (arXiv 2302.13971, 2407.21783).
 * Qwen2 has biases of queries, keys and values (arXiv 2407.10671), Qwen3 norms of each query and key instead (2505.09388).
 */
export const llama: Architecture = {
  defaults: { max_position_embeddings: 2048, rms_norm_eps: 1e-6, tie_word_embeddings: false },
  check(given) {
    // Transformers takes null for nothing in some places only, and none of its versions knows both ways to tell rotations.
    const config: Record<string, unknown> = Object.fromEntries(Object.entries({ ...given, ...ropeOf(given) }).filter(([, value]) => value !== null && value !== undefined));
    for (const key of ['bos_token_id', 'eos_token_id']) config[key] ??= null;
    oneOf(config, 'hidden_act', 'silu', 'swish');
    oneOf(config, 'tie_word_embeddings', true, false);
    for (const key of ['attention_bias', 'mlp_bias']) oneOf(config, key, false);
    oneOf(config, 'partial_rotary_factor', 1);
    const sizes = [['hidden_size', 2 ** 20], ['intermediate_size', 2 ** 22], ['num_hidden_layers', 2 ** 12], ['num_attention_heads', 2 ** 12], ['max_position_embeddings', 2 ** 24]] as const;
    for (const [key, most] of sizes) wholeNumber(config, key, 1, most);
    for (const key of ['num_key_value_heads', 'head_dim']) if (config[key] !== undefined) wholeNumber(config, key, 1, 2 ** 12);
    fraction(config, 'rms_norm_eps');
    const { heads, keyValueHeads, headSize } = headsOf(config as LlamaConfig);
    if (heads % keyValueHeads !== 0) throw invalid('num_attention_heads to be a multiple of num_key_value_heads', `${heads} and ${keyValueHeads}`);
    if (!Number.isInteger(headSize / 2)) throw invalid('an even head_dim', `${headSize}`);
    rotationsOf(config as LlamaConfig, headSize);
    return config;
  },
  shape(config) {
    const { vocab_size, hidden_size, intermediate_size, num_hidden_layers, rms_norm_eps, tie_word_embeddings, model_type } = config as LlamaConfig;
    const { heads, keyValueHeads, headSize } = headsOf(config as LlamaConfig);
    return {
      vocabulary: vocab_size,
      context: contextOf(config as LlamaConfig),
      width: hidden_size,
      layers: num_hidden_layers,
      heads,
      keyValueHeads,
      headSize,
      inner: intermediate_size,
      epsilon: rms_norm_eps,
      norm: 'rms',
      headNorms: model_type === 'qwen3',
      rotations: rotationsOf(config as LlamaConfig, headSize),
      activation: 'swiglu',
      biases: model_type === 'qwen2' ? 'queries, keys, values' : 'none',
      tied: tie_word_embeddings,
    };
  },
  classes(config, head) {
    const name = { llama: 'Llama', mistral: 'Mistral', qwen2: 'Qwen2', qwen3: 'Qwen3' }[config.model_type];
    return { architectures: [`${name}For${head === 'lm' ? 'CausalLM' : 'SequenceClassification'}`], hidden_act: 'silu' };
  },
  prefix: 'model.',
  embedding: 'embed_tokens.weight',
  constants: /^layers\.\d+\.self_attn\.rotary_emb\.inv_freq$/,
  pieces({ width, layers, heads, keyValueHeads, headSize, inner, headNorms, biases, tied }, head) {
    const pieces: Piece[] = [{ name: 'model.embed_tokens.weight', parameter: 'transformer.wte.weight' }];
    const queries = heads * headSize, keys = keyValueHeads * headSize;
    for (let layer = 0; layer < layers; layer++) {
      const [file, own] = [`model.layers.${layer}.`, `transformer.h.${layer}.`];
      const norm = (name: string, parameter: string): void => void pieces.push({ name: `${file}${name}.weight`, parameter: `${own}${parameter}.weight` });
      // Several matrices that lie side by side in one.
      const linear = (parameter: string, parts: readonly (readonly [string, number])[], bias = false): void => {
        let from = 0;
        for (const [name, count] of parts) {
          const columns = { from, count };
          pieces.push({ name: `${file}${name}.weight`, parameter: `${own}${parameter}.weight`, columns, turned: true });
          if (bias) pieces.push({ name: `${file}${name}.bias`, parameter: `${own}${parameter}.bias`, columns });
          from += count;
        }
      };
      norm('input_layernorm', 'ln_1');
      linear('attn.c_attn', [['self_attn.q_proj', queries], ['self_attn.k_proj', keys], ['self_attn.v_proj', keys]], biases !== 'none');
      if (headNorms) for (const name of ['q_norm', 'k_norm']) norm(`self_attn.${name}`, `attn.${name}`);
      linear('attn.c_proj', [['self_attn.o_proj', width]]);
      norm('post_attention_layernorm', 'ln_2');
      linear('mlp.c_fc', [['mlp.gate_proj', inner], ['mlp.up_proj', inner]]);
      linear('mlp.c_proj', [['mlp.down_proj', width]]);
    }
    pieces.push({ name: 'model.norm.weight', parameter: 'transformer.ln_f.weight' });
    const own = head === 'lm' ? (tied ? [] : ['lm_head.weight']) : head === 'value' ? ['score.weight', 'score.bias'] : ['score.weight'];
    for (const name of own) pieces.push({ name, parameter: name });
    return pieces;
  },
};

function headsOf({ model_type, hidden_size, num_attention_heads: heads, num_key_value_heads, head_dim }: LlamaConfig): { heads: number; keyValueHeads: number; headSize: number } {
  return { heads, keyValueHeads: num_key_value_heads ?? heads, headSize: head_dim ?? (model_type === 'qwen3' ? 128 : hidden_size / heads) };
}

/** A text that fits into a sliding window does not notice it. */
function contextOf({ model_type, max_position_embeddings: longest, sliding_window: window, use_sliding_window: used }: LlamaConfig): number {
  const slides = model_type === 'mistral' || (model_type !== 'llama' && used === true);
  return slides && typeof window === 'number' ? Math.min(longest, window) : longest;
}

interface Scaling {
  readonly rope_type?: unknown;
  readonly type?: unknown;
  readonly [key: string]: unknown;
}

/** What config.json says of rotations, in two keys, as transformers had it before its version 5 and still reads it: that writes `rope_parameters`. */
function ropeOf({ rope_parameters: all, rope_theta, rope_scaling }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (typeof all !== 'object' || all === null) return { rope_theta: rope_theta ?? 10_000, rope_scaling };
  const { rope_theta: theta = rope_theta, ...scaling } = all as Scaling;
  return { rope_parameters: undefined, rope_theta: theta ?? 10_000, rope_scaling: scaling.rope_type === undefined || scaling.rope_type === 'default' ? undefined : scaling };
}

/** The angles from one position to the next, as transformers computes them (modeling_rope_utils.py). Throws MC_MODEL_INVALID. */
function rotationsOf(config: LlamaConfig, headSize: number): number[] {
  const theta = positive('rope_theta', config['rope_theta']);
  const scaling = (config['rope_scaling'] ?? {}) as Scaling;
  const type = scaling.rope_type ?? scaling.type ?? 'default';
  const plain = Array.from({ length: headSize / 2 }, (_, i) => theta ** ((-2 * i) / headSize));
  const parameter = (name: string): number => positive(name, scaling[name]);
  if (type === 'default') return plain;
  if (type === 'linear') return plain.map((angle) => angle / parameter('factor'));
  if (type !== 'llama3') throw invalid('rope_type "default", "linear" or "llama3"', describe(type));
  // What turns less than `low` times within the texts that the model was first trained on is slowed down, what turns more than `high` times is not.
  const [factor, low, high, original] = ['factor', 'low_freq_factor', 'high_freq_factor', 'original_max_position_embeddings'].map(parameter) as [number, number, number, number];
  return plain.map((angle) => {
    const turns = (original * angle) / (2 * Math.PI);
    const kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
    return (1 - kept) * (angle / factor) + kept * angle;
  });
}

function positive(name: string, value: unknown): number {
  if (typeof value !== 'number' || !(value > 0 && value < Infinity)) throw invalid(`${name} above 0`, describe(value));
  return value;
}
