import { StageStatus } from '@minchat/contracts';
import { exampleRun as run, exampleStage as stage } from '@minchat/contracts/testing';
import { describe, expect, it } from 'vitest';
import { ModelDirectory } from './models.ts';

const runs = [
  run('old-1', 1, [stage('sft', 'sft', 'model'), stage('reward', 'reward', 'reward-model')]),
  run('new-2', 2, [stage('pretrain', 'pretrain', 'model'), stage('sft', 'sft', 'model', StageStatus.STAGE_STATUS_RUNNING)]),
];

describe('ModelDirectory', () => {
  const directory = new ModelDirectory(() => Promise.resolve(runs));

  it('finds models by their names', async () => {
    expect(await directory.resolve('latest', 'text')).toMatchObject({ run: 'new-2', stage: 'pretrain', id: 'latest' });
    expect((await directory.list()).map(({ id }) => id)).toEqual(['latest', 'new-2', 'new-2/pretrain', 'old-1', 'old-1/sft', 'old-1/reward']);
  });

  it.each(['nothing', 'new-2/sft', 'old-1/sft/x', '', '/', '__proto__', 'old-1/constructor'])('does not find %s', async (name) => {
    await expect(directory.resolve(name, 'text')).rejects.toMatchObject({ body: { status: 404, error: { code: 'model_not_found' } } });
  });

  it('says what a model is for', async () => {
    await expect(directory.resolve('old-1/reward', 'text')).rejects.toMatchObject({ body: { status: 400, error: { code: 'model_not_supported' } } });
    await expect(directory.resolve('latest/reward', 'text')).rejects.toMatchObject({ body: { status: 400, error: { code: 'model_not_supported' } } });
    await expect(directory.resolve('old-1/sft', 'reward')).rejects.toMatchObject({ body: { status: 400 } });
  });

  it('describes a model whatever it is for, by any of its names', async () => {
    expect(await directory.describe('old/reward')).toMatchObject({ run: 'old-1', stage: 'reward', purpose: 'reward', id: 'old/reward' });
    expect(await directory.describe('latest/reward')).toMatchObject({ run: 'old-1', purpose: 'reward' });
    expect(await directory.describe('old')).toMatchObject({ stage: 'sft', purpose: 'text' });
    await expect(directory.describe('old/data')).rejects.toMatchObject({ body: { status: 404 } });
  });

  it('keeps the list for a moment, but no failure', async () => {
    let calls = 0;
    const flaky = new ModelDirectory(() => ((calls += 1) === 1 ? Promise.reject(new Error('away')) : Promise.resolve(runs)), 60_000);
    await expect(flaky.list()).rejects.toThrow('away');
    await flaky.list();
    await flaky.list();
    expect(calls).toBe(2);
  });

  it('still knows what there was while nobody tells', async () => {
    let answer = (): Promise<typeof runs> => Promise.resolve(runs);
    const directory = new ModelDirectory(() => answer(), -1);
    await directory.list();
    answer = () => Promise.reject(new Error('away'));
    expect(await directory.resolve('old-1/sft', 'text')).toMatchObject({ run: 'old-1' });
    answer = () => Promise.resolve([]);
    await expect(directory.resolve('old-1/sft', 'text')).rejects.toMatchObject({ body: { status: 404 } });
  });
});
