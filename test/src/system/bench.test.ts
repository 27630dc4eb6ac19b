import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readArguments } from '../../bench/options.ts';

test('a benchmark wants two steps or more, since the first is not counted', () => {
  expect(() => readArguments(['train', '--steps', '1'])).toThrow('--steps: expected a whole number of at least 2, found 1');
  expect(readArguments(['train', '--steps', '2', '--batch', '1']).options).toMatchObject({ steps: 2, batch: 1 });
});

test('a Llama has sizes of its own, where they are measured', () => {
  const llama = ['--architecture', 'llama', '--heads', '9', '--width', '576'];
  expect(readArguments(['train', ...llama]).options).toMatchObject({ architecture: 'llama', 'kv-heads': 9, inner: 1536 });
  expect(readArguments(['generate', ...llama, '--kv-heads', '3', '--inner', '1000']).options).toMatchObject({ 'kv-heads': 3, inner: 1000 });
  expect(readArguments(['train', '--width', '64']).options).toMatchObject({ architecture: 'gpt2', 'kv-heads': 4, inner: 256 });
  expect(() => readArguments(['ppo', ...llama])).toThrow('--architecture llama: expected train or generate, found ppo');
  expect(() => readArguments(['train', '--architecture', 'rwkv'])).toThrow('--architecture: expected gpt2 or llama, found rwkv');
  expect(() => readArguments(['train', '--kv-heads', '2'])).toThrow('--kv-heads: expected --architecture llama');
});

test.each(['train', 'generate', 'ppo', 'train --architecture llama --kv-heads 1', 'generate --architecture llama --inner 24'])('bench %s tells what its steps take', async (what) => {
  const main = new URL('../../bench/main.ts', import.meta.url).pathname;
  // More tokens than the tokenizer of the bench has.
  const sizes = ['--layers', '1', '--heads', '2', '--width', '16', '--context', '16', '--vocab', '2000', '--batch', '4', '--prompt', '4', '--new', '4', '--minibatch', '4', '--steps', '2'];
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...what.split(' '), ...sizes, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ seconds: expect.any(Number) as number, tokens_per_second: expect.any(Number) as number });
}, 60_000);
