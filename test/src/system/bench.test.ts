import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readArguments } from '../../bench/options.ts';

test('a benchmark wants two steps or more, since the first is not counted', () => {
  expect(() => readArguments(['train', '--steps', '1'])).toThrow('--steps: expected a whole number of at least 2, found 1');
  expect(readArguments(['train', '--steps', '2', '--batch', '1']).options).toMatchObject({ steps: 2, batch: 1 });
});

test.each(['train', 'generate', 'ppo'])('bench %s tells what its steps take', async (what) => {
  const main = new URL('../../bench/main.ts', import.meta.url).pathname;
  // More tokens than the tokenizer of the bench has.
  const sizes = ['--layers', '1', '--heads', '2', '--width', '16', '--context', '16', '--vocab', '2000', '--batch', '4', '--prompt', '4', '--new', '4', '--minibatch', '4', '--steps', '2'];
  const { stdout } = await promisify(execFile)(process.execPath, [main, what, ...sizes, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ seconds: expect.any(Number) as number, tokens_per_second: expect.any(Number) as number });
}, 60_000);
