import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { headOf, isPreviewed } from './file-head.ts';

const plain = (text: string): File => new File([text], 'x.jsonl');
const gzipped = (text: string): File => new File([gzipSync(text)], 'x.jsonl.gz');
const long = `{"prompt":"${'a'.repeat(100_000)}"}\n`;

it.each([['plain', plain], ['gzip', gzipped]])('takes whole lines of a %s file', async (_, fileOf) => {
  // All of it, where that is not much, the last line too.
  expect(await headOf(fileOf('{"prompt":"a"}\n{"prompt":"b"}'))).toEqual({ head: '{"prompt":"a"}\n{"prompt":"b"}', isParquet: false, isCut: false });
  expect(await headOf(fileOf(`{"prompt":"a"}\n${long}`))).toEqual({ head: '{"prompt":"a"}\n', isParquet: false, isCut: false });
});

it.each([['plain', plain], ['gzip', gzipped]])('half a line of a %s file is not shown as a bad one', async (_, fileOf) => {
  const head = await headOf(fileOf(long));
  expect(head).toMatchObject({ isCut: true });
  expect((['jsonl', 'hh-rlhf', 'oasst', 'alpaca', 'text'] as const).map((format) => isPreviewed(format, head))).toEqual([false, false, false, true, true]);
});

it.each([['plain', plain], ['gzip', gzipped]])('a %s list that is one line is shown', async (_, fileOf) => {
  const head = await headOf(fileOf(JSON.stringify(Array.from({ length: 5000 }, () => ({ prompt: 'a', completion: 'b' })))));
  expect(head).toMatchObject({ isCut: true });
  expect(isPreviewed('jsonl', head)).toBe(true);
});
