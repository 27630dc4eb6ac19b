import { expect, it } from 'vitest';
import { valuesOf } from './values.ts';

it('gives settings by their paths', () => {
  expect(valuesOf({ seed: 1, kl: { type: 'fixed', beta: 0.1 }, stages: [1, 2], none: null, unset: undefined })).toEqual({ seed: '1', 'kl.type': 'fixed', 'kl.beta': '0.1', stages: '[1,2]', none: 'null' });
  expect(valuesOf(undefined)).toEqual({});
});
