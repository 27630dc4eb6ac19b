import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { writeDataset, type DemonstrationRecord } from '@minchat/datasets';
import { disposeModel, generate, gptConfig, initModel, loadModel, Random, saveModel } from '@minchat/model';
import { gpt2Pipeline, loadTokenizer, saveTokenizer, Tokenizer, trainTokenizer } from '@minchat/tokenizer';
import { runStage, weightsDigest, withOtherTokenizer, writeTinyModel } from '@minchat/training/testing';
import { beforeAll, expect, test } from 'vitest';
import { withChatTokens } from './chat-tokens.ts';
import { sftStage } from './stage.ts';

// A chat that a tiny model can learn: the opposite of a word.
const opposites = [['hot', 'cold'], ['big', 'small'], ['up', 'down'], ['day', 'night'], ['yes', 'no'], ['in', 'out']] as const;
const demonstrations: DemonstrationRecord[] = opposites.flatMap(([a, b], id) => [
  { id: `${id}`, messages: [{ role: 'user', content: a }], completion: b },
  { id: `${id}r`, messages: [{ role: 'user', content: b }], completion: a },
]);
const settings = { epochs: 80, batchSize: 4, learningRate: 5e-3, dropout: 0.05, sampleTokens: 8 };
const inputs = { model: '', demonstrations: '' };

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-sft-'));
  inputs.model = join(folder, 'model');
  inputs.demonstrations = join(folder, 'demonstrations');
  await writeTinyModel(inputs.model, opposites.flat());
  await writeDataset(inputs.demonstrations, 'demonstrations', { train: demonstrations, validation: demonstrations.slice(0, 4) });
});

/** A reward model that was not trained. */
async function rewardFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-sft-reward-'));
  const model = await loadModel(inputs.model, { head: 'scalar', random: new Random(3) });
  await saveModel(model, folder);
  disposeModel(model);
  return folder;
}

test('learns the answers and where they end, and reports how', async () => {
  const { metrics, error, output, progress } = await runStage(sftStage, { settings, inputs });
  expect(error).toBeUndefined();
  expect(metrics?.['loss']).toBeLessThan((progress[0]?.metrics?.['loss'] ?? 0) / 5);
  expect(metrics?.['mean_token_accuracy']).toBeGreaterThan(0.8);
  expect(metrics).toHaveProperty('eval_loss');
  expect(metrics?.['lr']).toBeCloseTo(5e-4, 8);
  expect(progress.find(({ samples }) => samples)?.samples?.[0]).toContain('>');
  const model = await loadModel(output('model'));
  const tokenizer = await loadTokenizer(output('model'));
  const prompt = tokenizer.encodeChat([{ role: 'user', content: 'hot' }], { addGenerationPrompt: true });
  const [answer] = await generate(model, [prompt], { maxNewTokens: 8, temperature: 0, stopIds: tokenizer.eosIds, seed: 1 });
  expect(tokenizer.isFinished(answer?.tokens ?? [])).toBe(true);
  expect(tokenizer.decode(answer?.tokens ?? [], { skipSpecial: true })).toBe('cold');
  disposeModel(model);
});

test('answers the questions on the way also where the longest answer would fill the context', async () => {
  const { progress } = await runStage(sftStage, { settings: { ...settings, sampleTokens: 64 }, inputs });
  const right = demonstrations.slice(0, 3).map(({ messages, completion }) => `${messages[0]?.content}\n> ${completion}`);
  const said = progress.findLast(({ samples }) => samples)?.samples ?? [];
  expect(said.filter((sample, row) => sample === right[row]).length).toBeGreaterThanOrEqual(2);
});

test('tells the evaluation of the model that is kept, not of the last', async () => {
  const other = { messages: [{ role: 'user' as const, content: 'hot' }], completion: 'small', id: 'o' };
  const folder = await mkdtemp(join(tmpdir(), 'minchat-sft-overfit-'));
  await writeDataset(folder, 'demonstrations', { train: demonstrations, validation: [other] });
  const { metrics, progress } = await runStage(sftStage, { settings: { ...settings, epochs: 40, dropout: 0 }, inputs: { ...inputs, demonstrations: folder } });
  const evaluations = progress.filter((report) => report.metrics?.['eval_loss'] !== undefined);
  const best = evaluations.reduce((least, report) => (Number(report.metrics?.['eval_loss']) < Number(least.metrics?.['eval_loss']) ? report : least));
  expect(best.step).toBeLessThan(progress.at(-1)?.step ?? 0);
  expect(metrics).toMatchObject({ eval_loss: best.metrics?.['eval_loss'], kept_step: best.step, loss: progress.at(-1)?.metrics?.['loss'] });
});

test('resumed in mid-epoch, it ends bit for bit where an undisturbed run ends', async () => {
  const short = { ...settings, epochs: 4 };
  const whole = await runStage(sftStage, { settings: short, inputs });
  const first = await runStage(sftStage, { settings: short, inputs, onProgress: ({ step }) => (step === 7 ? 'cancelled' : undefined) });
  expect(first.error).toBe('cancelled');
  expect(first.checkpoints).toEqual([7]);
  const second = await runStage(sftStage, { settings: short, inputs, folder: first.folder });
  expect(await weightsDigest(second.output('model'))).toBe(await weightsDigest(whole.output('model')));
  const history = (folder: string): Promise<string> => readFile(join(folder, 'training.json'), 'utf8');
  expect(await history(second.output('model'))).toBe(await history(whole.output('model')));
});

test('with pretraining text mixed in, what that taught is not forgotten, and a resumed stage ends with the same bits', async () => {
  const corpus = await mkdtemp(join(tmpdir(), 'minchat-sft-corpus-'));
  await writeDataset(corpus, 'text', { train: Array.from({ length: 20 }, (_, i) => ({ text: `hot day, cold night, big ${'up down '.repeat(1 + (i % 3))}` })) });
  const mixed = { ...settings, epochs: 20, dropout: 0, pretrainingMix: 0.34 };
  const { progress, output, warnings } = await runStage(sftStage, { settings: mixed, inputs: { ...inputs, corpus } });
  const lossOf = (at: number): number => progress.at(at)?.metrics?.['pretraining_loss'] ?? Number.NaN;
  expect(lossOf(-1)).toBeLessThan(lossOf(0) / 3);
  expect(warnings).toEqual([]);
  // Two windows beside four demonstrations, and six beside all twelve, where a batch would have room for more.
  for (const [batchSize, windows] of [[4, 2], [1000, 6]] as const) {
    const tokens = async (pretrainingMix: number): Promise<number> => (await runStage(sftStage, { settings: { ...mixed, batchSize, epochs: 1, pretrainingMix }, inputs: { ...inputs, corpus } })).progress[0]?.tokens ?? 0;
    expect(await tokens(mixed.pretrainingMix) - await tokens(0)).toBe(windows * 64);
  }

  const short = { ...mixed, epochs: 4 };
  const whole = await runStage(sftStage, { settings: short, inputs: { ...inputs, corpus } });
  const first = await runStage(sftStage, { settings: short, inputs: { ...inputs, corpus }, onProgress: ({ step }) => (step === 7 ? 'cancelled' : undefined) });
  const second = await runStage(sftStage, { settings: short, inputs: { ...inputs, corpus }, folder: first.folder });
  expect(await weightsDigest(second.output('model'))).toBe(await weightsDigest(whole.output('model')));
  expect(await weightsDigest(output('model'))).not.toBe(await weightsDigest(whole.output('model')));

  const without = await runStage(sftStage, { settings: mixed, inputs });
  expect(without.error).toMatchObject({ code: 'MC_STAGE_INPUT', message: expect.stringContaining('pretrainingMix') as string });
});

test('a reward model scores the answers of every epoch', async () => {
  const reward = await rewardFolder();
  const many = await mkdtemp(join(tmpdir(), 'minchat-sft-many-'));
  await writeDataset(many, 'demonstrations', { train: demonstrations, validation: Array.from({ length: 48 }, (_, id) => ({ ...demonstrations[id % 12]!, id: `v${id}` })) });
  const rewards = async (evaluationExamples: number, selectionPrompts: number): Promise<number[]> => {
    const { progress } = await runStage(sftStage, { settings: { ...settings, epochs: 3, evaluationExamples, selectionPrompts }, inputs: { ...inputs, demonstrations: many, reward } });
    return progress.flatMap(({ metrics }) => metrics?.['eval_reward'] ?? []);
  };
  const all = await rewards(256, 64);
  expect(all).toHaveLength(3);
  // Each counts its own: how many are read for the loss is nothing to the answers.
  expect(await rewards(8, 48)).toEqual(all);
  expect(await rewards(48, 8)).not.toEqual(all);
});

test('a reward model of another tokenizer is refused: it would choose at random', async () => {
  const reward = await rewardFolder();
  await saveTokenizer(await loadTokenizer(inputs.model), reward);
  const of = async (folder: string): Promise<unknown> => (await runStage(sftStage, { settings: { ...settings, epochs: 1 }, inputs: { ...inputs, reward: folder } })).error;
  expect(await of(reward)).toBeUndefined();
  const error = await of(await withOtherTokenizer(reward));
  expect(error).toMatchObject({ code: 'MC_STAGE_INPUT', message: expect.stringContaining('reward: ') as string });
});

test('without a validation split the last weights are kept, which is warned of, and no figure is told that is none', async () => {
  const whole = await mkdtemp(join(tmpdir(), 'minchat-sft-whole-'));
  await writeDataset(whole, 'demonstrations', { train: demonstrations });
  const { metrics, progress, warnings } = await runStage(sftStage, { settings: { ...settings, epochs: 2 }, inputs: { ...inputs, demonstrations: whole, reward: await rewardFolder() } });
  expect(warnings).toEqual(['demonstrations: expected some in the validation split to choose the weights by, found none: the last are kept']);
  expect(metrics).toMatchObject({ kept_step: progress.at(-1)?.step });
  expect(Object.values(metrics ?? {}).every(Number.isFinite)).toBe(true);
});

test('tells how many demonstrations the context is too short for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-sft-long-'));
  const long = (id: string): DemonstrationRecord => ({ id, messages: [{ role: 'user', content: 'hot' }], completion: 'cold '.repeat(60) });
  await writeDataset(folder, 'demonstrations', { train: [...demonstrations, long('a')], validation: [long('b')] });
  const once = { ...settings, epochs: 1 };
  const { warnings } = await runStage(sftStage, { settings: once, inputs: { ...inputs, demonstrations: folder } });
  expect(warnings).toEqual(["2 of 14 demonstrations are longer than the model's context of 64 tokens: their prompts lose the beginning, their answers the end"]);
  expect((await runStage(sftStage, { settings: once, inputs })).warnings).toEqual([]);
});

test('a base model that does not know the chat tokens gets them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-sft-foreign-'));
  const trained = trainTokenizer(opposites.flat(), { vocabSize: 280, specialTokens: ['<|endoftext|>'] });
  const { chatTemplate: _, ...parts } = trained.parts;
  const foreign = new Tokenizer({ ...parts, eosToken: '<|endoftext|>' });
  const model = initModel(gptConfig({ vocab_size: foreign.vocabSize, n_positions: 64, n_embd: 32, n_layer: 2, n_head: 2 }), new Random(1));
  await saveModel(model, folder);
  await saveTokenizer(foreign, folder);
  disposeModel(model);
  const { error, output } = await runStage(sftStage, { settings: { ...settings, epochs: 2 }, inputs: { ...inputs, model: folder } });
  expect(error).toBeUndefined();
  const tokenizer = await loadTokenizer(output('model'));
  expect(tokenizer.idOf('<|end|>')).toBeGreaterThanOrEqual(foreign.vocabSize);
  const tuned = await loadModel(output('model'));
  expect(tuned.config.vocab_size).toBe(tokenizer.vocabSize);
  disposeModel(tuned);
});

test('a base model with a BOS and an end of text of its own keeps both, and has the BOS before a conversation', () => {
  const { parts } = trainTokenizer(opposites.flat(), { vocabSize: 280, specialTokens: ['<|end_of_text|>', '<|begin_of_text|>'] });
  const { chatTemplate: _, ...base } = parts;
  const text = { Sequence: { id: 'A' as const, type_id: 0 } };
  const name = '<|begin_of_text|>';
  const post_processor = { type: 'TemplateProcessing' as const, single: [{ SpecialToken: { id: name, type_id: 0 } }, text], pair: [], special_tokens: { [name]: { id: name, ids: [1], tokens: [name] } } };
  const foreign = new Tokenizer({ ...base, bosToken: name, pipeline: { ...gpt2Pipeline(), post_processor } });
  const tokenizer = withChatTokens(foreign);
  expect(tokenizer.idOf('<|endoftext|>')).toBeUndefined();
  expect(tokenizer.endOfText).toBe(foreign.endOfText);
  expect(tokenizer.endOfTurn).toBe(tokenizer.idOf('<|end|>'));
  const chat = tokenizer.encodeChat([{ role: 'user', content: 'hot' }], { addGenerationPrompt: true });
  expect(tokenizer.decode(chat)).toBe('<|begin_of_text|><|user|>hot<|end|><|assistant|>');
  expect(chat.slice(0, 2)).toEqual([1, tokenizer.idOf('<|user|>')]);
});

test('a model with rows between its tokens that are none may draw them, and goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-sft-gap-'));
  const { parts, vocabSize } = await writeTinyModel(folder, opposites.flat());
  const added = [...parts.added, { id: 2 * vocabSize, content: '<think>', special: false }];
  await saveTokenizer(new Tokenizer({ ...parts, added }), folder);
  const { error, progress } = await runStage(sftStage, { settings: { ...settings, epochs: 1 }, inputs: { ...inputs, model: folder } });
  expect(error).toBeUndefined();
  expect(progress.at(-1)?.samples).toHaveLength(3);
});

test('the number of live tensors is flat from step to step, and nothing is left at the end', async () => {
  const before = tf.memory().numTensors;
  const live: number[] = [];
  await runStage(sftStage, { settings: { ...settings, epochs: 3 }, inputs, onProgress: () => void live.push(tf.memory().numTensors) });
  expect(new Set(live.slice(1)).size).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
  await runStage(sftStage, { settings, inputs, onProgress: () => 'cancelled' });
  expect(tf.memory().numTensors).toBe(before);
});
