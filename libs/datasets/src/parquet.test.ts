import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { writeParquet, type Row } from './parquet.ts';

const turn = { role: 'text', content: 'text' } as const;
const columns = { prompt: [turn], note: 'text', answers: [{ text: 'text', rank: 'integer', finished: 'boolean', flags: ['text'] }] } as const;

async function* of(rows: Iterable<Row>): AsyncGenerator<Row> {
  yield* rows;
}

async function written(rows: Iterable<Row>): Promise<{ file: ArrayBuffer; pieces: number[] }> {
  const pieces = await Array.fromAsync(writeParquet(of(rows), columns));
  const all = Buffer.concat(pieces);
  return { file: all.buffer.slice(all.byteOffset, all.byteOffset + all.length) as ArrayBuffer, pieces: pieces.map((piece) => piece.length) };
}

/** The rows of a file; hyparquet leaves lists that are null out. */
async function read(file: ArrayBuffer, part: { rowStart?: number } = {}): Promise<unknown> {
  return JSON.parse(JSON.stringify(await parquetReadObjects({ file, ...part }), (_, value: unknown) => value ?? null));
}

test('what is nested is lists of structs, as it was, with nulls, empty lists and texts of all kinds', async () => {
  const rows = [
    { prompt: [{ role: 'user', content: 'Hi é "q"\n' }, { role: 'assistant', content: '' }], note: '', answers: [{ text: 'a', rank: 0, finished: true, flags: [] }, { text: '水\u{1f30a}', rank: 1, finished: false, flags: ['opinion', ''] }] },
    { prompt: [], note: null, answers: null },
    { prompt: [{ role: 'user', content: 'Which?' }], note: 'n', answers: [{ text: 'b', rank: 7, finished: null, flags: null }, { text: null, rank: null, finished: null, flags: null }] },
  ];
  const { file } = await written(rows);
  expect(await read(file)).toEqual(rows);
  const [, prompt, ...inside] = parquetMetadata(file).schema;
  expect(prompt).toMatchObject({ name: 'prompt', converted_type: 'LIST', repetition_type: 'OPTIONAL' });
  expect(inside.slice(0, 4).map(({ name, repetition_type }) => [name, repetition_type])).toEqual([['list', 'REPEATED'], ['element', 'OPTIONAL'], ['role', 'OPTIONAL'], ['content', 'OPTIONAL']]);
});

test('a field that an object lacks is null, and one that is no column is left out', async () => {
  const { file } = await written([{ prompt: [{ role: 'user' }], more: 1 }]);
  expect(await read(file)).toEqual([{ prompt: [{ role: 'user', content: null }], note: null, answers: null }]);
});

test('no rows are a file of no rows', async () => {
  const { file } = await written([]);
  expect(await read(file)).toEqual([]);
  expect(parquetMetadata(file).schema).toHaveLength(1 + 5 + 1 + 9);
});

test('many rows are many row groups, each handed on before the next is read', async () => {
  let made = 0;
  function* many(): Generator<Row> {
    for (; made < 25_000; made += 1) yield { note: `${made} ${'word '.repeat(made % 100)}` };
  }
  const pieces: Uint8Array[] = [];
  let behind = 0;
  for await (const piece of writeParquet(of(many()), columns)) {
    pieces.push(piece);
    expect(made - behind).toBeLessThanOrEqual(10_000);
    behind = made;
  }
  const all = Buffer.concat(pieces);
  const file = all.buffer.slice(all.byteOffset, all.byteOffset + all.length) as ArrayBuffer;
  const groups = parquetMetadata(file).row_groups.map((group) => Number(group.num_rows));
  expect(groups.length).toBeGreaterThan(2);
  expect(groups.reduce((sum, rows) => sum + rows, 0)).toBe(25_000);
  expect(await read(file, { rowStart: 24_999 })).toEqual([{ prompt: null, note: `24999 ${'word '.repeat(99)}`, answers: null }]);
});
