import { expect, it } from 'vitest';
import { formatNumber, formatTick } from './format.ts';

it.each([
  [[2.344, 2.345, 2.346], 0.001, ['2.344', '2.345', '2.346']],
  [[0, 0.25, 0.5], 0.25, ['0', '0.25', '0.50']],
  [[-2, 0, 2], 2, ['-2', '0', '2']],
  [[12_000, 12_500], 500, ['12,000', '12,500']],
  [[0, 2.5e-6, 5e-6], 2.5e-6, ['0', '2.5e-6', '5e-6']],
  [[2e9, 2.5e9], 5e8, ['2e+9', '2.5e+9']],
])('ticks %j that are %d apart read differently', (ticks, apart, texts) => {
  expect(ticks.map((tick) => formatTick(tick, apart))).toEqual(texts);
});

it('numbers that stand beside each other are told apart where that is asked for', () => {
  expect([2.34561, 2.34612].map((value) => formatNumber(value))).toEqual(['2.35', '2.35']);
  expect([2.34561, 2.34612, 3e-4, 12].map((value) => formatNumber(value, 5))).toEqual(['2.3456', '2.3461', '0.0003', '12']);
});
