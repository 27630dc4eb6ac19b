import * as tf from '@tensorflow/tfjs-core';
import { create, GenerateRequest } from '@minchat/contracts';
import { disposeModel, initModel, leftPad, llamaConfig, logits, Random, startBackend } from '@minchat/model';
import { trainTokenizer } from '@minchat/tokenizer';
import { expect, test } from 'vitest';
import { echoPrompt } from './prompt.ts';

test('log-probabilities of a long prompt take memory for a part of its logits at a time', async () => {
  await startBackend('wasm');
  const V = 50_000;
  const model = initModel(llamaConfig({ vocab_size: V, hidden_size: 8, intermediate_size: 16, num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 2048, tie_word_embeddings: false, initializer_range: 0.5 }), new Random(1));
  const tokenizer = trainTokenizer(['the cat'], { vocabSize: 261 });
  const ids = Array.from({ length: 800 }, (_, i) => 65 + (i % 26));
  const request = create(GenerateRequest, { requestId: 'r', model: { kind: 'model', digest: `sha256:${'0'.repeat(64)}` }, text: 'x', echo: true, wantLogprobs: true, topLogprobs: 2, maxTokens: 0, n: 1, topP: 1 });
  const before = tf.memory();
  let pieces: Awaited<ReturnType<typeof echoPrompt>> = [];
  const { peakBytes } = await tf.profile(async () => {
    pieces = await echoPrompt(request, { ids, added: 0, maxTokens: 0 }, model, tokenizer);
    return [];
  });
  // All of them at once are 160 MB, five times over.
  expect(peakBytes - before.numBytes).toBeLessThan(100e6);
  expect(tf.memory().numTensors).toBe(before.numTensors);
  const found = pieces.flatMap(({ tokens }) => tokens.map(({ logprob }) => logprob));
  const { tokens, start } = leftPad([ids]);
  const expected = tf.tidy(() => tf.gather(tf.reshape(tf.logSoftmax(logits(model, tokens, start)), [-1]), ids.slice(1).map((id, position) => position * V + id))).dataSync();
  tf.dispose([tokens, start]);
  disposeModel(model);
  expect(found).toHaveLength(ids.length);
  found.slice(1).forEach((logprob, position) => expect(logprob).toBeCloseTo(expected[position] ?? NaN, 3));
});
