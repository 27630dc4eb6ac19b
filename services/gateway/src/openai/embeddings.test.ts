import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { embeddingJson, embeddingResponse } from './embeddings.ts';

const model = { id: 'mine', kind: 'sft', artifact: { kind: 'model', digest: '', size: 0, scope: '' } };

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
  const pieces = await Array.fromAsync(embeddingJson({ model: 'mine', input: 'x', encoding_format }, model, vectors, 7));
  written = true;
  await others;
  expect(pieces.length).toBeGreaterThan(10);
  expect(turns).toBeGreaterThanOrEqual(pieces.length - 1);
  const answer = embeddingResponse.parse(JSON.parse(pieces.join('')));
  expect([answer.model, answer.data.length, answer.usage.total_tokens]).toEqual(['mine', 500, 7]);
  const [last] = answer.data.slice(-1).map(({ embedding }) => (typeof embedding === 'string' ? Array.from(new Float32Array(new Uint8Array(Buffer.from(embedding, 'base64')).buffer)) : embedding));
  expect(last).toEqual(vectors.at(-1));
});
