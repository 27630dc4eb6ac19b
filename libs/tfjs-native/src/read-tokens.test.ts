// Tokens read into a cache against a pass over their whole texts, as training makes it: the same bits.
import { gptConfig, initModel, leftPad, llamaConfig, logits, type Model, type ModelConfig } from '@minchat/model';
import { KeyValueCache } from '@minchat/model/cache';
import type { SlotTokens } from '@minchat/model/ops/read-tokens';
import { Random } from '@minchat/model/random';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configure, modes, seeds, sizes } from './kernels.testing.ts';

interface Case {
  readonly layers: number;
  /** Of keys and values; of queries twice as many in a Llama. */
  readonly heads: number;
  readonly hs: number;
  /** GPT-2's, or a model_type of the Llama family. */
  readonly family: string;
  readonly tied: boolean;
  readonly V: number;
  readonly lengths: readonly number[];
  readonly seed: number;
}

/** More than two blocks of keys, and the last of them not whole. */
const positions = 90;

const cases = fc.record({
  layers: fc.integer({ min: 1, max: 3 }),
  heads: fc.integer({ min: 1, max: 3 }),
  hs: sizes(34).map((half) => 2 * half),
  family: fc.constantFrom('gpt2', 'llama', 'qwen2', 'qwen3'),
  tied: fc.boolean(),
  V: sizes(130, 2),
  lengths: fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 5 }),
  seed: seeds,
});

interface Step {
  readonly texts: readonly SlotTokens[];
  /** All tokens of each text so far. */
  readonly whole: readonly (readonly number[])[];
}

/** Prompts of these lengths, in slots out of order; then a token more of each; then the last one alone goes on, beside prompts that take the others' slots. */
function threeSteps({ lengths, V, seed }: Case): Step[] {
  const random = new Random(seed);
  const slots = lengths.map((_, text) => lengths.length - text);
  const held = new Map<number, readonly number[]>();
  const take = (slot: number, position: number, length: number): SlotTokens => {
    const tokens = Array.from({ length }, () => random.int(V));
    held.set(slot, [...(held.get(slot) ?? []).slice(0, position), ...tokens]);
    return { slot, position, tokens };
  };
  const prompt = (length: number, text: number) => take(slots[text] ?? 0, 0, length);
  const next = (text: number) => take(slots[text] ?? 0, held.get(slots[text] ?? 0)?.length ?? 0, 1);
  const step = (taken: readonly SlotTokens[]): Step => {
    const texts = taken.toSorted((a, b) => Number(a.tokens.length > 1) - Number(b.tokens.length > 1));
    return { texts, whole: texts.map(({ slot }) => held.get(slot) ?? []) };
  };
  return [
    step(lengths.map(prompt)),
    step(lengths.map((_, text) => next(text))),
    step([next(lengths.length - 1), ...lengths.slice(1).map((length, text) => prompt(length, text))]),
  ];
}

/** Logits after the last token of every text, (R, V), as a pass over whole texts makes them. */
function trained(model: Model, whole: Step['whole']): Float32Array {
  const { tokens, start } = leftPad(whole);
  const all = tf.tidy(() => {
    const values = logits(model, tokens, start);
    return tf.slice(values, [0, values.shape[1] - 1, 0], [-1, 1, -1]);
  });
  const values = Float32Array.from(all.dataSync());
  tf.dispose([tokens, start, all]);
  return values;
}

function configOf({ layers, heads, hs, V, family, tied }: Case): ModelConfig {
  if (family === 'gpt2') return gptConfig({ vocab_size: V, n_positions: positions, n_embd: heads * hs, n_layer: layers, n_head: heads, initializer_range: 0.3 });
  const sizes = { vocab_size: V, max_position_embeddings: positions, hidden_size: 2 * heads * hs + (family === 'qwen3' ? 10 : 0), head_dim: hs, num_hidden_layers: layers, num_attention_heads: 2 * heads, num_key_value_heads: heads, intermediate_size: 96 };
  return llamaConfig({ ...sizes, model_type: family, tie_word_embeddings: tied, initializer_range: 0.3 });
}

describe.each(modes)('$set, bf16 $bf16', (mode) => {
  test('tokens are read as a training pass reads their text', () => {
    configure(mode);
    fc.assert(
      fc.property(cases, (value) => {
        const model = initModel(configOf(value), new Random(value.seed));
        const cache = new KeyValueCache(model, value.lengths.length + 1, positions);
        for (const { texts, whole } of threeSteps(value)) {
          const read = cache.read(texts);
          expect(Float32Array.from(read.dataSync())).toEqual(trained(model, whole));
          expect(read.dataSync().every(Number.isFinite)).toBe(true);
          read.dispose();
        }
        cache.dispose();
        tf.dispose([...model.parameters.values()]);
      }),
      {
        numRuns: 24,
        seed: 3,
        examples: [
          // So many numbers that a sum in another order would show in bfloat16.
          [{ layers: 4, heads: 4, hs: 64, family: 'gpt2', tied: true, V: 300, lengths: [3, 80, 33, 1, 80, 65], seed: 5 }],
          [{ layers: 3, heads: 2, hs: 64, family: 'qwen2', tied: false, V: 300, lengths: [3, 80, 33, 1, 80, 65], seed: 7 }],
          // More tokens than are read at once.
          [{ layers: 1, heads: 1, hs: 4, family: 'gpt2', tied: true, V: 5, lengths: Array.from({ length: 210 }, () => 20), seed: 6 }],
        ],
      },
    );
  });
});
