import { expect, it } from 'vitest';
import { addressOfView, readView, type View } from './view.ts';

const read = (address: string): View => readView('mine', address.split('?')[1] ?? '');

it('an address tells how a run is looked at, and no more than it has to', () => {
  const view: View = { stage: 'ppo', tab: 'Figures', overlays: ['a', 'b'] };
  expect(addressOfView('mine', view)).toBe('#/runs/mine?stage=ppo&tab=figures&with=a,b');
  expect(read(addressOfView('mine', view))).toEqual(view);
  expect(addressOfView('mine', read('#/runs/mine'))).toBe('#/runs/mine');
});

it('what an address says that cannot be is left out', () => {
  expect(read('#/runs/mine?tab=nothing&with=,mine,a,a,b,c,d,e,f&other=1')).toEqual({ stage: '', tab: 'Curves', overlays: ['a', 'b', 'c', 'd', 'e'] });
  expect(read('#/runs/mine?with=%2e%2e%2Fx%&stage=a%26tab=log')).toEqual({ stage: 'a&tab=log', tab: 'Curves', overlays: ['../x%'] });
});
