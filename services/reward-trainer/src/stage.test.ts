import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { writeDataset, type ComparisonRecord, type DemonstrationRecord } from '@minchat/datasets';
import { loadModel, Random } from '@minchat/model';
import { loadTokenizer } from '@minchat/tokenizer';
import { chatExample, scoreExamples } from '@minchat/training';
import { runStage, weightsDigest, writeTinyModel } from '@minchat/training/testing';
import { beforeAll, expect, test } from 'vitest';
import { rewardStage } from './stage.ts';

// A preference that a tiny model can learn: kind words before rude ones, finished before cut off.
const words = { good: ['yes', 'sure', 'gladly'], bad: ['no', 'never', 'bah'] };
const settings = { batchSize: 8, learningRate: 3e-3, epochs: 2, evaluateEvery: 10 };
const inputs = { model: '', comparisons: '', demonstrations: '' };

function comparison(random: Random, id: number): ComparisonRecord {
  const pick = (list: readonly string[]): string => list[random.int(list.length)] ?? '';
  const answers = [
    { text: `${pick(words.good)} ${pick(words.good)}`, finished: true, rank: 0 },
    { text: `${pick(words.good)} ${pick(words.bad)}`, finished: true, rank: 1 },
    { text: `${pick(words.bad)} ${pick(words.bad)}`, finished: true, rank: 2 },
    { text: `${pick(words.bad)} ${pick(words.bad)}`, finished: false, rank: 2 },
  ];
  return { id: String(id), messages: [{ role: 'user', content: `help ${random.int(5)}?` }], answers: random.shuffle(answers) };
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-reward-'));
  for (const name of ['model', 'comparisons', 'demonstrations'] as const) inputs[name] = join(folder, name);
  const random = new Random(7);
  const demonstrations: DemonstrationRecord[] = Array.from({ length: 20 }, (_, id) => ({
    id: String(id),
    messages: [{ role: 'user', content: `help ${random.int(5)}?` }],
    completion: `${words.good[random.int(3)] ?? ''} ${words.good[random.int(3)] ?? ''}`,
  }));
  await writeTinyModel(inputs.model, Object.values(words).flat());
  await writeDataset(inputs.demonstrations, 'demonstrations', { train: demonstrations });
  const some = (from: number, count: number) => Array.from({ length: count }, (_, index) => comparison(random, from + index));
  await writeDataset(inputs.comparisons, 'comparisons', { train: some(0, 96), validation: some(96, 24) }, '', { noise_ceiling: 0.95 });
});

test('learns a preference, says how well, and scores demonstrations 0 on average', async () => {
  const { metrics, error, output, progress } = await runStage(rewardStage, { settings, inputs });
  expect(error).toBeUndefined();
  expect(metrics?.['eval_accuracy']).toBeGreaterThan(0.9);
  expect(metrics?.['eval_accuracy_k4']).toBe(metrics?.['eval_accuracy']);
  expect(metrics?.['eval_accuracy_of_ceiling']).toBeCloseTo((metrics?.['eval_accuracy'] ?? 0) / 0.95, 6);
  expect(metrics?.['eval_kendall_tau']).toBeGreaterThan(0.6);
  expect(progress[0]?.metrics?.['loss']).toBeCloseTo(Math.LN2, 0);
  const config = JSON.parse(await readFile(join(output('reward'), 'config.json'), 'utf8'));
  expect(config).toMatchObject({ architectures: ['GPT2ForSequenceClassification'], num_labels: 1 });

  const model = await loadModel(output('reward'));
  const tokenizer = await loadTokenizer(output('reward'));
  expect(model.head).toBe('scalar');
  const lines = (await readFile(join(inputs.demonstrations, 'train.jsonl'), 'utf8')).trim().split('\n');
  const examples = lines.map((line) => {
    const { messages, completion } = JSON.parse(line) as DemonstrationRecord;
    return chatExample(tokenizer, messages, completion, 64);
  });
  const rewards = await scoreExamples(model, examples);
  expect(rewards.reduce((sum, value) => sum + value, 0) / rewards.length).toBeCloseTo(0, 4);
});

test('gives no share of a ceiling that is 0, as that of two rankings may be', async () => {
  const comparisons = await mkdtemp(join(tmpdir(), 'minchat-reward-'));
  const some = (from: number, count: number) => Array.from({ length: count }, (_, index) => comparison(new Random(from), from + index));
  await writeDataset(comparisons, 'comparisons', { train: some(0, 8), validation: some(8, 2) }, '', { noise_ceiling: 0 });
  const { metrics } = await runStage(rewardStage, { settings: { ...settings, epochs: 1 }, inputs: { ...inputs, comparisons } });
  expect(metrics).toMatchObject({ eval_noise_ceiling: 0 });
  expect(metrics).not.toHaveProperty('eval_accuracy_of_ceiling');
});

test('tells how many ranked answers the context is too short for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-reward-long-'));
  const record = comparison(new Random(1), 0);
  await writeDataset(folder, 'comparisons', { train: [record, { ...record, id: 'long', messages: [{ role: 'user', content: 'help '.repeat(60) }] }] });
  const { warnings } = await runStage(rewardStage, { settings, inputs: { ...inputs, comparisons: folder } });
  expect(warnings).toEqual([expect.stringMatching(/^comparisons: .* the validation split, found none/), expect.stringMatching(/^4 of 8 ranked answers are longer than the model's context of 64 tokens/)]);
});

test('resumed, it ends bit for bit where an undisturbed run ends', async () => {
  const whole = await runStage(rewardStage, { settings, inputs });
  const first = await runStage(rewardStage, { settings, inputs, onProgress: ({ step }) => (step === 13 ? 'shutdown' : undefined) });
  expect(first.error).toBe('shutdown');
  const second = await runStage(rewardStage, { settings, inputs, folder: first.folder });
  expect(await weightsDigest(second.output('reward'))).toBe(await weightsDigest(whole.output('reward')));
  expect(second.metrics).toEqual(whole.metrics);
});

test('gradient accumulation gives the same training', async () => {
  const whole = await runStage(rewardStage, { settings: { ...settings, epochs: 1 }, inputs });
  const parts = await runStage(rewardStage, { settings: { ...settings, epochs: 1, gradientAccumulation: 4 }, inputs });
  expect(parts.progress[0]?.metrics?.['loss']).toBeCloseTo(whole.progress[0]?.metrics?.['loss'] ?? 0, 5);
  expect(parts.progress[0]?.metrics?.['grad_norm']).toBeCloseTo(whole.progress[0]?.metrics?.['grad_norm'] ?? 0, 4);
});

test('the number of live tensors is flat from step to step, and nothing is left at the end', async () => {
  const before = tf.memory().numTensors;
  const live: number[] = [];
  await runStage(rewardStage, { settings, inputs, onProgress: () => void live.push(tf.memory().numTensors) });
  expect(new Set(live.slice(1)).size).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
  await runStage(rewardStage, { settings, inputs, onProgress: () => 'cancelled' });
  expect(tf.memory().numTensors).toBe(before);
});

test('comparisons without a preference are refused with MC_DATA_EMPTY', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-ties-'));
  const tied = { id: '1', messages: [{ role: 'user' as const, content: 'a' }], answers: [0, 0].map((rank) => ({ text: 'x', finished: true, rank })) };
  await writeDataset(folder, 'comparisons', { train: [tied] });
  const { error } = await runStage(rewardStage, { settings, inputs: { ...inputs, comparisons: folder } });
  expect(error).toMatchObject({ code: 'MC_DATA_EMPTY' });
});
