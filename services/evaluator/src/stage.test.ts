import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { writeDataset, type ComparisonRecord, type PromptRecord } from '@minchat/datasets';
import { disposeModel, gptConfig, initModel, Random, saveModel } from '@minchat/model';
import { loadTokenizer, saveTokenizer, type Tokenizer } from '@minchat/tokenizer';
import { runStage, thatWrites, withOtherTokenizer, writeTinyModel } from '@minchat/training/testing';
import { createWorld } from '@minchat/world';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Report } from './report.ts';
import { evaluateStage } from './stage.ts';

const settings = { prompts: 12, maxNewTokens: 6, batchSize: 5, perplexityWindows: 4, samples: 4 };
const inputs = { sft: '', policy: '', reward: '', prompts: '', corpus: '', comparisons: '' };

async function writeReward(folder: string, tokenizer: Tokenizer): Promise<void> {
  const config = gptConfig({ vocab_size: tokenizer.vocabSize, n_positions: 64, n_embd: 32, n_layer: 1, n_head: 2 });
  const model = initModel(config, new Random(5), 'scalar');
  await mkdir(folder, { recursive: true });
  await saveModel(model, folder, { minchat_reward_bias: 0.5 });
  await saveTokenizer(tokenizer, folder);
  disposeModel(model);
}

async function reportOf(folder: string): Promise<Report> {
  return JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as Report;
}

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-evaluate-'));
  for (const name of Object.keys(inputs) as (keyof typeof inputs)[]) inputs[name] = join(folder, name);
  const world = createWorld({ seed: 1, sizes: { documents: 40, validationDocuments: 40 } });
  const texts = world.corpus.train.map(({ text }) => text);
  const tokenizer = await writeTinyModel(inputs.sft, texts, 1);
  await writeTinyModel(inputs.policy, texts, 2);
  await writeReward(inputs.reward, tokenizer);
  const history = [{ step: 1, metrics: { 'objective/kl': 0.1, 'objective/scores': 0, 'loss/policy_avg': null } }, { step: 2, metrics: { 'objective/kl': 0.4, 'objective/scores': 0.5 } }];
  await writeFile(join(inputs.policy, 'training.json'), JSON.stringify(history));
  await writeDataset(inputs.prompts, 'prompts', { test: world.prompts.test });
  await writeDataset(inputs.corpus, 'text', { validation: world.corpus.validation });
  const comparisons = world.prompts.validation.slice(0, 20).map((prompt): ComparisonRecord => ({
    ...prompt,
    answers: [{ text: 'sure! it is so.', finished: true, rank: 0 }, { text: 'go away.', finished: true, rank: 1 }],
  }));
  await writeDataset(inputs.comparisons, 'comparisons', { validation: comparisons }, '', { labeler_agreement: 0.73 });
});

describe('the stage', () => {
  test('measures everything that it is given', async () => {
    const { metrics, error, output, progress } = await runStage(evaluateStage, { settings, inputs });
    expect(error).toBeUndefined();
    const report = await reportOf(output('report'));
    expect(report.judge).toBe('gold');
    expect(report.winRate.prompts).toBe(12);
    expect(report.winRate.wins + report.winRate.ties + report.winRate.losses).toBe(12);
    expect(report.winRates.map(({ judge }) => judge)).toEqual(['gold', 'reward']);
    expect(report.useCases.reduce((sum, { prompts }) => sum + prompts, 0)).toBe(12);
    expect(report.models.sft.perplexity).toBeGreaterThan(100);
    expect(report.models.policy.lengths).toHaveLength(12);
    expect(report.kl.mean).toBeGreaterThan(0);
    expect(report.rewardModel).toMatchObject({ pairs: 20, labelerAgreement: 0.73 });
    expect(report.rewardModel?.accuracyLow).toBeLessThanOrEqual(report.rewardModel?.accuracy ?? 0);
    expect(report.rewardModel?.accuracyHigh).toBeGreaterThan(report.rewardModel?.accuracyLow ?? 1);
    expect(report.rewardModel?.noiseCeiling).toBeGreaterThanOrEqual(0);
    expect(report.frontier).toEqual([{ step: 1, kl: 0.1, reward: 0 }, { step: 2, kl: 0.4, reward: 0.5 }]);
    expect(report.samples).toHaveLength(4);
    expect(metrics).toMatchObject({ winRate: report.winRate.rate, kl: report.kl.mean });
    expect(progress.at(-1)).toMatchObject({ step: 9, totalSteps: 9 });
    const page = await readFile(join(output('report'), 'report.html'), 'utf8');
    expect(page).toContain('<h2>Win rates</h2>');
    expect(page).not.toMatch(/(src|href)="?https?:/);
  });

  test('a policy that DPO trained is shown as such: no word of PPO, its own curves', async () => {
    const policy = await mkdtemp(join(tmpdir(), 'minchat-dpo-'));
    await cp(inputs.policy, policy, { recursive: true });
    const metrics = { loss: 0.6, 'rewards/margins': 0.2, 'rewards/accuracies': 0.7 };
    await writeFile(join(policy, 'training.json'), JSON.stringify([{ step: 1, metrics }, { step: 2, metrics: { ...metrics, eval_loss: 0.65 } }]));
    const { output } = await runStage(evaluateStage, { settings, inputs: { ...inputs, policy } });
    const page = await readFile(join(output('report'), 'report.html'), 'utf8');
    expect(page).toContain('The policy wins');
    expect(page).not.toContain('PPO');
    for (const id of ['policy-margin', 'loss-policy']) expect(page).toContain(`id="plot-${id}"`);
  });

  test.each(['step,loss', '{"loss":[1,2]}'])('a training.json that is none of ours (%s) costs its curves, not the evaluation', async (text) => {
    const policy = await mkdtemp(join(tmpdir(), 'minchat-other-'));
    await cp(inputs.policy, policy, { recursive: true });
    await writeFile(join(policy, 'training.json'), text);
    const { error, output } = await runStage(evaluateStage, { settings, inputs: { ...inputs, policy } });
    expect(error).toBeUndefined();
    expect((await reportOf(output('report'))).histories.policy).toEqual([]);
  });

  test('a model against itself: all ties, no divergence', async () => {
    const { output } = await runStage(evaluateStage, { settings, inputs: { sft: inputs.sft, policy: inputs.sft, reward: inputs.reward, prompts: inputs.prompts } });
    const report = await reportOf(output('report'));
    expect(report.winRate).toMatchObject({ rate: 0.5, ties: 12 });
    expect(report.kl.mean).toBeCloseTo(0, 5);
    expect(report.rewardModel).toBeUndefined();
    expect(report.models.sft.perplexity).toBeUndefined();
  });

  test('an answer that another token stops than the end of a turn is not finished, as PPO pays it', async () => {
    const { endOfTurn, endOfText } = await loadTokenizer(inputs.sft);
    const answered = async (token: number): Promise<Report> => {
      const { output } = await runStage(evaluateStage, { settings, inputs: { ...inputs, policy: await thatWrites(inputs.policy, token) } });
      return reportOf(output('report'));
    };
    const [ends, breaksOff] = [await answered(endOfTurn), await answered(endOfText)];
    expect(ends.models.policy).toMatchObject({ finished: 1, length: 0 });
    expect(breaksOff.models.policy).toMatchObject({ finished: 0, length: 1 });
  });

  test('resumed, it writes the report of an undisturbed run', async () => {
    const whole = await runStage(evaluateStage, { settings, inputs });
    const first = await runStage(evaluateStage, { settings, inputs, onProgress: ({ step }) => (step === 4 ? 'shutdown' : undefined) });
    expect(first.error).toBe('shutdown');
    expect(first.checkpoints).toEqual([4]);
    const second = await runStage(evaluateStage, { settings, inputs, folder: first.folder });
    expect(second.progress[0]?.step).toBe(5);
    expect(await reportOf(second.output('report'))).toEqual(await reportOf(whole.output('report')));
  });

  test('answers do not depend on the batches', async () => {
    const one = await runStage(evaluateStage, { settings, inputs });
    const two = await runStage(evaluateStage, { settings: { ...settings, batchSize: 12 }, inputs });
    expect((await reportOf(two.output('report'))).samples.map(({ policy }) => policy.text)).toEqual((await reportOf(one.output('report'))).samples.map(({ policy }) => policy.text));
  });

  test('what is cut off of a long prompt is in no figure: answers are compared behind what was read', async () => {
    // Both keep the same last tokens and differ before them.
    const kept = 'a b c d e f g h i j k l m n o p q r s t u v w x y z';
    const reports = await Promise.all(['the sun is hot. ', 'who are you? '].map(async (beginning) => {
      const folder = await mkdtemp(join(tmpdir(), 'minchat-long-'));
      const prompts: PromptRecord[] = Array.from({ length: 12 }, (_, id) => ({ id: String(id), messages: [{ role: 'user', content: beginning.repeat(12) + kept }] }));
      await writeDataset(folder, 'prompts', { test: prompts });
      const { output, warnings } = await runStage(evaluateStage, { settings: { ...settings, maxNewTokens: 40 }, inputs: { ...inputs, prompts: folder } });
      expect(warnings).toEqual([expect.stringMatching(/^12 of 12 prompts are longer than the 24 tokens/)]);
      return reportOf(output('report'));
    }));
    const [one, two] = reports.map(({ kl, models }) => ({ kl, reward: models.policy.reward, lengths: models.policy.lengths }));
    expect(Math.min(...(one?.lengths ?? []))).toBeLessThan(20);
    expect(one).toEqual(two);
  });

  test('prompts that are none of the world’s are judged by the reward model', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minchat-other-'));
    const prompts: PromptRecord[] = ['who was napoleon?', 'why <script>alert(1)</script>?'].map((content, id) => ({ id: String(id), messages: [{ role: 'user', content }] }));
    await writeDataset(folder, 'prompts', { validation: prompts });
    const { output } = await runStage(evaluateStage, { settings, inputs: { ...inputs, prompts: folder } });
    const report = await reportOf(output('report'));
    expect(report.judge).toBe('reward');
    expect(report.sampling.split).toBe('validation');
    expect(report.winRates).toHaveLength(1);
    expect(report.useCases.map(({ useCase }) => useCase)).toEqual(['other']);
    const page = await readFile(join(output('report'), 'report.html'), 'utf8');
    expect(page).not.toContain('<script>alert');
    expect(page).toContain('why &#60;script&#62;');
  });

  test('a reward function judges, with a reward model or without', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minchat-verified-'));
    const test = ['who was first?', 'who was second?'].map((content, id) => ({ id: String(id), messages: [{ role: 'user' as const, content }], reference: '<b>Adam' }));
    await writeDataset(folder, 'prompts', { test });
    const rewardFunctions = [{ plugin: '@minchat/rewards/reference', options: { match: 'contains' } }];
    const { reward: _, comparisons: __, ...others } = { ...inputs, prompts: folder };
    const { output, metrics } = await runStage(evaluateStage, { settings: { ...settings, rewardFunctions }, inputs: others });
    expect(metrics).toMatchObject({ functionsSft: 0, functionsPolicy: 0, winRate: 0.5 });
    expect(metrics).not.toHaveProperty('rewardSft');
    const report = await reportOf(output('report'));
    expect(report).toMatchObject({ judge: 'functions', functions: ['reference'], winRates: [{ judge: 'functions', ties: 2 }] });
    const page = await readFile(join(output('report'), 'report.html'), 'utf8');
    expect(page).toContain('the reward functions (reference)');
    expect(page).toContain('right: &#60;b&#62;Adam');
    const both = await runStage(evaluateStage, { settings: { ...settings, rewardFunctions }, inputs: { ...others, reward: inputs.reward } });
    expect((await reportOf(both.output('report'))).winRates.map(({ judge }) => judge)).toEqual(['functions', 'reward']);
  });

  test('where nobody judges nothing is answered; where the functions have nothing to say it shows by the answers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minchat-unjudged-'));
    await writeDataset(folder, 'prompts', { test: [{ id: '1', messages: [{ role: 'user', content: 'who was napoleon?' }] }] });
    const { reward: _, comparisons: __, ...others } = { ...inputs, prompts: folder };
    for (const plugins of [[], ['@minchat/rewards/reference']]) {
      const { error, progress } = await runStage(evaluateStage, { settings: { ...settings, rewardFunctions: plugins.map((plugin) => ({ plugin })) }, inputs: others });
      expect(error).toMatchObject({ code: 'MC_STAGE_INPUT', message: expect.stringContaining('found neither') as string });
      expect(progress.length > 0).toBe(plugins.length > 0);
    }
  });

  test.each(['policy', 'reward'] as const)('refuses a %s of another tokenizer', async (name) => {
    const { error } = await runStage(evaluateStage, { settings, inputs: { ...inputs, [name]: await withOtherTokenizer(inputs[name]) } });
    expect(error).toMatchObject({ code: 'MC_STAGE_INPUT', message: expect.stringContaining(`${name}: `) as string });
  });

  test('refuses answers as long as the context: there would be no prompt that they answer', async () => {
    const { error } = await runStage(evaluateStage, { settings: { ...settings, maxNewTokens: 64 }, inputs });
    expect(error).toMatchObject({ code: 'MC_STAGE_SETTINGS', message: expect.stringContaining('maxNewTokens: ') as string });
  });

  test('without a held-out prompt it says so', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minchat-none-'));
    await writeDataset(folder, 'prompts', { train: [] });
    const { error } = await runStage(evaluateStage, { settings, inputs: { ...inputs, prompts: folder } });
    expect(error).toMatchObject({ code: 'MC_DATA_EMPTY' });
  });

  test('leaves no tensor behind', async () => {
    await runStage(evaluateStage, { settings, inputs });
    const before = tf.memory().numTensors;
    await runStage(evaluateStage, { settings, inputs });
    expect(tf.memory().numTensors).toBe(before);
    const { error } = await runStage(evaluateStage, { settings, inputs, onProgress: ({ step }) => (step === 3 ? 'cancelled' : undefined) });
    expect(error).toBe('cancelled');
    expect(tf.memory().numTensors).toBe(before);
  });
});
