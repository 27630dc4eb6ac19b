import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { headOf, isPreviewed } from './file-head.ts';

const plain = (text: string): File => new File([text], 'x.jsonl');
const gzipped = (text: string): File => new File([gzipSync(text)], 'x.jsonl.gz');
const packed = (text: string): File => new File([zstdCompressSync(text)], 'x.jsonl.zst');
const wide = (text: string): File => new File([Buffer.from(`\uFEFF${text}`, 'utf16le')], 'x.jsonl');
const kinds = [['plain', plain], ['gzip', gzipped], ['Zstandard', packed], ['UTF-16', wide]] as const;
const long = `{"prompt":"${'a'.repeat(100_000)}"}\n`;

it.each(kinds)('takes whole lines of a %s file', async (_, fileOf) => {
  // All of it, where that is not much, the last line too.
  expect(await headOf(fileOf('{"prompt":"a"}\n{"prompt":"b"}'))).toEqual({ head: '{"prompt":"a"}\n{"prompt":"b"}', isParquet: false, isCut: false });
  expect(await headOf(fileOf(`{"prompt":"a"}\n${long}`))).toEqual({ head: '{"prompt":"a"}\n', isParquet: false, isCut: false });
});

it.each(kinds)('half a line of a %s file is not shown as a bad one', async (_, fileOf) => {
  const head = await headOf(fileOf(long));
  expect(head).toMatchObject({ isCut: true });
  expect((['jsonl', 'hh-rlhf', 'oasst', 'alpaca', 'text'] as const).map((format) => isPreviewed(format, head))).toEqual([false, false, false, true, true]);
});

it.each(kinds)('a %s list that is one line is shown', async (_, fileOf) => {
  const head = await headOf(fileOf(JSON.stringify(Array.from({ length: 5000 }, () => ({ prompt: 'a', completion: 'b' })))));
  expect(head).toMatchObject({ isCut: true });
  expect(isPreviewed('jsonl', head)).toBe(true);
});
