import { expect, it } from 'vitest';
import { StageStatus } from './generated/types.ts';
import { findModel, findRun, nameModels } from './models.ts';
import { exampleRun as run, exampleStage as stage } from './runs.testing.ts';

const runs = [
  run('old-1', 1, [stage('pretrain', 'pretrain', 'model'), stage('sft', 'sft', 'model'), stage('reward', 'reward', 'reward-model'), stage('ppo', 'ppo', 'model'), stage('again', 'sft', 'model')]),
  run('new-2', 2, [stage('pretrain', 'pretrain', 'model'), stage('sft', 'sft', 'model', StageStatus.STAGE_STATUS_RUNNING)]),
  run('empty-3', 3, [stage('data', 'data', 'dataset')]),
];

it('takes the furthest model of a run, and latest from the newest run that has one', () => {
  expect(findModel(runs, 'old-1', 'text')).toMatchObject({ id: 'old-1', kind: 'ppo', stage: 'ppo' });
  expect(findModel(runs, 'old', 'text')).toMatchObject({ run: 'old-1' });
  expect(findModel(runs, 'old-1/sft', 'text')).toMatchObject({ stage: 'sft', id: 'old-1/sft' });
  expect(findModel(runs, 'latest', 'text')).toMatchObject({ run: 'new-2', stage: 'pretrain', id: 'latest' });
  expect(findModel(runs, 'latest/ppo', 'text')).toMatchObject({ run: 'old-1' });
  expect(findModel(runs, 'latest', 'reward')).toMatchObject({ run: 'old-1', stage: 'reward' });
});

it('takes by a name the newest run that has such a model: one that has just begun hides none', () => {
  const named = [...runs, { ...run('old-4', 4, [stage('pretrain', 'pretrain', 'model'), stage('sft', 'sft', 'model', StageStatus.STAGE_STATUS_FAILED)]), name: 'old' }, { ...run('old-5', 5, []), name: 'old' }];
  expect(findModel(named, 'old/sft', 'text')).toMatchObject({ run: 'old-1', id: 'old/sft' });
  expect(findModel(named, 'old', 'text')).toMatchObject({ run: 'old-4', stage: 'pretrain' });
  expect(findModel(named, 'old-5', 'text')).toBeUndefined();
});

it('takes a run by its id, by its name, and as the newest', () => {
  const named = [...runs, { ...run('old-4', 4, []), name: 'old' }];
  expect(['old-1', 'old', 'latest', 'old-5', ''].map((name) => findRun(named, name)?.runId)).toEqual(['old-1', 'old-4', 'old-4', undefined, undefined]);
});

it.each(['nothing', 'new-2/sft', 'old-1/sft/x', 'old-1/reward', 'empty-3', '', '/', '__proto__', 'old-1/constructor'])('does not find %s', (name) => {
  expect(findModel(runs, name, 'text')).toBeUndefined();
});

it('names every model once by each name', () => {
  expect(nameModels(runs).map(({ id }) => id)).toEqual(['latest', 'new-2', 'new-2/pretrain', 'old-1', 'old-1/pretrain', 'old-1/sft', 'old-1/ppo', 'old-1/again', 'old-1/reward']);
});
