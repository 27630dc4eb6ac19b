import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadRecords, readDatasetInfo, readRecords, writeDataset } from './files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-datasets-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('property: what is written is read back, whatever characters it holds', async () => {
  const record = fc.record({ text: fc.string({ unit: fc.oneof(fc.constantFrom('\n', '\r', '\u2028', '\u2029', '"', '\0'), fc.string({ unit: 'grapheme', maxLength: 1 })) }) });
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 10 }), async (train) => {
      await writeDataset(folder, 'text', { train });
      expect(await loadRecords(folder, 'text', 'train')).toEqual(train);
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('counts and description are told, a split that was not written is empty, the same records give the same bytes', async () => {
  const prompt = { id: '1', messages: [{ role: 'user' as const, content: 'Hi' }] };
  async function* slowly() {
    yield prompt;
    yield await Promise.resolve({ ...prompt, id: '2' });
  }
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  const info = await writeDataset(one, 'prompts', { train: slowly(), validation: [] }, 'a test', { noise_ceiling: 0.9 });
  await writeDataset(two, 'prompts', { train: slowly(), validation: [] }, 'a test', { noise_ceiling: 0.9 });
  expect(info).toEqual({ type: 'prompts', counts: { train: 2, validation: 0 }, description: 'a test', metrics: { noise_ceiling: 0.9 } });
  expect(await readDatasetInfo(one, 'prompts')).toEqual(info);
  expect(await loadRecords(one, 'prompts', 'test')).toEqual([]);
  expect((await readdir(one)).toSorted()).toEqual(['dataset.json', 'train.jsonl', 'validation.jsonl']);
  for (const file of await readdir(one)) expect(await readFile(join(one, file))).toEqual(await readFile(join(two, file)));
});

test('a record longer than the reader’s chunks is read whole', async () => {
  const train = [{ text: 'é'.repeat(300_000) }, { text: 'short' }];
  await writeDataset(folder, 'text', { train });
  expect(await loadRecords(folder, 'text', 'train')).toEqual(train);
});

test('what is no dataset, of another type or broken is told with its place', async () => {
  const broken = join(folder, 'broken');
  await mkdir(broken);
  await expect(readDatasetInfo(broken)).rejects.toMatchObject({ code: 'MC_DATA_INVALID', message: expect.stringMatching(/dataset\.json/) as string });
  await writeFile(join(broken, 'dataset.json'), '{"type":');
  await expect(readDatasetInfo(broken)).rejects.toMatchObject({ code: 'MC_DATA_INVALID' });
  await writeFile(join(broken, 'dataset.json'), '{"type":"text","counts":{}}');
  await expect(readDatasetInfo(broken, 'prompts')).rejects.toMatchObject({ code: 'MC_DATA_INVALID', message: expect.stringMatching(/expected a dataset of prompts, found one of text/) as string });
  await writeFile(join(broken, 'train.jsonl'), '{"text":"a"}\n\n{"text":1}\n');
  await expect(loadRecords(broken, 'text', 'train')).rejects.toMatchObject({ message: expect.stringMatching(/train\.jsonl:3: text: /) as string });
  await writeFile(join(broken, 'train.jsonl'), '{"text":"a"}\nnot json\n');
  await expect(loadRecords(broken, 'text', 'train')).rejects.toMatchObject({ message: expect.stringMatching(/train\.jsonl:2: expected a JSON object/) as string });
});

test('a failing source or a folder that cannot be written leaves no dataset.json', async () => {
  async function* failing() {
    yield { text: 'a' };
    await Promise.reject(new Error('no more'));
  }
  const half = join(folder, 'half');
  await expect(writeDataset(half, 'text', { train: failing() })).rejects.toThrow('no more');
  expect(await readdir(half)).not.toContain('dataset.json');
  const taken = join(folder, 'taken');
  await mkdir(join(taken, 'train.jsonl'), { recursive: true });
  await expect(writeDataset(taken, 'text', { train: [{ text: 'a' }] })).rejects.toMatchObject({ code: 'EISDIR' });
});

test('leaving a reader early closes its file', async () => {
  await writeDataset(folder, 'text', { train: Array.from({ length: 10_000 }, (_, i) => ({ text: `line ${i}` })) });
  for await (const record of readRecords(folder, 'text', 'train')) {
    expect(record.text).toBe('line 0');
    break;
  }
  await rm(join(folder, 'train.jsonl'));
});
