import { expect, it } from 'vitest';
import { discriminator, problemsOf, settingsProblems, stageSettings, variantOf } from './stage-settings.ts';

it('tells variants apart', () => {
  const kl = stageSettings['ppo']?.properties?.['kl'] ?? {};
  expect(discriminator(kl.oneOf ?? [])).toBe('type');
  expect(Object.keys(variantOf(kl, { type: 'adaptive' }).properties ?? {})).toContain('horizon');
  expect(problemsOf(kl, { type: 'fixed', horizon: 5 })).toMatchObject([{ path: ['horizon'] }]);
  expect(problemsOf(kl, { type: 'other' })).toMatchObject([{ path: ['type'], message: 'expected fixed or adaptive, found "other"' }]);
  // As `--set ppo.kl.beta=0.1` gives it.
  expect(problemsOf(kl, { beta: 0.1 })).toEqual([]);
  expect(problemsOf(kl, { target: 6 })).toMatchObject([{ path: ['target'] }]);
  expect(problemsOf(stageSettings['data'] ?? {}, {})).toMatchObject([{ path: ['source'] }]);
});

it('says what was expected and found, and which name was meant', () => {
  const { sft = {} } = stageSettings;
  expect(problemsOf(sft, { epochs: 0, epohcs: 1 })).toEqual([
    { path: ['epohcs'], message: 'unknown setting "epohcs"; did you mean "epochs"?' },
    { path: ['epochs'], message: 'expected a whole number at least 1, found 0' },
  ]);
  // What every object inherits is no setting.
  expect(problemsOf(sft, { constructor: 1 })).toMatchObject([{ path: ['constructor'] }]);
});

it('has answers as long in sampling, training and evaluation, unless told', () => {
  const defaults = ['sample', 'ppo', 'evaluate'].map((kind) => stageSettings[kind]?.properties?.['maxNewTokens']?.default);
  expect(defaults).toEqual([64, 64, 64]);
});

it('knows the settings of all implementations of ours, whoever asked for them', async () => {
  const stage = { name: 'second', kind: 'ppo', settings: { betta: 1 } } as const;
  const running = (plugin?: string) => ({ of: async () => plugin });
  const wrong = [{ stage: 'second', path: ['betta'], message: 'second.betta: unknown setting "betta"; did you mean "beta"?' }];
  expect(await settingsProblems([{ ...stage, plugin: '@minchat/ppo-trainer/dpo' }], running())).toEqual(wrong);
  expect(await settingsProblems([stage], running('@minchat/ppo-trainer/dpo'))).toEqual(wrong);
  const fits = { rloo: { groupSize: 2 }, dpo: { beta: 0.2 }, 'best-of-n': { n: 4 } };
  for (const [name, settings] of Object.entries(fits)) expect(await settingsProblems([{ ...stage, plugin: `@minchat/ppo-trainer/${name}`, settings }], running())).toEqual([]);
});

it('leaves the settings of others’ implementations alone, whoever asked for them', async () => {
  const stage = { name: 'second', kind: 'sft', settings: { mine: 1 } } as const;
  const running = (plugin?: string) => ({ of: async () => plugin });
  const wrong = [{ stage: 'second', path: ['mine'], message: expect.stringMatching(/^second\.mine: unknown setting "mine"/) as string }];
  expect(await settingsProblems([stage], running())).toEqual(wrong);
  expect(await settingsProblems([stage], running('@minchat/sft-trainer'))).toEqual(wrong);
  expect(await settingsProblems([{ ...stage, plugin: '@minchat/sft-trainer' }], running('./mine.ts'))).toEqual(wrong);
  expect(await settingsProblems([stage], running('./mine.ts'))).toEqual([]);
  expect(await settingsProblems([{ ...stage, plugin: '@minchat/sft-trainer/other' }], running())).toEqual([]);
});
