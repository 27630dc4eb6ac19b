import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byPages, compareIds, mergeById, take } from './pages.ts';

const ids = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }), { maxLength: 30 }).map((list) => list.toSorted(compareIds));

/** A table in memory that is read as the database is. */
function table(sorted: readonly string[], source: number, limit: number) {
  return byPages((after, count) => Promise.resolve(sorted.filter((id) => after === '' || compareIds(id, after) > 0).slice(0, count).map((id) => ({ id, source }))), limit);
}

test('property: pages give every row once, in order, whatever their size', async () => {
  await fc.assert(
    fc.asyncProperty(ids, fc.integer({ min: 1, max: 7 }), async (sorted, limit) => {
      expect((await Array.fromAsync(table(sorted, 0, limit))).map((row) => row.id)).toEqual(sorted);
    }),
    { seed: 1 },
  );
});

test('what else has come in gets its turn between two pages', async () => {
  const order: string[] = [];
  setImmediate(() => order.push('else'));
  for await (const { id } of table(['a', 'b', 'c'], 0, 1)) order.push(id);
  expect(order.indexOf('else')).toBeLessThan(order.indexOf('c'));
});

test('property: a merge gives every id once, in order, from the first source that has it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(ids, { maxLength: 4 }), async (sources) => {
      const merged = await Array.fromAsync(mergeById(sources.map((sorted, source) => table(sorted, source, 3))));
      const expected = [...new Set(sources.flat())].toSorted(compareIds).map((id) => ({ id, source: sources.findIndex((sorted) => sorted.includes(id)) }));
      expect(merged).toEqual(expected);
    }),
    { seed: 2 },
  );
});

test('of several with one id one that is preferred stays, wherever it is', async () => {
  const sources = [0, 1, 2].map((source) => table(['a', 'b'], source, 3));
  expect(await Array.fromAsync(mergeById(sources, ({ source }) => source > 0))).toEqual([{ id: 'a', source: 1 }, { id: 'b', source: 1 }]);
});

test('take asks for no more than it gives', async () => {
  let asked = 0;
  async function* numbers() {
    for (;;) yield (asked += 1);
  }
  expect(await Array.fromAsync(take(numbers(), 3))).toEqual([1, 2, 3]);
  expect(await Array.fromAsync(take(numbers(), 0))).toEqual([]);
  expect(asked).toBe(3);
});
