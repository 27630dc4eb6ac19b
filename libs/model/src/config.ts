import { MinchatError } from '@minchat/errors';

/**
 * Hugging Face's config.json of a GPT-2, with its names. Keys that minchat does not know are kept and
 * written back. GPT-1, 2 and 3 differ in size only.
 */
export interface GPTConfig {
  readonly vocab_size: number;
  /** Longest context, in tokens. */
  readonly n_positions: number;
  readonly n_embd: number;
  readonly n_layer: number;
  readonly n_head: number;
  /** Width of the MLP; null means 4 * n_embd. */
  readonly n_inner: number | null;
  readonly layer_norm_epsilon: number;
  /** Standard deviation of the initial weights; GPT-2's 0.02. */
  readonly initializer_range: number;
  /** For programs that read the folder: minchat goes by the tokenizer, which knows these too. */
  readonly bos_token_id: number | null;
  /** One, or all that end a text. */
  readonly eos_token_id: number | readonly number[] | null;
  readonly [key: string]: unknown;
}

/** The values of GPT-2 for everything but the size. */
const defaults = {
  n_inner: null,
  layer_norm_epsilon: 1e-5,
  initializer_range: 0.02,
  bos_token_id: null,
  eos_token_id: null,
} as const;

export type GPTSize = Pick<GPTConfig, 'vocab_size' | 'n_positions' | 'n_embd' | 'n_layer' | 'n_head'>;

/** A configuration from its sizes. Throws MC_MODEL_INVALID. */
export function gptConfig(config: GPTSize & Partial<GPTConfig>): GPTConfig {
  return parseConfig({ ...config });
}

/** The width of the MLP. */
export function innerSize(config: GPTConfig): number {
  return config.n_inner ?? 4 * config.n_embd;
}

/** Checks a parsed config.json. Throws MC_MODEL_INVALID naming the key. */
export function parseConfig(json: unknown): GPTConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalid('a JSON object', describe(json));
  const config: Record<string, unknown> = { ...defaults, ...json };
  if (config['model_type'] !== undefined && config['model_type'] !== 'gpt2') throw invalid('model_type "gpt2"', describe(config['model_type']));
  const activation = config['activation_function'];
  if (activation !== undefined && activation !== 'gelu_new' && activation !== 'gelu_pytorch_tanh') {
    throw invalid('activation_function "gelu_new"', describe(activation));
  }
  if (config['tie_word_embeddings'] === false) throw invalid('tied word embeddings', 'tie_word_embeddings false', untiedHint);
  // Variants of the attention that change its numbers; GPT-2 as published has all three at these values.
  if (config['scale_attn_weights'] === false) throw invalid('scale_attn_weights true', 'false');
  if (config['scale_attn_by_inverse_layer_idx'] === true) throw invalid('scale_attn_by_inverse_layer_idx false', 'true');
  for (const [key, largest] of [['vocab_size', 2 ** 24], ['n_positions', 2 ** 24], ['n_embd', 2 ** 20], ['n_layer', 2 ** 12], ['n_head', 2 ** 12]] as const) {
    wholeNumber(config, key, 1, largest);
  }
  if (config['bos_token_id'] !== null) wholeNumber(config, 'bos_token_id', 0, 2 ** 24);
  if (config['eos_token_id'] !== null) for (const id of [config['eos_token_id']].flat()) wholeNumber({ eos_token_id: id }, 'eos_token_id', 0, 2 ** 24);
  if (config['n_inner'] !== null) wholeNumber(config, 'n_inner', 1, 2 ** 22);
  for (const key of ['layer_norm_epsilon', 'initializer_range'] as const) {
    const value = config[key];
    if (typeof value !== 'number' || !(value > 0 && value < 1)) throw invalid(`${key} between 0 and 1`, describe(value));
  }
  const checked = config as Record<string, unknown> & GPTConfig;
  if (checked.n_embd % checked.n_head !== 0) {
    throw invalid('n_embd to be a multiple of n_head', `n_embd ${checked.n_embd}, n_head ${checked.n_head}`);
  }
  return checked;
}

function wholeNumber(config: Record<string, unknown>, key: string, least: number, most: number): void {
  const value = config[key];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw invalid(`${key} to be a whole number from ${least} to ${most}`, describe(value));
  }
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value).slice(0, 80);
}

function invalid(expected: string, found: string, hint?: string): MinchatError {
  return new MinchatError('MC_MODEL_INVALID', `config.json: expected ${expected}, found ${found}`, hint === undefined ? {} : { hint });
}

/** What there is to do about a model with an output of its own. */
export const untiedHint = 'Take a model whose output is its word embedding, as GPT-2’s is: minchat has none with an output of its own.';
