import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { writeDataset } from '@minchat/datasets';
import { disposeModel, loadModel, saveModel, startBackend, withVocabulary } from '@minchat/model';
import { gpt2Pipeline, loadTokenizer, saveTokenizer, Tokenizer, type Pipeline } from '@minchat/tokenizer';
import { tokenStream, trainedWindow } from '@minchat/training';
import { runStage, weightsDigest } from '@minchat/training/testing';
import { beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import type { pretrainSettings } from './settings.ts';
import { pretrainStage } from './stage.ts';

const settings = {
  model: { layers: 2, heads: 2, width: 32, context: 32 },
  vocabSize: 300,
  steps: 40,
  batchSize: 8,
  learningRate: 5e-3,
  warmupSteps: 4,
  evaluateEvery: 20,
  sampleTokens: 8,
};
const inputs = { corpus: '' };

beforeAll(async () => {
  await startBackend();
  inputs.corpus = await mkdtemp(join(tmpdir(), 'minchat-corpus-'));
  const sentences = ['The sun is hot.', 'The snow is cold.', 'Birds fly in the sky.', 'Fish swim in the sea.'];
  const text = (from: number): string => Array.from({ length: 6 }, (_, index) => sentences[(from * 7 + index * index) % 4]).join(' ');
  const texts = (from: number, count: number) => Array.from({ length: count }, (_, index) => ({ text: text(from + index) }));
  await writeDataset(inputs.corpus, 'text', { train: texts(0, 40), validation: texts(40, 5) });
});

test('trains tokenizer and model: the loss falls, a folder with everything is written', async () => {
  const { metrics, error, output, progress } = await runStage(pretrainStage, { settings, inputs });
  expect(error).toBeUndefined();
  expect(progress[0]?.metrics?.['loss']).toBeCloseTo(Math.log(300), 0);
  expect(metrics?.['loss']).toBeLessThan(2);
  expect(metrics?.['eval_perplexity']).toBeCloseTo(Math.exp(metrics?.['eval_loss'] ?? 0), 6);
  expect(metrics?.['num_tokens']).toBe(40 * 8 * 32);
  expect(progress.filter(({ samples }) => samples).map(({ step }) => step)).toEqual([20, 40]);
  const model = await loadModel(output('model'));
  const tokenizer = await loadTokenizer(output('model'));
  expect(model.config.vocab_size).toBe(tokenizer.vocabSize);
  disposeModel(model);
  const history = JSON.parse(await readFile(join(output('model'), 'training.json'), 'utf8')) as unknown[];
  expect(history).toHaveLength(40);
});

test('resumed from a periodic checkpoint, it ends bit for bit where an undisturbed run ends', async () => {
  const options = { settings: { ...settings, dropout: 0.1 }, inputs };
  const whole = await runStage(pretrainStage, options);
  // Lost without a word, as after kill -9: the last checkpoint is from step 20.
  const first = await runStage(pretrainStage, { ...options, checkpointEvery: 10, onProgress: ({ step }) => (step === 27 ? 'lease-lost' : undefined) });
  expect(first.checkpoints).toEqual([10, 20]);
  const second = await runStage(pretrainStage, { ...options, folder: first.folder });
  expect(second.progress[0]?.step).toBe(21);
  expect(await weightsDigest(second.output('model'))).toBe(await weightsDigest(whole.output('model')));
});

test('gradient accumulation gives the same gradient', async () => {
  const whole = await runStage(pretrainStage, { settings: { ...settings, steps: 2 }, inputs });
  const parts = await runStage(pretrainStage, { settings: { ...settings, steps: 2, gradientAccumulation: 3 }, inputs });
  for (const name of ['loss', 'grad_norm', 'mean_token_accuracy']) {
    expect(parts.metrics?.[name]).toBeCloseTo(whole.metrics?.[name] ?? NaN, 4);
  }
});

test('goes on from a model folder, or only takes it in', async () => {
  const first = await runStage(pretrainStage, { settings, inputs });
  const folder = first.output('model');
  const empty = await mkdtemp(join(tmpdir(), 'minchat-no-text-'));
  await writeDataset(empty, 'text', { train: [] });
  const taken = await runStage(pretrainStage, { settings: { steps: 0, init: folder }, inputs: { corpus: empty } });
  expect(taken).toMatchObject({ error: undefined, metrics: {}, warnings: [] });
  expect(await weightsDigest(taken.output('model'))).toBe(await weightsDigest(folder));
  const further = await runStage(pretrainStage, { settings: { ...settings, steps: 3, warmupSteps: 0 }, inputs: { ...inputs, model: folder } });
  expect(further.progress[0]?.metrics?.['loss']).toBeLessThan(2.5);
});

test('a model that stops at several tokens is taken in, and goes on to stop at them', async () => {
  const folder = (await runStage(pretrainStage, { settings, inputs })).output('model');
  const tokenizer = await loadTokenizer(folder);
  const [end, user] = [tokenizer.endOfText, tokenizer.idOf('<|user|>')];
  const path = join(folder, 'config.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...config, eos_token_id: [end, user] }));
  const taken = await runStage(pretrainStage, { settings: { steps: 0, init: folder }, inputs });
  expect(taken.error).toBeUndefined();
  expect((await loadTokenizer(taken.output('model'))).eosIds).toEqual([tokenizer.endOfTurn, end, user]);
});

test('a folder\'s tokenizer stays what it is, and its BOS stands before each text that is trained on', async () => {
  const folder = (await runStage(pretrainStage, { settings: { ...settings, steps: 1 }, inputs })).output('model');
  const { parts } = await loadTokenizer(folder);
  const name = '<|system|>';
  const [text, bos] = [{ Sequence: { id: 'A' as const, type_id: 0 } }, parts.vocab.get(name) as number];
  const pipeline: Pipeline = {
    ...gpt2Pipeline(),
    normalizer: { type: 'NFC' },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }] },
    post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: name, type_id: 0 } }, text], pair: [text], special_tokens: { [name]: { id: name, ids: [bos], tokens: [name] } } },
  };
  await saveTokenizer(new Tokenizer({ ...parts, pipeline }), folder);
  const taken = await runStage(pretrainStage, { settings: { steps: 0, init: folder }, inputs });
  const tokenizer = await loadTokenizer(taken.output('model'));
  expect(tokenizer.parts.pipeline).toEqual(pipeline);
  const stream = Array.from(await tokenStream(inputs.corpus, 'train', tokenizer));
  expect(stream.slice(0, 2)).toEqual([tokenizer.endOfText, bos]);
  expect(stream.filter((id) => id === bos)).toHaveLength(stream.filter((id) => id === tokenizer.endOfText).length);
  const further = await runStage(pretrainStage, { settings: { ...settings, steps: 1, init: folder }, inputs });
  expect(further.error).toBeUndefined();
});

test('a foreign embedding that is padded is cut to the tokens there are, and one that lacks added tokens grows', async () => {
  const first = await runStage(pretrainStage, { settings, inputs });
  const folder = first.output('model');
  const tokenizer = await loadTokenizer(folder);
  const padded = withVocabulary(await loadModel(folder), tokenizer.vocabSize + 20);
  await saveModel(padded, folder);
  disposeModel(padded);
  const goOn = { settings: { ...settings, steps: 2, warmupSteps: 0, evaluateEvery: 1 }, inputs: { ...inputs, model: folder } };
  const cut = await runStage(pretrainStage, goOn);
  expect(cut.error).toBeUndefined();
  const added = [{ id: tokenizer.vocabSize + 20, content: 'zebra', special: false }];
  await saveTokenizer(new Tokenizer({ ...tokenizer.parts, added: [...tokenizer.parts.added, ...added] }), folder);
  const grown = await runStage(pretrainStage, goOn);
  expect(grown.error).toBeUndefined();
  const rows = await Promise.all([cut, grown].map(async ({ output }) => {
    const model = await loadModel(output('model'));
    disposeModel(model);
    return model.config.vocab_size;
  }));
  expect(rows).toEqual([tokenizer.vocabSize, tokenizer.vocabSize + 21]);
});

test('begins anew where another model has come into the init folder since the checkpoint', async () => {
  const made = async (seed: number): Promise<string> => (await runStage(pretrainStage, { settings: { ...settings, steps: 1 }, inputs, seed })).output('model');
  const init = await made(1);
  const further = { settings: { ...settings, init, steps: 6 }, inputs };
  const stopAt = (at: number) => ({ onProgress: ({ step }: { step: number }) => (step === at ? ('shutdown' as const) : undefined) });
  const { folder } = await runStage(pretrainStage, { ...further, ...stopAt(2) });
  const same = await runStage(pretrainStage, { ...further, folder, ...stopAt(4) });
  expect(same.progress.map(({ step }) => step)).toEqual([3, 4]);
  await cp(await made(2), init, { recursive: true });
  const other = await runStage(pretrainStage, { ...further, folder });
  expect(other.progress[0]?.step).toBe(1);
  expect(other.warnings).toEqual(['what the training started from has changed since the checkpoint: starting from the beginning']);
  expect(await weightsDigest(other.output('model'))).toBe(await weightsDigest((await runStage(pretrainStage, further)).output('model')));
});

test('windows shorter than the context are told with the model; a short text and a long sample prompt do', async () => {
  const short = { ...inputs, corpus: await mkdtemp(join(tmpdir(), 'minchat-short-')) };
  await writeDataset(short.corpus, 'text', { train: [{ text: 'The sun is hot. '.repeat(40) }], validation: [{ text: 'The sun.' }] });
  const long = { ...settings, steps: 2, evaluateEvery: 1, samplePrompts: ['The sun is hot. '.repeat(20)] };
  for (const windowLength of [undefined, 16]) {
    const { error, metrics, output } = await runStage(pretrainStage, { settings: windowLength === undefined ? long : { ...long, windowLength }, inputs: short });
    expect(error).toBeUndefined();
    expect(metrics?.['eval_loss']).toBeGreaterThan(0);
    const model = await loadModel(output('model'));
    expect(trainedWindow(model)).toBe(windowLength ?? 32);
    disposeModel(model);
    const first = output('model');
    for (const [steps, expected] of [[0, windowLength ?? 32], [1, 32]] as const) {
      const further = await runStage(pretrainStage, { settings: { ...settings, steps }, inputs: { ...short, model: first } });
      const trained = await loadModel(further.output('model'));
      expect(trainedWindow(trained)).toBe(expected);
      disposeModel(trained);
    }
  }
});

test('the number of live tensors is flat from step to step, and nothing is left at the end', async () => {
  const before = tf.memory().numTensors;
  const live: number[] = [];
  await runStage(pretrainStage, { settings: { ...settings, steps: 12, gradientAccumulation: 2 }, inputs, onProgress: () => void live.push(tf.memory().numTensors) });
  expect(new Set(live.slice(1)).size).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
  await runStage(pretrainStage, { settings, inputs, onProgress: () => 'cancelled' });
  expect(tf.memory().numTensors).toBe(before);
});

test.each([40, 1])('an absurd learning rate ends with MC_STAGE_DIVERGED, whichever of %i steps it spoils', async (steps) => {
  const { error } = await runStage(pretrainStage, { settings: { ...settings, steps, learningRate: 1e30, warmupSteps: 0 }, inputs });
  expect(error).toMatchObject({ code: 'MC_STAGE_DIVERGED' });
});

test.each<[string, z.input<typeof pretrainSettings>['model']]>([
  ['heads', { heads: 3 }],
  ['keyValueHeads', { keyValueHeads: 1 }],
  ['keyValueHeads', { architecture: 'llama', heads: 4, keyValueHeads: 3 }],
  ['heads', { architecture: 'llama', heads: 32 }],
])('sizes that do not go together are refused with MC_STAGE_SETTINGS: %s of %o', async (setting, model) => {
  const { error } = await runStage(pretrainStage, { settings: { ...settings, model: { ...settings.model, ...model } }, inputs });
  expect(error).toMatchObject({ code: 'MC_STAGE_SETTINGS', message: expect.stringContaining(`model.${setting}: expected `) });
});

test('a model of the Llama family is made, learns, and is gone on from', async () => {
  const model = { ...settings.model, architecture: 'llama', heads: 4, keyValueHeads: 2 } as const;
  const { error, metrics, output } = await runStage(pretrainStage, { settings: { ...settings, model }, inputs });
  expect(error).toBeUndefined();
  expect(metrics?.['loss']).toBeLessThan(2.5);
  const config = JSON.parse(await readFile(join(output('model'), 'config.json'), 'utf8')) as unknown;
  expect(config).toMatchObject({ architectures: ['LlamaForCausalLM'], hidden_size: 32, intermediate_size: 96, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 32, tie_word_embeddings: true });
  const further = await runStage(pretrainStage, { settings: { steps: 2, batchSize: 8, warmupSteps: 0, init: output('model') }, inputs });
  expect(further.progress[0]?.metrics?.['loss']).toBeLessThan(3);
});

test.each(['llama', 'llama-scaled', 'qwen2', 'qwen3'])('goes on from a folder that others wrote, and writes one of its kind: %s', async (name) => {
  const init = await mkdtemp(join(tmpdir(), 'minchat-foreign-'));
  await cp(join(import.meta.dirname, '../../../libs/model/reference', name), init, { recursive: true });
  await saveTokenizer(await loadTokenizer((await runStage(pretrainStage, { settings: { ...settings, steps: 0 }, inputs })).output('model')), init);
  const { error, progress, metrics, output } = await runStage(pretrainStage, { settings: { ...settings, init, windowLength: 16 }, inputs });
  expect(error).toBeUndefined();
  expect(metrics?.['loss']).toBeLessThan((progress[0]?.metrics?.['loss'] ?? 0) / 2);
  const [before, after] = await Promise.all([init, output('model')].map(async (folder) => {
    const { architectures, model_type, num_key_value_heads, tie_word_embeddings, rope_scaling = null } = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
    return { architectures, model_type, num_key_value_heads, tie_word_embeddings, rope_scaling };
  }));
  expect(after).toEqual(before);
});

test('of a model that could read more, texts of maxContext are read: windows, and the stages after it, are no longer', async () => {
  const model = { ...settings.model, architecture: 'llama', context: 4096 } as const;
  const init = (await runStage(pretrainStage, { settings: { ...settings, steps: 0, model }, inputs })).output('model');
  const contextOf = async (further: object): Promise<unknown> => {
    const { error, output } = await runStage(pretrainStage, { settings: { steps: 0, init, ...further }, inputs });
    expect(error).toBeUndefined();
    const taken = await loadModel(output('model'));
    disposeModel(taken);
    return [taken.shape.context, trainedWindow(taken), await weightsDigest(output('model')) === await weightsDigest(init)];
  };
  expect(await contextOf({})).toEqual([2048, 2048, true]);
  expect(await contextOf({ maxContext: 8192 })).toEqual([4096, 4096, true]);
  expect(await contextOf({ maxContext: 24, steps: 1, batchSize: 2 })).toEqual([24, 24, false]);
  const learned = (await runStage(pretrainStage, { settings: { ...settings, steps: 0 }, inputs })).output('model');
  expect(await contextOf({ maxContext: 24, init: learned })).toEqual([32, 32, false]);
});

test('the width inside of the MLP is that of the settings, in models of either kind', async () => {
  for (const [architecture, inner, name] of [['gpt2', 40, 'transformer.h.0.mlp.c_fc.bias'], ['llama', 80, 'transformer.h.0.mlp.c_fc.weight']] as const) {
    const { output } = await runStage(pretrainStage, { settings: { ...settings, steps: 0, model: { ...settings.model, architecture, inner: 40 } }, inputs });
    const model = await loadModel(output('model'));
    disposeModel(model);
    expect(model.parameters.get(name)?.shape.at(-1)).toBe(inner);
  }
});

test('warns of a model that it neither trains nor takes', async () => {
  const { error, warnings, output } = await runStage(pretrainStage, { settings: { ...settings, steps: 0 }, inputs });
  expect(error).toBeUndefined();
  expect(warnings).toEqual([expect.stringMatching(/^steps: .* knows nothing$/)]);
  expect((await runStage(pretrainStage, { settings: { steps: 0, init: output('model') }, inputs })).warnings).toEqual([]);
});

test('says that there is no folder to start from, and where it looked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-none-'));
  for (const init of [join(folder, 'gpt2'), import.meta.filename]) {
    const { error } = await runStage(pretrainStage, { settings: { steps: 0, init }, inputs });
    expect(error).toMatchObject({ code: 'MC_STAGE_SETTINGS', message: `init: expected the folder of a model, found none at ${init}` });
  }
});
