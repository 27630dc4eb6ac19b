import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDataset } from './files.ts';
import { writeTables } from './trl.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-tables-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;
const rowsOf = async (path: string): Promise<unknown> => parquetReadObjects({ file: await asyncBufferFromFile(join(folder, path)) });
const asked = [{ role: 'user' as const, content: 'Which?' }];
const said = (content: string) => [{ role: 'assistant', content }];

test('a dataset of demonstrations is a table of each split that it has, in names that TRL knows', async () => {
  const record = { id: 'a', messages: asked, completion: 'This.' };
  await writeDataset(join(folder, 'own'), 'demonstrations', { train: [{ ...record, useCase: 'chat' }], validation: [record], test: [] });
  expect(await writeTables(join(folder, 'own'), join(folder, 'sft'), signal)).toEqual([join(folder, 'sft')]);
  expect(await readdir(join(folder, 'sft'))).toEqual(['train.parquet', 'validation.parquet']);
  expect(await rowsOf('sft/train.parquet')).toEqual([{ id: 'a', prompt: asked, use_case: 'chat', reference: null, completion: said('This.') }]);
});

test('comparisons are written as pairs, too, but for ties', async () => {
  const answers = [{ text: 'b', finished: true, rank: 1 }, { text: 'a', finished: true, rank: 0, rating: 7 }, { text: 'c', finished: false, rank: 1 }];
  await writeDataset(join(folder, 'ranked'), 'comparisons', { train: [{ id: 'r', messages: asked, labeler: 'ann', answers }] });
  expect(await writeTables(join(folder, 'ranked'), join(folder, 'comparisons'), signal)).toEqual([join(folder, 'comparisons'), join(folder, 'comparisons-preferences')]);
  expect(await rowsOf('comparisons/train.parquet')).toEqual([{ id: 'r', prompt: asked, use_case: null, reference: null, labeler: 'ann', answers: answers.map((answer) => ({ rating: null, ...answer })) }]);
  const about = { id: 'r', prompt: asked, use_case: null, reference: null, labeler: 'ann' };
  expect(await rowsOf('comparisons-preferences/train.parquet')).toEqual([{ ...about, chosen: said('a'), rejected: said('b') }, { ...about, chosen: said('a'), rejected: said('c') }]);
});

test('texts, prompts and sampled answers, as they are', async () => {
  await writeDataset(join(folder, 'raw'), 'text', { train: [{ text: 'Once.' }] });
  await writeDataset(join(folder, 'asked'), 'prompts', { train: [{ id: 'p', messages: asked, reference: 'this' }] });
  await writeDataset(join(folder, 'sampled'), 'answers', { train: [{ id: 'p', messages: asked, model: 'm', answers: [{ text: 'a', finished: false }] }] });
  for (const name of ['raw', 'asked', 'sampled']) await writeTables(join(folder, name), join(folder, 'out', name), signal);
  expect(await rowsOf('out/raw/train.parquet')).toEqual([{ text: 'Once.' }]);
  expect(await rowsOf('out/asked/train.parquet')).toEqual([{ id: 'p', prompt: asked, use_case: null, reference: 'this' }]);
  expect(await rowsOf('out/sampled/train.parquet')).toEqual([{ id: 'p', prompt: asked, use_case: null, reference: null, answers: [{ text: 'a', finished: false }], model: 'm' }]);
});
