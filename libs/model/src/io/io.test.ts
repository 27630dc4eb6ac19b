import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startBackend } from '../backends/start.ts';
import { gptConfig, llamaConfig, shapeOf } from '../architectures/config.ts';
import { disposeModel, initModel } from '../model.ts';
import { Random } from '../random.ts';
import type { Model } from '../types.ts';
import { toFloat32 } from './half.ts';
import { loadModel, saveModel } from './model-folder.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

let folder: string;
const made: string[] = [];
const llamaSizes = { vocab_size: 11, hidden_size: 6, intermediate_size: 10, num_hidden_layers: 2, num_attention_heads: 2, num_key_value_heads: 1, head_dim: 6, max_position_embeddings: 8 };
const config = gptConfig({ vocab_size: 11, n_positions: 8, n_embd: 6, n_layer: 2, n_head: 2 });

beforeAll(async () => {
  await startBackend('cpu');
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-model-'));
  made.push(folder);
});
afterAll(() => Promise.all(made.map((path) => rm(path, { recursive: true, force: true }))));

const values = (model: Model): Record<string, number[]> => Object.fromEntries([...model.parameters].map(([name, parameter]) => [name, Array.from(parameter.dataSync())]));

/** A .safetensors file from any header, however wrong. */
function fileOf(header: unknown, data: Uint8Array, size?: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(size ?? json.length));
  return Buffer.concat([prefix, json, data]);
}

describe('safetensors', () => {
  test('what is written is read, bit for bit', async () => {
    const path = join(folder, 'a.safetensors');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.float32Array({ maxLength: 20 }), { maxLength: 5 }), fc.string(), async (arrays, note) => {
        await writeSafetensors(path, arrays.map((array, i) => ({ name: `t.${i}`, shape: [array.length], values: array })), { note });
        const { tensors, metadata } = await readSafetensors(path);
        expect(metadata['note']).toBe(note);
        expect([...tensors.keys()]).toEqual(arrays.map((_, i) => `t.${i}`));
        const bits = (array: Float32Array | undefined): number[] => (array === undefined ? [NaN] : Array.from(new Uint32Array(array.slice().buffer)));
        arrays.forEach((array, i) => expect(bits(tensors.get(`t.${i}`)?.values)).toEqual(bits(array)));
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  const good = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  test.each<[string, Buffer]>([
    ['an empty file', Buffer.alloc(0)],
    ['a header larger than the file', fileOf('{}', new Uint8Array(), 1000)],
    ['a header of 2^63 bytes', fileOf('{}', new Uint8Array(), Number.MAX_SAFE_INTEGER)],
    ['no JSON', fileOf('{"a":', new Uint8Array())],
    ['no UTF-8', Buffer.concat([fileOf('', new Uint8Array(), 2), Buffer.from([0xc3, 0x28])])],
    ['an array', fileOf([], new Uint8Array())],
    ['an entry that is no object', fileOf({ a: 3 }, new Uint8Array())],
    ['an unknown number format', fileOf({ a: { ...good, dtype: 'Q4' } }, new Uint8Array(8))],
    ['a prototype for a format', fileOf({ a: { ...good, dtype: 'constructor' } }, new Uint8Array(8))],
    ['a format that is not read', fileOf({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, new Uint8Array(8))],
    ['a negative side', fileOf({ a: { ...good, shape: [-2] } }, new Uint8Array(8))],
    ['a side that is no whole number', fileOf({ a: { ...good, shape: [1.5] } }, new Uint8Array(8))],
    ['sides whose product overflows', fileOf({ a: { ...good, shape: [2 ** 40, 2 ** 40, 2 ** 48] } }, new Uint8Array(8))],
    ['more dimensions than there are', fileOf({ a: { ...good, shape: [2, 1, 1, 1, 1, 1, 1, 1, 1, 1] } }, new Uint8Array(8))],
    ['offsets beyond the end', fileOf({ a: { ...good, data_offsets: [0, 800] } }, new Uint8Array(8))],
    ['offsets the wrong way round', fileOf({ a: { ...good, data_offsets: [8, 0] } }, new Uint8Array(8))],
    ['offsets that do not fit the shape', fileOf({ a: { ...good, shape: [3] } }, new Uint8Array(8))],
    ['three offsets', fileOf({ a: { ...good, data_offsets: [0, 8, 8] } }, new Uint8Array(8))],
    ['tensors that overlap', fileOf({ a: good, b: { ...good, data_offsets: [4, 12] } }, new Uint8Array(12))],
    ['a hole', fileOf({ a: good, b: { ...good, data_offsets: [12, 20] } }, new Uint8Array(20))],
    ['bytes that belong to no tensor', fileOf({ a: good }, new Uint8Array(9))],
    ['metadata that is no text', fileOf({ __metadata__: { a: 1 } }, new Uint8Array())],
  ])('%s is refused', async (_what, bytes) => {
    const path = join(folder, 'bad.safetensors');
    await writeFile(path, bytes);
    await expect(readSafetensors(path)).rejects.toMatchObject({ code: 'MC_MODEL_INVALID' });
  });

  test('a file with bytes changed anywhere in its header is read or refused with its code', async () => {
    const path = join(folder, 'fuzz.safetensors');
    await writeSafetensors(path, [{ name: 'a', shape: [2, 3], values: new Float32Array(6) }, { name: 'b', shape: [4], values: new Float32Array(4) }]);
    const bytes = await readFile(path);
    const headerEnd = 8 + Number(bytes.readBigUInt64LE());
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(headerEnd - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }), fc.nat(bytes.length), async (changes, cut) => {
        const copy = Buffer.from(bytes);
        for (const [at, value] of changes) copy[at] = value;
        await writeFile(path, cut % 4 === 0 ? copy.subarray(0, cut) : copy);
        const result = await readSafetensors(path).catch((error: unknown) => error);
        if (result instanceof Error) expect(result).toMatchObject({ code: 'MC_MODEL_INVALID' });
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  test('half-precision numbers become the float32 of the same value', () => {
    const bf16 = new Uint8Array(new Uint16Array([0x3f80, 0xc049, 0x7f80, 0x0001]).buffer);
    expect([...toFloat32(bf16, 'BF16')]).toEqual([1, -3.140625, Infinity, 9.183549615799121e-41]);
    const f16 = new Uint8Array(new Uint16Array([0x3c00, 0xc248, 0x7c00, 0x0001, 0x03ff, 0x8000, 0x7bff]).buffer);
    expect([...toFloat32(f16, 'F16')]).toEqual([1, -3.140625, Infinity, 2 ** -24, 1023 * 2 ** -24, -0, 65504]);
    expect(toFloat32(new Uint8Array(new Uint16Array([0x7e00]).buffer), 'F16')[0]).toBeNaN();
  });
});

describe('model folders', () => {
  const tensorsOf = (model: Model) => [...model.parameters].map(([name, parameter]) => ({ name, shape: parameter.shape, values: parameter.dataSync() as Float32Array }));

  test('a saved model loads with the same bits, head and configuration', async () => {
    for (const head of ['lm', 'scalar'] as const) {
      const model = initModel(config, new Random(1), head);
      await saveModel(model, folder, { minchat_reward_bias: 0.5 });
      const loaded = await loadModel(folder);
      expect(values(loaded)).toEqual(values(model));
      expect(loaded.head).toBe(head);
      expect(loaded.config).toMatchObject({ ...config, minchat_reward_bias: 0.5, architectures: [head === 'lm' ? 'GPT2LMHeadModel' : 'GPT2ForSequenceClassification'] });
      disposeModel(model);
      disposeModel(loaded);
    }
  });

  test.each(['llama', 'mistral', 'qwen2', 'qwen3'])('%s: what is saved in the tensors that transformers has loads with the same bits', async (model_type) => {
    for (const tie_word_embeddings of [true, false]) {
      const model = initModel(llamaConfig({ ...llamaSizes, model_type, tie_word_embeddings }), new Random(1));
      await saveModel(model, folder);
      expect(values(await loadModel(folder))).toEqual(values(model));
      const { tensors } = await readSafetensors(join(folder, 'model.safetensors'));
      const names = ['self_attn.q_proj.weight', 'self_attn.k_proj.weight', 'mlp.gate_proj.weight', 'mlp.down_proj.weight'];
      expect(names.map((name) => tensors.get(`model.layers.1.${name}`)?.shape)).toEqual([[12, 6], [6, 6], [10, 6], [6, 10]]);
      expect(tensors.has('lm_head.weight')).toBe(!tie_word_embeddings);
      // (in, out) of queries, keys and values side by side.
      const packed = model.parameters.get('transformer.h.0.attn.c_attn.weight')!.dataSync();
      expect(tensors.get('model.layers.0.self_attn.k_proj.weight')!.values[5 * 6 + 2]).toBe(packed[2 * 24 + 12 + 5]);
      expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toMatchObject({ model_type, num_key_value_heads: 1, tie_word_embeddings, architectures: [expect.stringMatching(/^(Llama|Mistral|Qwen2|Qwen3)ForCausalLM$/)] });
      // As a reward model, which has no output of its own.
      const reward = await loadModel(folder, { head: 'scalar', random: new Random(5) });
      await saveModel(reward, folder);
      expect(values(await loadModel(folder))).toEqual(values(reward));
      for (const one of [model, reward]) disposeModel(one);
    }
  });

  test('what is said in several ways is written in the one that every version of transformers reads', async () => {
    const rope_parameters = { rope_type: 'llama3', rope_theta: 5e5, factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 4 };
    const { rope_theta, ...rope_scaling } = rope_parameters;
    const [newer, older] = [{ rope_parameters }, { rope_theta, rope_scaling }].map((rope) => initModel(llamaConfig({ ...llamaSizes, ...rope, sliding_window: 4 } as never), new Random(1))) as [Model, Model];
    expect(newer.shape.rotations).toEqual(older.shape.rotations);
    await saveModel(newer, folder, { attention_dropout: null });
    const loaded = await loadModel(folder);
    await saveModel(loaded, folder);
    const written = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
    expect(written).toMatchObject({ rope_theta, rope_scaling });
    expect(Object.keys(written).filter((key) => key === 'rope_parameters' || key === 'attention_dropout')).toEqual([]);
    for (const one of [newer, older, loaded]) disposeModel(one);
  });

  test.each([
    ['llama', { sliding_window: 4 }, 8],
    ['mistral', { sliding_window: 4 }, 4],
    ['qwen2', { sliding_window: 4 }, 8],
    ['qwen2', { sliding_window: 4, use_sliding_window: true }, 4],
  ])('%s with %j reads texts of %d tokens', (model_type, keys, context) => {
    expect(shapeOf(llamaConfig({ ...llamaSizes, ...keys, model_type })).context).toBe(context);
  });

  test('a model that was read in half precision says that it is saved in single', async () => {
    const model = initModel(gptConfig({ ...config, dtype: 'bfloat16' }), new Random(1));
    await saveModel(model, folder);
    expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toMatchObject({ dtype: 'float32', torch_dtype: 'float32' });
    disposeModel(model);
  });

  test('names without the prefix, the tied output under its own name, old mask buffers, and shards', async () => {
    const model = initModel(config, new Random(2));
    await saveModel(model, folder);
    const all = tensorsOf(model).map((tensor) => ({ ...tensor, name: tensor.name.replace('transformer.', '') }));
    const wte = all[0]!;
    await writeSafetensors(join(folder, 'model.safetensors'), [...all, { ...wte, name: 'lm_head.weight' }, { name: 'h.0.attn.bias', shape: [1], values: new Float32Array(1) }]);
    const tied = await loadModel(folder);
    expect(values(tied)).toEqual(values(model));
    await writeSafetensors(join(folder, 'model.safetensors'), [{ ...wte, name: 'lm_head.weight' }, ...all.slice(1)]);
    expect(values(await loadModel(folder))).toEqual(values(model));
    await rm(join(folder, 'model.safetensors'));
    const files = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    await writeSafetensors(join(folder, files[0]!), all.slice(0, 5));
    await writeSafetensors(join(folder, files[1]!), all.slice(5));
    const weight_map = Object.fromEntries(all.map(({ name }, i) => [name, files[i < 5 ? 0 : 1]]));
    await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map }));
    expect(values(await loadModel(folder))).toEqual(values(model));
    await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { a: '../model.safetensors' } }));
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'MC_MODEL_INVALID' });
  });

  test('every tensor that is missing, extra or misshapen is named', async () => {
    const model = initModel(config, new Random(3));
    await saveModel(model, folder);
    const tensors = tensorsOf(model).filter(({ name }) => !name.endsWith('h.1.ln_2.bias'));
    tensors[1] = { ...tensors[1]!, shape: [6, 8] };
    await writeSafetensors(join(folder, 'model.safetensors'), [...tensors, { name: 'adapter', shape: [1], values: new Float32Array(1) }]);
    const error = await loadModel(folder).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'MC_MODEL_INVALID' });
    for (const part of ['transformer.h.1.ln_2.bias is missing', 'transformer.wpe.weight has the shape [6, 8] instead of [8, 6]', 'adapter belongs to no gpt2']) expect((error as Error).message).toContain(part);
  });

  test.each([NaN, Infinity, -Infinity])('a weight of %s is refused, and told where it is', async (number) => {
    await saveModel(initModel(config, new Random(3)), folder);
    const { tensors } = await readSafetensors(join(folder, 'model.safetensors'));
    tensors.get('transformer.h.1.mlp.c_fc.weight')!.values[7] = number;
    await writeSafetensors(join(folder, 'model.safetensors'), [...tensors].map(([name, tensor]) => ({ name, ...tensor })));
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'MC_MODEL_INVALID', message: expect.stringMatching(/found: transformer\.h\.1\.mlp\.c_fc\.weight holds numbers that are not finite$/) as string });
  });

  test('an output that is not the embedding that it is tied to is refused; a scalar head is drawn when asked for', async () => {
    const model = initModel(config, new Random(4));
    await saveModel(model, folder);
    const withHead = await loadModel(folder, { head: 'scalar', random: new Random(5) });
    expect(withHead.parameters.get('score.weight')?.shape).toEqual([1, 6]);
    expect(values(await loadModel(folder, { head: 'scalar', random: new Random(5) }))).toEqual(values(withHead));
    await expect(loadModel(folder, { head: 'scalar' })).rejects.toThrow(/score.weight is missing/);
    await writeSafetensors(join(folder, 'model.safetensors'), [...tensorsOf(model), { name: 'lm_head.weight', shape: [11, 6], values: new Float32Array(66) }]);
    await expect(loadModel(folder)).rejects.toMatchObject({ message: expect.stringMatching(/to which config.json ties it/) as string });
  });

  test.each<[string, unknown]>([
    ['no object', 3],
    ['another model', { ...config, model_type: 'gemma' }],
    ['another activation', { ...config, activation_function: 'relu' }],
    ['untied embeddings', { ...config, tie_word_embeddings: false }],
    ['no layers', { ...config, n_layer: 0 }],
    ['heads that do not share evenly', { ...llamaSizes, model_type: 'llama', num_key_value_heads: 4, num_attention_heads: 6 }],
    ['a head that cannot be turned', { ...llamaSizes, model_type: 'llama', head_dim: 5 }],
    ['rotations of another kind', { ...llamaSizes, model_type: 'llama', rope_scaling: { rope_type: 'yarn', factor: 4 } }],
    ['biases that are not known', { ...llamaSizes, model_type: 'llama', attention_bias: true }],
    ['heads that do not divide', { ...config, n_head: 4 }],
    ['a size that would fill the memory', { ...config, n_layer: 1e9 }],
    ['text for a number', { ...config, n_embd: '6' }],
    ['an end that is no token', { ...config, eos_token_id: [5, '<|end|>'] }],
  ])('a configuration with %s is refused', async (_what, json) => {
    await writeFile(join(folder, 'config.json'), JSON.stringify(json));
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'MC_MODEL_INVALID' });
  });

  test('weights in PyTorch\'s own form are told, with the way to others', async () => {
    await rm(join(folder, 'model.safetensors'), { force: true });
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    await writeFile(join(folder, 'pytorch_model.bin'), '');
    await expect(loadModel(folder)).rejects.toMatchObject({ code: 'MC_MODEL_INVALID', message: expect.stringMatching(/expected model\.safetensors, found pytorch_model\.bin/) as string, hint: expect.stringMatching(/save_pretrained/) as string });
    await rm(join(folder, 'pytorch_model.bin'));
  });

  test('loading and saving leave no tensors behind', async () => {
    const before = tf.memory().numTensors;
    const model = initModel(config, new Random(1));
    await saveModel(model, folder);
    disposeModel(await loadModel(folder));
    disposeModel(model);
    expect(tf.memory().numTensors).toBe(before);
  });
});
