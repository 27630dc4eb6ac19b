import type { Architecture, ModelConfig, ModelShape } from './architecture.ts';
import { describe, fraction, invalid, wholeNumber } from './checks.ts';
import { gpt2, type GPTConfig } from './gpt2.ts';
import { llama, type LlamaConfig } from './llama.ts';

/** By model_type. */
const architectures: Readonly<Record<string, Architecture>> = { gpt2, llama, mistral: llama, qwen2: llama, qwen3: llama };

export function architectureOf({ model_type }: ModelConfig): Architecture {
  return architectures[model_type] as Architecture;
}

export function shapeOf(config: ModelConfig): ModelShape {
  return architectureOf(config).shape(config);
}

/** Checks a parsed config.json; without a model_type it is a GPT-2's. Throws MC_MODEL_INVALID naming the key. */
export function parseConfig(json: unknown): ModelConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalid('a JSON object', describe(json));
  const type = 'model_type' in json ? json.model_type : 'gpt2';
  const architecture = typeof type === 'string' && Object.hasOwn(architectures, type) ? architectures[type] : undefined;
  if (architecture === undefined) throw invalid(`model_type ${Object.keys(architectures).map((name) => `"${name}"`).join(', ')}`, describe(type));
  const config: Record<string, unknown> = { model_type: type, initializer_range: 0.02, bos_token_id: null, eos_token_id: null, ...architecture.defaults, ...json };
  wholeNumber(config, 'vocab_size', 1, 2 ** 24);
  fraction(config, 'initializer_range');
  if (config['bos_token_id'] !== null) wholeNumber(config, 'bos_token_id', 0, 2 ** 24);
  if (config['eos_token_id'] !== null) for (const id of [config['eos_token_id']].flat()) wholeNumber({ eos_token_id: id }, 'eos_token_id', 0, 2 ** 24);
  return architecture.check(config) as ModelConfig;
}

type GPTSize = Pick<GPTConfig, 'vocab_size' | 'n_positions' | 'n_embd' | 'n_layer' | 'n_head'>;

/** A GPT-2's configuration from its sizes. Throws MC_MODEL_INVALID. */
export function gptConfig(config: GPTSize & Partial<GPTConfig>): GPTConfig {
  return parseConfig({ ...config, model_type: 'gpt2' }) as GPTConfig;
}

type LlamaSize = Pick<LlamaConfig, 'vocab_size' | 'hidden_size' | 'intermediate_size' | 'num_hidden_layers' | 'num_attention_heads' | 'max_position_embeddings'>;

/** A Llama's configuration from its sizes; the output is tied to the embedding unless told otherwise. Throws MC_MODEL_INVALID. */
export function llamaConfig(config: LlamaSize & Partial<LlamaConfig>): LlamaConfig {
  return parseConfig({ model_type: 'llama', tie_word_embeddings: true, ...config }) as LlamaConfig;
}
