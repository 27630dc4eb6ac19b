import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { embeddingItems, embeddingResponse } from './embeddings.ts';
import { JoinedLists, listPieces } from './json-pieces.ts';

it.each(['float', 'base64'] as const)('a large answer is written in pieces, and others get their turn between them (%s)', async (encoding_format) => {
  const vectors = Array.from({ length: 500 }, (_, row) => Array.from({ length: 768 }, (_, column) => (row - column) / 1024));
  let turns = 0;
  let written = false;
  const others = (async () => {
    while (!written) {
      await setImmediate();
      turns += 1;
    }
  })();
  const head = { object: 'list', model: 'mine', usage: { prompt_tokens: 7, total_tokens: 7 } };
  const pieces = await Array.fromAsync(listPieces(head, 'data', embeddingItems({ model: 'mine', input: 'x', encoding_format }, vectors)));
  written = true;
  await others;
  expect(pieces.length).toBeGreaterThan(10);
  expect(turns).toBeGreaterThanOrEqual(pieces.length - 1);
  const answer = embeddingResponse.parse(JSON.parse(pieces.join('')));
  expect([answer.model, answer.data.length, answer.usage.total_tokens]).toEqual(['mine', 500, 7]);
  const [last] = answer.data.slice(-1).map(({ embedding }) => (typeof embedding === 'string' ? Array.from(new Float32Array(new Uint8Array(Buffer.from(embedding, 'base64')).buffer)) : embedding));
  expect(last).toEqual(vectors.at(-1));
});

it('lists that come bit by bit are what they would be at once', () => {
  const lists = new JoinedLists();
  for (const part of [{ a: [], b: null }, { a: [1, 'x,]'], b: null }, { a: [], b: null }, { a: [{ c: null }], b: null }]) lists.add(part);
  expect(JSON.parse(lists.json)).toEqual({ a: [1, 'x,]', { c: null }], b: null });
});
