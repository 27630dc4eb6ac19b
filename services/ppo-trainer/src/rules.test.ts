import { describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { guard, type GuardState } from './guard.ts';
import { promptSchedule, type Prompt } from './prompts.ts';
import { episodeRewards, normalisationOf } from './reward.ts';
import { dpoSettings } from './dpo-settings.ts';
import { rlooSettings } from './rloo-settings.ts';
import { guardSettings, ppoSettings } from './settings.ts';
import type { PolicyUpdate } from './policy-update.ts';
import { checkFirstRatio } from './update-metrics.ts';

const episode = (finished: boolean): { finished: boolean } => ({ finished });

describe('rewards', () => {
  it('EOS trick: an answer that did not end gets the fixed reward, whatever its score', () => {
    const episodes = [episode(true), episode(false)];
    expect(episodeRewards([3, 100], episodes, -1)).toEqual([3, -1]);
    expect(episodeRewards([3, 5], episodes, null)).toEqual([3, 5]);
  });

  it('is normalised on answers that ended, or on all where hardly one did', () => {
    const finished = Array.from({ length: 16 }, (_, row) => 1 + 2 * (row % 2));
    const episodes = [...finished.map(() => episode(true)), episode(false)];
    expect(normalisationOf([...finished, 1000], episodes)).toEqual({ mean: 2, sd: 1 });
    expect(normalisationOf([1, 1.0001, 3], [episode(true), episode(true), episode(false)]).sd).toBeCloseTo(0.94, 2);
  });
});

describe('prompt schedule', () => {
  const prompts = Array.from({ length: 10 }, (_, index): Prompt => ({ tokens: [index], asked: { messages: [{ role: 'user', content: String(index) }] } }));
  const textOf = ({ asked }: Prompt): string => asked.messages[0]?.content ?? '';
  const texts = (schedule: ReturnType<typeof promptSchedule>, iteration: number): string[] => schedule.at(iteration).map(textOf);

  it('takes every prompt once per epoch, and depends on seed and iteration only', () => {
    const schedule = promptSchedule(prompts, 5, 1);
    const epoch = [...texts(schedule, 0), ...texts(schedule, 1)];
    expect([...epoch].sort()).toEqual(prompts.map(textOf).sort());
    expect(texts(promptSchedule(prompts, 5, 1), 3)).toEqual(texts(schedule, 3));
    expect([...texts(schedule, 2), ...texts(schedule, 3)]).not.toEqual(epoch);
    expect(() => promptSchedule([], 5, 1)).toThrow('prompts');
  });
});

describe('guard', () => {
  const settings = guardSettings.parse({ patience: 3, maxKl: 10 });
  const good = { 'objective/kl': 5, 'policy/entropy_avg': 1, 'val/explained_variance': 0.5, 'response/truncated_rate': 0 };

  it('speaks once a bound has been broken for `patience` iterations in a row', () => {
    const state: GuardState = {};
    const said = [12, 12, 5, 12, 12, 12, 12].map((kl) => guard(state, settings, { ...good, 'objective/kl': kl }).length);
    expect(said).toEqual([0, 0, 0, 0, 0, 1, 0]);
  });

  it.each([
    ['negative KL', { 'objective/kl': -2 }],
    ['entropy collapse', { 'policy/entropy_avg': 0.001 }],
    ['a value network worse than none', { 'val/explained_variance': -3 }],
    ['answers that stop ending', { 'response/truncated_rate': 0.8 }],
  ])('knows %s', (_, bad) => {
    const state: GuardState = {};
    const said = [1, 2, 3].flatMap(() => guard(state, settings, { ...good, ...bad }));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(Object.keys(bad)[0]);
  });
});

describe('first ratio', () => {
  it('warns when sampling and training disagree', () => {
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    const update = (ratioError: number): PolicyUpdate[] => [{ ratioError } as PolicyUpdate];
    checkFirstRatio(log, update(1e-5));
    expect(lines).toHaveLength(0);
    checkFirstRatio(log, update(0.02));
    expect(lines.join()).toContain('expected the first PPO ratio to be 1');
  });
});

describe('settings', () => {
  it('are the paper’s by default, and a typo is refused', () => {
    expect(ppoSettings.parse({})).toMatchObject({ clip: 0.2, valueClip: 0.2, valueCoefficient: 0.1, lambda: 0.95, gamma: 1, batchSize: 512, kl: { type: 'fixed', beta: 0.02 } });
    expect(ppoSettings.parse({ ptx: {}, kl: { type: 'adaptive' } })).toMatchObject({
      ptx: { coefficient: 27.8, examplesPerEpisode: 8 },
      kl: { target: 6, horizon: 10_000 },
    });
    expect(ppoSettings.parse({ kl: { beta: 0.1 } }).kl).toEqual({ type: 'fixed', beta: 0.1 });
    for (const schema of [ppoSettings, rlooSettings, dpoSettings]) expect(schema.safeParse({ learnigRate: 1 }).success).toBe(false);
  });
});
