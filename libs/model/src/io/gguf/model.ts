import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MinchatError } from '@minchat/errors';
import type { ModelConfig, ModelShape } from '../../architectures/architecture.ts';
import { parseConfig, shapeOf } from '../../architectures/config.ts';
import { transposed } from '../pieces.ts';
import { readSafetensors, type SafetensorsFile } from '../safetensors.ts';
import { writeGguf, type GgufMetadata, type GgufTensor, type GgufValue } from './file.ts';
import { fits, type NumberType } from './numbers.ts';

// What llama.cpp calls the parts of a model (its gguf-py/gguf/tensor_mapping.py and its conversion scripts).

/** llama.cpp's number for how most of a file's numbers are written. */
const fileTypes: Readonly<Record<NumberType, number>> = { f32: 0, f16: 1, q8_0: 7, bf16: 32 };

/** Parts of a block, and tensors outside of blocks, by the names that saveModel writes. */
const names: Readonly<Record<string, string>> = {
  'transformer.wte': 'token_embd',
  'transformer.wpe': 'position_embd',
  'transformer.ln_f': 'output_norm',
  ln_1: 'attn_norm',
  'attn.c_attn': 'attn_qkv',
  'attn.c_proj': 'attn_output',
  ln_2: 'ffn_norm',
  'mlp.c_fc': 'ffn_up',
  'mlp.c_proj': 'ffn_down',
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  lm_head: 'output',
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

export interface GgufOptions {
  /** How matrices are written. Norms, biases and positions are f32, and what does not fit q8_0 is f16. */
  readonly type: NumberType;
  /** What is to stand in the file's general.name. */
  readonly name: string;
  /** The tokenizer, for a model of so many rows of its embedding. */
  readonly tokenizer: (rows: number) => GgufMetadata;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a language model's folder, as saveModel wrote it, as one file of llama.cpp. Throws MC_GGUF_UNSUPPORTED for a reward or
 * value model, which llama.cpp does not know, and for rotations that it has no words for.
 */
export async function modelToGguf(folder: string, path: string, { type, name, tokenizer, signal }: GgufOptions): Promise<void> {
  const config = parseConfig(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));
  const shape = shapeOf(config);
  const { tensors } = await readSafetensors(join(folder, 'model.safetensors'));
  if (tensors.has('score.weight')) throw new MinchatError('MC_GGUF_UNSUPPORTED', `${folder}: expected a language model, found one that scores texts`);
  // Mistral is a Llama to llama.cpp.
  const arch = config.model_type === 'mistral' ? 'llama' : config.model_type;
  const rope = rotations(config, shape, arch);
  const metadata = {
    'general.architecture': arch,
    'general.type': 'model',
    'general.name': name,
    'general.file_type': fileTypes[type],
    ...(type === 'q8_0' && { 'general.quantization_version': 2 }),
    ...under(arch, { ...sizes(shape), ...rope.metadata }),
    ...tokenizer(shape.vocabulary),
  };
  await writeGguf(path, metadata, [...Array.from(tensors, ([tensor, numbers]) => renamed(tensor, numbers, arch, shape, type)), ...rope.tensors], signal);
}

function under(prefix: string, metadata: GgufMetadata): GgufMetadata {
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`${prefix}.${key}`, value]));
}

function sizes({ vocabulary, context, width, layers, inner, heads, keyValueHeads, headSize, epsilon, norm }: ModelShape): GgufMetadata {
  return {
    vocab_size: vocabulary,
    context_length: context,
    embedding_length: width,
    block_count: layers,
    feed_forward_length: inner,
    'attention.head_count': heads,
    'attention.head_count_kv': keyValueHeads,
    'attention.key_length': headSize,
    'attention.value_length': headSize,
    [norm === 'rms' ? 'attention.layer_norm_rms_epsilon' : 'attention.layer_norm_epsilon']: { float32: epsilon },
  };
}

/**
 * Rotary positions. Angles that are slowed down evenly have a factor; llama.cpp's Llama, and no other model, takes a factor
 * for each pair of numbers, too.
 */
function rotations(config: ModelConfig, { rotations: angles, headSize }: ModelShape, arch: string): { metadata: GgufMetadata; tensors: GgufTensor[] } {
  if (angles === undefined) return { metadata: {}, tensors: [] };
  const theta = config['rope_theta'] as number;
  const slowed = Float32Array.from(angles, (angle, i) => theta ** ((-2 * i) / headSize) / angle);
  const metadata: Record<string, GgufValue> = { 'rope.dimension_count': headSize, 'rope.freq_base': { float32: theta } };
  if (slowed.every((factor) => factor === 1)) return { metadata, tensors: [] };
  const [first] = slowed;
  if (slowed.every((factor) => factor === first)) return { metadata: { ...metadata, 'rope.scaling.type': 'linear', 'rope.scaling.factor': { float32: first as number } }, tensors: [] };
  if (arch !== 'llama') throw new MinchatError('MC_GGUF_UNSUPPORTED', `expected rotations that are scaled evenly, found those of Llama 3 in a ${config.model_type}`);
  return { metadata, tensors: [{ name: 'rope_freqs.weight', shape: [slowed.length], type: 'f32', values: slowed }] };
}

type Numbers = SafetensorsFile['tensors'] extends Map<string, infer T> ? T : never;

function renamed(file: string, { shape, values }: Numbers, arch: string, { heads, keyValueHeads }: ModelShape, wanted: NumberType): GgufTensor {
  const { layer, part = '', what = '' } = /^(?:(?:transformer\.h|model\.layers)\.(?<layer>\d+)\.)?(?<part>.+)\.(?<what>weight|bias)$/.exec(file)?.groups ?? {};
  const own = names[part];
  if (own === undefined) throw new Error(`expected a tensor of a known name, found ${file}`);
  const name = `${layer === undefined ? '' : `blk.${layer}.`}${own}.${what}`;
  if (shape.length < 2) return { name, shape, type: 'f32', values };
  const [rows, columns] = shape as [number, number];
  const typeOf = (width: number): NumberType => (own === 'position_embd' ? 'f32' : fits(wanted, width) ? wanted : 'f16');
  // GPT-2 keeps its matrices (in, out), all others and GGUF (out, in).
  if (arch === 'gpt2' && layer !== undefined) {
    return { name, shape: [columns, rows], type: typeOf(rows), get values() { return transposed(values, rows, columns); } };
  }
  const halves = arch === 'llama' && (own === 'attn_q' || own === 'attn_k');
  return { name, shape, type: typeOf(columns), values: halves ? interleaved(values, rows, columns, own === 'attn_q' ? heads : keyValueHeads) : values };
}

/** Hugging Face turns number i of a head with number i + hs / 2, llama.cpp's Llama each with its neighbour. */
function interleaved(m: Float32Array, rows: number, columns: number, heads: number): Float32Array {
  const out = new Float32Array(m.length);
  const half = rows / heads / 2;
  for (let row = 0; row < rows; row++) {
    const head = Math.floor(row / (2 * half));
    const [side, pair] = [Math.floor(row / half) % 2, row % half];
    out.set(m.subarray(row * columns, (row + 1) * columns), (head * 2 * half + 2 * pair + side) * columns);
  }
  return out;
}
