import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gguf } from '@huggingface/gguf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gptConfig } from '../../architectures/config.ts';
import { readSafetensors, writeSafetensors } from '../safetensors.ts';
import { modelToGguf } from './model.ts';
import { encode, numberTypes, type NumberType } from './numbers.ts';

const references = fileURLToPath(new URL('../../../reference/', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-gguf-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A model as a file, read back by Hugging Face's reader. */
async function written(model: string, type: NumberType) {
  const path = join(folder, 'model.gguf');
  await modelToGguf(model, path, { type, name: 'a-model', tokenizer: (rows) => ({ 'tokenizer.ggml.tokens': Array.from({ length: rows }, (_, id) => `t${id}`), 'tokenizer.ggml.token_type': new Int32Array(rows) }) });
  const { metadata, tensorInfos, tensorDataOffset } = await gguf(path, { allowLocalFile: true });
  const bytes = await readFile(path);
  const tensors = new Map(tensorInfos.map(({ name, shape, dtype, offset }) => {
    const from = Number(tensorDataOffset) + Number(offset);
    expect(from % 32, name).toBe(0);
    const count = shape.reduce((size, side) => size * Number(side), 1);
    return [name, { shape: shape.map(Number), type: dtype as number, values: decode(dtype as number, new DataView(bytes.buffer, bytes.byteOffset + from), count) }];
  }));
  return { metadata: { ...metadata } as Record<string, unknown>, tensors };
}

function decode(type: number, view: DataView, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    if (type === numberTypes.f32) return view.getFloat32(i * 4, true);
    if (type === numberTypes.f16) return view.getFloat16(i * 2, true);
    if (type === numberTypes.bf16) return new Float32Array(new Uint32Array([view.getUint16(i * 2, true) << 16]).buffer)[0] as number;
    const block = Math.floor(i / 32) * 34;
    return view.getFloat16(block, true) * view.getInt8(block + 2 + (i % 32));
  });
}

/** A folder of a model with other values in its config.json. */
async function changed(model: string, values: Record<string, unknown>): Promise<string> {
  const copy = join(folder, 'changed');
  await rm(copy, { recursive: true, force: true });
  await cp(join(references, model), copy, { recursive: true });
  const config = JSON.parse(await readFile(join(copy, 'config.json'), 'utf8')) as object;
  await writeFile(join(copy, 'config.json'), JSON.stringify({ ...config, ...values }));
  return copy;
}

describe('a model as a GGUF file', () => {
  it.each(['llama', 'qwen2', 'qwen3'])('has all tensors of a %s under the names of llama.cpp', async (model) => {
    const source = (await readSafetensors(join(references, model, 'model.safetensors'))).tensors;
    const { metadata, tensors } = await written(join(references, model), 'f32');
    expect(metadata).toMatchObject({ version: 3, 'general.architecture': model, 'general.name': 'a-model', 'general.file_type': 0 });
    expect(tensors.size).toBe(source.size);
    for (const [ours, theirs] of [['mlp.down_proj.weight', 'ffn_down.weight'], ['self_attn.v_proj.weight', 'attn_v.weight'], ['input_layernorm.weight', 'attn_norm.weight']] as const) {
      const tensor = source.get(`model.layers.1.${ours}`);
      expect(tensors.get(`blk.1.${theirs}`)).toEqual({ shape: tensor?.shape.toReversed(), type: 0, values: Array.from(tensor?.values ?? []) });
    }
    expect(tensors.has('blk.0.attn_q.bias')).toBe(model === 'qwen2');
    expect(tensors.has('blk.0.attn_q_norm.weight')).toBe(model === 'qwen3');
  });

  it('has the pairs that a Llama turns side by side', async () => {
    const config = JSON.parse(await readFile(join(references, 'llama/config.json'), 'utf8')) as { num_attention_heads: number; hidden_size: number };
    const source = (await readSafetensors(join(references, 'llama/model.safetensors'))).tensors.get('model.layers.0.self_attn.q_proj.weight');
    const query = (await written(join(references, 'llama'), 'f32')).tensors.get('blk.0.attn_q.weight')?.values ?? [];
    const rows = (values: ArrayLike<number>, row: number) => Array.from({ length: config.hidden_size }, (_, i) => values[row * config.hidden_size + i]);
    const size = (source?.shape[0] ?? 0) / config.num_attention_heads;
    // The second head.
    for (let pair = 0; pair < size / 2; pair++) {
      expect(rows(query, size + 2 * pair)).toEqual(rows(source?.values ?? [], size + pair));
      expect(rows(query, size + 2 * pair + 1)).toEqual(rows(source?.values ?? [], size + size / 2 + pair));
    }
  });

  it('tells rotations that are slowed down: evenly by a factor, those of Llama 3 pair by pair', async () => {
    const scaled = await written(join(references, 'llama-scaled'), 'f32');
    const factors = scaled.tensors.get('rope_freqs.weight')?.values ?? [];
    expect(Math.min(...factors)).toBe(1);
    expect(Math.max(...factors)).toBeGreaterThan(1);
    const linear = await written(await changed('qwen2', { rope_scaling: { rope_type: 'linear', factor: 4 } }), 'f32');
    expect(linear.metadata).toMatchObject({ 'qwen2.rope.scaling.type': 'linear', 'qwen2.rope.scaling.factor': 4 });
    const llama3 = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 64 };
    await expect(written(await changed('qwen2', { rope_scaling: llama3 }), 'f32')).rejects.toMatchObject({ code: 'MC_GGUF_UNSUPPORTED' });
  });

  it.each([['f16', 2 ** -11, 1], ['bf16', 2 ** -8, 32], ['q8_0', 1 / 127, 7]] as const)('rounds matrices to %s, and no more than that; norms stay as they are', async (type, most, fileType) => {
    const [exact, rounded] = [await written(join(references, 'qwen2'), 'f32'), await written(join(references, 'qwen2'), type)];
    expect(rounded.metadata['general.file_type']).toBe(fileType);
    for (const [name, { shape, values }] of exact.tensors) {
      const found = rounded.tensors.get(name);
      expect(found?.type, name).toBe(shape.length === 1 ? numberTypes.f32 : type === 'q8_0' && (shape[0] ?? 0) % 32 > 0 ? numberTypes.f16 : numberTypes[type]);
      const largest = Math.max(...values.map(Math.abs));
      expect(Math.max(...values.map((value, i) => Math.abs(value - (found?.values[i] ?? NaN)))), name).toBeLessThanOrEqual(shape.length === 1 ? 0 : largest * most);
    }
  });

  it('has the matrices of a GPT-2 the other way round, and its positions in full', async () => {
    const model = join(folder, 'gpt2');
    const matrix = (name: string, shape: number[]) => ({ name, shape, values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i) });
    await mkdir(model);
    await writeFile(join(model, 'config.json'), JSON.stringify(gptConfig({ vocab_size: 3, n_positions: 5, n_embd: 2, n_layer: 1, n_head: 1 })));
    await writeSafetensors(join(model, 'model.safetensors'), [matrix('transformer.wte.weight', [3, 2]), matrix('transformer.wpe.weight', [5, 2]), matrix('transformer.h.0.attn.c_attn.weight', [2, 6])]);
    const { metadata, tensors } = await written(model, 'f16');
    expect(metadata).toMatchObject({ 'general.architecture': 'gpt2', 'gpt2.context_length': 5, 'gpt2.embedding_length': 2, 'gpt2.attention.head_count': 1 });
    expect(tensors.get('token_embd.weight')).toEqual({ shape: [2, 3], type: numberTypes.f16, values: [0, 1, 2, 3, 4, 5] });
    expect(tensors.get('position_embd.weight')).toMatchObject({ shape: [2, 5], type: numberTypes.f32 });
    expect(tensors.get('blk.0.attn_qkv.weight')).toMatchObject({ shape: [2, 6], values: [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11] });
  });

  it('has no weight that f16 would make infinite', () => {
    const weights = Float32Array.of(65_519, -70_000);
    expect(() => encode('f16', weights)).toThrow(/expected weights below 65,520 for f16/);
    expect(encode('f16', weights.subarray(0, 1))).toHaveLength(2);
    expect(encode('bf16', weights)).toHaveLength(4);
  });

  it('is made of no model that scores texts', async () => {
    const model = await changed('llama', {});
    await writeSafetensors(join(model, 'model.safetensors'), [{ name: 'score.weight', shape: [1, 2], values: new Float32Array(2) }]);
    await expect(written(model, 'f32')).rejects.toMatchObject({ code: 'MC_GGUF_UNSUPPORTED', message: expect.stringContaining('one that scores texts') as string });
  });
});
