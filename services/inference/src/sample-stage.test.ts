import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRecords, writeDataset, type PromptRecord } from '@minchat/datasets';
import { startBackend } from '@minchat/model';
import { loadTokenizer } from '@minchat/tokenizer';
import { runStage, thatWrites } from '@minchat/training/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleStage } from './sample-stage.ts';
import { writeTinyModels } from './testing.ts';

let folder: string;
let inputs: { model: string; prompts: string };
const settings = { answersPerPrompt: 3, maxNewTokens: 8, batch: 6 };

function prompts(name: string, count: number): PromptRecord[] {
  return Array.from({ length: count }, (_, i) => ({ id: `${name}-${String(i)}`, messages: [{ role: 'user', content: 'the cat sat '.repeat(1 + (i % 3)) }], useCase: 'chat' }));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-sample-'));
  await startBackend('wasm');
  const { model } = await writeTinyModels(folder);
  inputs = { model, prompts: join(folder, 'prompts') };
  await writeDataset(inputs.prompts, 'prompts', { train: prompts('t', 7), validation: prompts('v', 2), test: prompts('x', 2) });
});
afterAll(() => rm(folder, { recursive: true }));

async function answersOf(path: string): Promise<string> {
  return (await Promise.all(['train.jsonl', 'validation.jsonl', 'dataset.json'].map((file) => readFile(join(path, file), 'utf8')))).join('\n');
}

describe('sample', () => {
  it('answers every prompt of its splits, in order', async () => {
    const live = tf.memory().numTensors;
    const result = await runStage(sampleStage, { settings, inputs });
    expect(result.error).toBeUndefined();
    const train = await loadRecords(result.output('answers'), 'answers', 'train');
    expect(train.map((record) => record.id)).toEqual(prompts('t', 7).map((record) => record.id));
    expect(train.every((record) => record.answers.length === 3 && record.useCase === 'chat')).toBe(true);
    expect(new Set(train[0]?.answers.map((answer) => answer.text)).size).toBeGreaterThan(1);
    expect(await loadRecords(result.output('answers'), 'answers', 'validation')).toHaveLength(2);
    expect(await loadRecords(result.output('answers'), 'answers', 'test')).toHaveLength(0);
    expect(result.metrics).toMatchObject({ answers: 27 });
    expect(result.progress.at(-1)).toMatchObject({ step: 5, totalSteps: 5, tokens: result.metrics?.['num_tokens'] });
    expect(tf.memory().numTensors).toBe(live);
    await rm(result.folder, { recursive: true });
  });

  it('calls an answer finished that the end of a turn ends, and no other', async () => {
    const { endOfTurn, endOfText } = await loadTokenizer(inputs.model);
    for (const [token, finished] of [[endOfTurn, true], [endOfText, false]] as const) {
      const result = await runStage(sampleStage, { settings, inputs: { ...inputs, model: await thatWrites(inputs.model, token) } });
      const [first] = await loadRecords(result.output('answers'), 'answers', 'train');
      expect(first?.answers).toEqual(Array.from({ length: 3 }, () => ({ text: '', finished })));
      expect(result.metrics).toMatchObject({ num_tokens: 27, 'response/truncated_rate': finished ? 0 : 1 });
    }
  });

  it('ends bit for bit where an undisturbed run ends', async () => {
    const whole = await runStage(sampleStage, { settings, inputs });
    const broken = await runStage(sampleStage, { settings, inputs, checkpointEvery: 1, onProgress: ({ step }) => (step === 2 ? 'shutdown' : undefined) });
    expect(broken.error).toBe('shutdown');
    expect(broken.checkpoints).toEqual([1, 2]);
    const rest = await runStage(sampleStage, { settings, inputs, folder: broken.folder });
    expect(rest.error).toBeUndefined();
    expect(rest.progress[0]?.step).toBe(3);
    expect(await answersOf(rest.output('answers'))).toBe(await answersOf(whole.output('answers')));
    expect(rest.metrics).toEqual(whole.metrics);
    const other = await runStage(sampleStage, { settings, inputs, seed: 2 });
    expect(await answersOf(other.output('answers'))).not.toBe(await answersOf(whole.output('answers')));
    await Promise.all([whole, broken, other].map((result) => rm(result.folder, { recursive: true })));
  });

  it('takes as many prompts as it is told, and needs at least one', async () => {
    const few = await runStage(sampleStage, { settings: { ...settings, splits: ['train'], maxPrompts: 2 }, inputs });
    expect(few.metrics).toMatchObject({ answers: 6 });
    const empty = join(folder, 'empty');
    await writeDataset(empty, 'prompts', {});
    const none = await runStage(sampleStage, { settings, inputs: { ...inputs, prompts: empty } });
    expect(none.error).toMatchObject({ code: 'MC_DATA_EMPTY' });
    const long = await runStage(sampleStage, { settings: { ...settings, maxNewTokens: 64 }, inputs });
    expect(long.error).toMatchObject({ code: 'MC_STAGE_SETTINGS' });
    await Promise.all([few, none, long].map((result) => rm(result.folder, { recursive: true })));
  });
});
