import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLines } from './lines.ts';

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const size of sizes) {
    yield bytes.subarray(from, from + size);
    from += size;
  }
  yield bytes.subarray(from);
}

test('property: lines are the same however the bytes are cut into chunks', async () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\n\r]/.test(text));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 20 }), fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 20 }), fc.boolean(), async (lines, sizes, closed) => {
      const bytes = Buffer.from(lines.join('\n') + (closed && lines.length > 0 ? '\n' : ''));
      const expected = bytes.length === 0 ? [] : bytes.toString().replace(/\n$/, '').split('\n');
      const read = await Array.fromAsync(readLines(cut(bytes, sizes)));
      expect(read).toEqual(expected.map((text, i) => ({ line: i + 1, text })));
    }),
    { seed: 1 },
  );
});

test('a line that is too long is told and passed over, wherever the chunks end', async () => {
  const bytes = Buffer.from(`ok\n${'x'.repeat(50)}\nfine\n${'y'.repeat(11)}`);
  for (const sizes of [[], [10, 10, 10], [1, 2, 3, 49, 1]]) {
    const read = await Array.fromAsync(readLines(cut(bytes, sizes), 10));
    expect(read.map((line) => ('bad' in line ? `bad ${line.line}` : line.text))).toEqual(['ok', 'bad 2', 'fine', 'bad 4']);
  }
});
