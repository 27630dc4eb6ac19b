import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineStage } from '@minchat/stage';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { writeHistory } from './history.ts';
import { runTraining, type Saveable } from './loop.ts';
import { jsonPart } from './state.ts';
import { runStage } from './testing.ts';

const settings = z.strictObject({ steps: z.int().default(10), divergeAt: z.int().default(-1), warmup: z.int().default(0) });

/** A training of one number, by a rule that remembers. */
const counter = defineStage({
  kind: 'counter',
  description: 'for tests',
  settings,
  inputs: {},
  outputs: { model: { kind: 'model', description: 'the number' } },
  async run(context) {
    let value = context.seed;
    const part: Saveable = jsonPart(() => value, (saved) => { value = saved; });
    const result = await runTraining(context, {
      totalSteps: context.settings.steps,
      warmup: context.settings.warmup,
      parts: { value: part },
      step: async (step) => {
        value = (value * 31 + step) % 1009;
        return { metrics: { loss: step === context.settings.divergeAt ? NaN : value }, tokens: 5 };
      },
      evaluation: { every: 4, run: async (step) => ({ metrics: { eval_loss: value / step } }) },
    });
    await writeFile(join(context.output('model'), 'value'), String(value));
    await writeHistory(context.output('model'), result.history);
    return result.metrics;
  },
});
const outcome = async (folder: string): Promise<string[]> =>
  Promise.all(['value', 'training.json'].map((name) => readFile(join(folder, name), 'utf8')));

test('a run resumed from any step ends as an undisturbed one, history included', async () => {
  const whole = await runStage(counter, { settings: {}, inputs: {} });
  for (let stop = 1; stop < 10; stop++) {
    const first = await runStage(counter, {
      settings: {},
      inputs: {},
      onProgress: ({ step }) => (step === stop ? 'shutdown' : undefined),
    });
    expect(first.error).toBe('shutdown');
    expect(first.checkpoints).toEqual([stop]);
    const second = await runStage(counter, { settings: {}, inputs: {}, folder: first.folder });
    expect(second.progress[0]?.step).toBe(stop + 1);
    expect(second.progress.at(-1)?.tokens).toBe(50);
    expect(await outcome(second.output('model'))).toEqual(await outcome(whole.output('model')));
  }
});

test('from a checkpoint that lacks a part, as one of another version may, a run begins anew', async () => {
  const whole = await runStage(counter, { settings: {}, inputs: {} });
  const { folder } = await runStage(counter, { settings: {}, inputs: {}, onProgress: ({ step }) => (step === 6 ? 'shutdown' : undefined) });
  await rename(join(folder, 'checkpoints', '6', 'value'), join(folder, 'checkpoints', '6', 'formerly'));
  const again = await runStage(counter, { settings: {}, inputs: {}, folder });
  expect(again.error).toBeUndefined();
  expect(again.progress[0]?.step).toBe(1);
  expect(await outcome(again.output('model'))).toEqual(await outcome(whole.output('model')));
});

test('checkpoints are saved when due, and not after the last step', async () => {
  const { checkpoints } = await runStage(counter, { settings: {}, inputs: {}, checkpointEvery: 5 });
  expect(checkpoints).toEqual([5]);
});

test('a lost lease is not answered with a checkpoint', async () => {
  const { error, checkpoints } = await runStage(counter, { settings: {}, inputs: {}, onProgress: () => 'lease-lost' });
  expect(error).toBe('lease-lost');
  expect(checkpoints).toEqual([]);
});

test('evaluation follows every so many steps and the last one', async () => {
  const { progress } = await runStage(counter, { settings: {}, inputs: {} });
  expect(progress.filter(({ metrics }) => metrics?.['eval_loss'] !== undefined).map(({ step }) => step)).toEqual([4, 8, 10]);
});

test('a loss that is not finite ends the run with MC_STAGE_DIVERGED', async () => {
  const { error, progress } = await runStage(counter, { settings: { divergeAt: 3 }, inputs: {} });
  expect(error).toMatchObject({ code: 'MC_STAGE_DIVERGED' });
  expect(progress).toHaveLength(3);
});

test('a warm-up that outlasts the training is warned of', async () => {
  expect((await runStage(counter, { settings: { warmup: 10 }, inputs: {} })).warnings).toEqual([]);
  const { warnings } = await runStage(counter, { settings: { warmup: 40 }, inputs: {} });
  expect(warnings).toEqual(['expected a warm-up of at most the 10 steps of this training, found 40: the learning rate gets to 25 % of what was asked for']);
});

test('nothing that depends on time is written to training.json', async () => {
  const { output, progress } = await runStage(counter, { settings: {}, inputs: {} });
  expect(progress[0]?.metrics?.['perf/tokens_per_second']).toBeGreaterThan(0);
  expect(await readFile(join(output('model'), 'training.json'), 'utf8')).not.toContain('perf/');
});
