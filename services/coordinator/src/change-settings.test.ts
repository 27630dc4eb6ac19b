import { expect, it } from 'vitest';
import { changeSettings } from './change-settings.ts';

it('puts changes over settings key by key, or in their place', () => {
  const stages = [{ name: 'sft', settings: { epochs: 1 } }, { name: 'ppo', settings: { kl: { type: 'fixed', beta: 1 }, a: [1] } }];
  const changes = { ppo: { kl: { beta: 2 }, a: [2] } };
  expect(changeSettings(stages, changes)).toEqual([stages[0], { name: 'ppo', settings: { kl: { type: 'fixed', beta: 2 }, a: [2] } }]);
  expect(changeSettings(stages, changes, true)).toEqual([stages[0], { name: 'ppo', settings: changes.ppo }]);
});
