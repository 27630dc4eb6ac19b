import { gptConfig, llamaConfig } from '@minchat/model';
import { shapeOf } from '@minchat/model/architectures/config';
import { expect, test } from 'vitest';
import { roomOf } from './model-store.ts';

const options = { slots: 64, models: 1, streamMs: 0, lanes: 1, threads: 1 };
const gpt2 = shapeOf(gptConfig({ vocab_size: 50_257, n_positions: 1024, n_embd: 768, n_layer: 12, n_head: 12 }));
const llama = shapeOf(llamaConfig({ vocab_size: 128_256, hidden_size: 2048, intermediate_size: 8192, num_hidden_layers: 16, num_attention_heads: 32, num_key_value_heads: 8, max_position_embeddings: 131_072 }));

test.each([
  // A slot of GPT-2's whole context takes 72 MB.
  ['as many whole contexts as fit', gpt2, 512, { slots: 7, tokens: 1024 }],
  ['no more than are wanted', gpt2, 1e6, { slots: 64, tokens: 1024 }],
  ['one of a useful length, whatever the memory', gpt2, 10, { slots: 1, tokens: 1024 }],
  // Here 64 KB a token: 8 GB the whole context.
  ['four, of what fits', llama, 512, { slots: 4, tokens: 2048 }],
  ['four of a quarter of the context', llama, 8 * 1024, { slots: 4, tokens: 32_768 }],
  ['fewer, rather than shorter ones than are useful', llama, 128, { slots: 2, tokens: 1024 }],
  ['whole contexts, where there is the memory', llama, 64 * 1024, { slots: 8, tokens: 131_072 }],
])('room for %s', (_, shape, megabytes, room) => {
  expect(roomOf(shape, { ...options, kvBytes: megabytes * 2 ** 20 })).toEqual(room);
});
