// Compares exported models with llama.cpp: node test/bench/llama-cpp.ts FOLDER, where FOLDER has node-llama-cpp installed.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { gptConfig, initModel, llamaConfig, logits, Random, saveModel, startBackend, type Model, type ModelConfig } from '@minchat/model';
import { modelToGguf } from '@minchat/model/gguf';
import { numberTypes, type NumberType } from '@minchat/model/gguf/numbers';
import { chatTokens, ggufTokenizer, gpt2Pipeline, Tokenizer, trainTokenizer, type Pipeline } from '@minchat/tokenizer';

/** What is used of node-llama-cpp. */
interface LlamaCpp {
  getLlama: (options: object) => Promise<{ loadModel(options: { modelPath: string }): Promise<LlamaModel> }>;
}
interface LlamaModel {
  tokenize(text: string, specialTokens?: boolean): Iterable<number>;
  createContext(options: { contextSize: number }): Promise<{ getSequence(): LlamaSequence }>;
  dispose(): Promise<void>;
}
interface LlamaSequence {
  controlledEvaluate(input: readonly (number | [number, object])[]): Promise<readonly ({ next: { probabilities?: Map<number, number> } } | undefined)[]>;
}

const probe = "It's 12345 o'clock:\n\n  they're naïve, CAFÉ 日本語 🙂 don't we'LL  see 7 foxes!! \t ok";
const conversation = [{ role: 'user', content: 'What time is it?' }, { role: 'assistant', content: 'Now.' }, { role: 'user', content: "It's late." }];

const trained = trainTokenizer(['The quick brown fox jumps over the lazy dog. ', "It's 1234 o'clock, they're here!\n\n  naïve café 日本語 🙂 ", "we'll see what the weather brings tomorrow. ".repeat(5)], { vocabSize: 300 });
const words = (numbers: string) => String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|${numbers}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const bytes = (use_regex: boolean) => ({ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex }) as const;
const split = (Regex: string): Pipeline['pre_tokenizer'] => ({ type: 'Sequence', pretokenizers: [{ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false }, bytes(false)] });
const [ofGpt2, ofSmolLM, ofLlama3, ofQwen2] = [
  bytes(true),
  { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, bytes(true)] },
  split(words(String.raw`\p{N}{1,3}`)),
  split(words(String.raw`\p{N}`)),
] as const satisfies Pipeline['pre_tokenizer'][];

/** Rows that no token has, as larger models' embeddings are padded. */
const rows = trained.vocabSize + 5;
const size = { vocab_size: rows, hidden_size: 64, intermediate_size: 96, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 128, initializer_range: 0.2 };
const llama3 = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 64 };
const linear = { rope_type: 'linear', factor: 4 };
const cases: readonly (readonly [string, ModelConfig, Pipeline['pre_tokenizer']])[] = [
  ['GPT-2', gptConfig({ vocab_size: rows, n_positions: 128, n_embd: 64, n_layer: 2, n_head: 4, initializer_range: 0.2 }), ofGpt2],
  ['SmolLM', llamaConfig(size), ofSmolLM],
  ['Llama 3, scaled rotations', llamaConfig({ ...size, tie_word_embeddings: false, rope_theta: 500_000, rope_scaling: llama3 }), ofLlama3],
  ['Mistral', llamaConfig({ ...size, model_type: 'mistral' }), ofLlama3],
  ['Qwen2, linear rotations', llamaConfig({ ...size, model_type: 'qwen2', tie_word_embeddings: false, rope_theta: 1e6, rope_scaling: linear }), ofQwen2],
  ['Qwen3', llamaConfig({ ...size, model_type: 'qwen3', head_dim: 32, rope_theta: 1e6 }), ofQwen2],
];

/** A model whose norms and biases are not 1 and 0. */
function randomModel(config: ModelConfig): Model {
  const [model, random] = [initModel(config, new Random(7)), new Random(3)];
  for (const [name, parameter] of model.parameters) {
    if (parameter.rank === 1) parameter.assign(tf.tensor(Float32Array.from({ length: parameter.size }, () => (name.endsWith('bias') ? 0 : 1) + 0.3 * random.next()), parameter.shape));
  }
  return model;
}

async function lastProbabilities(model: Model, ids: readonly number[]): Promise<Float32Array> {
  const all = logits(model, tf.tensor2d([[...ids]], [1, ids.length], 'int32'), tf.tensor1d([0], 'int32'));
  return (await tf.softmax(tf.slice(all, [0, ids.length - 1, 0], [1, 1, rows])).data()) as Float32Array;
}

const same = (a: Iterable<number>, b: Iterable<number>): boolean => [...a].join() === [...b].join();

process.env['MINCHAT_MATMUL'] = 'fp32';
await startBackend();
const [given = '.'] = process.argv.slice(2);
const { getLlama } = (await import(pathToFileURL(createRequire(join(resolve(given), 'package.json')).resolve('node-llama-cpp')).href)) as LlamaCpp;
const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: 'error' });
const folder = await mkdtemp(join(tmpdir(), 'minchat-llama-cpp-'));
try {
  process.stdout.write(`| largest difference of a probability | ${Object.keys(numberTypes).join(' | ')} | tokens |\n|---|${'---|'.repeat(Object.keys(numberTypes).length)}---|\n`);
  for (const [name, config, pre_tokenizer] of cases) {
    const tokenizer = new Tokenizer({ ...trained.parts, pipeline: { ...gpt2Pipeline(), pre_tokenizer } });
    const model = randomModel(config);
    const place = join(folder, name);
    await mkdir(place);
    await saveModel(model, place);
    const ids = tokenizer.encode(probe);
    const expected = await lastProbabilities(model, ids);
    const differences: string[] = [];
    let tokens = true;
    for (const type of Object.keys(numberTypes) as NumberType[]) {
      const modelPath = join(place, `${type}.gguf`);
      await modelToGguf(place, modelPath, { type, name, tokenizer: (count) => ggufTokenizer(tokenizer, count) });
      const theirs = await llama.loadModel({ modelPath });
      const rendered = `${conversation.map(({ role, content }) => `<|${role}|>${content}<|end|>`).join('')}${chatTokens[1]}`;
      tokens &&= same(theirs.tokenize(probe), ids) && same(theirs.tokenize(rendered, true), tokenizer.encodeChat(conversation, { addGenerationPrompt: true }));
      const next = { generateNext: { probabilities: true, options: { temperature: 1, topK: 0, topP: 1, minP: 0 } } };
      const sequence = (await theirs.createContext({ contextSize: 128 })).getSequence();
      const found = (await sequence.controlledEvaluate(ids.map((id, i) => (i === ids.length - 1 ? [id, next] : id)))).at(-1)?.next.probabilities;
      differences.push(Math.max(...expected.map((p, id) => Math.abs(p - (found?.get(id) ?? NaN)))).toExponential(1));
      await theirs.dispose();
    }
    process.stdout.write(`| ${name} | ${differences.join(' | ')} | ${tokens ? 'same' : 'OTHERS'} |\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
// Its threads go on.
process.exit(0);
