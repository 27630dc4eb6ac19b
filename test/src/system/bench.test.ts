import { expect, test } from 'vitest';
import { readArguments } from '../../bench/options.ts';

test('a benchmark wants two steps or more, since the first is not counted', () => {
  expect(() => readArguments(['train', '--steps', '1'])).toThrow('--steps: expected a whole number of at least 2, found 1');
  expect(readArguments(['train', '--steps', '2', '--batch', '1']).options).toMatchObject({ steps: 2, batch: 1 });
});
