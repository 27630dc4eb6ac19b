import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelConfig } from '../architectures/architecture.ts';
import { gptConfig, llamaConfig } from '../architectures/config.ts';
import { startBackend } from '../backends/start.ts';
import { leftPad, logits } from '../forward.ts';
import { tokenLogProbs } from '../losses.ts';
import { disposeModel, initModel } from '../model.ts';
import { Random } from '../random.ts';
import type { Model } from '../types.ts';
import { DecodeBatch } from './decode-batch.ts';
import { generate } from './generate.ts';

const prompts = [[3], [5, 1, 4, 1, 5, 9, 2, 6], [2, 7, 1]];

// Larger weights than usual: the distributions are then far from uniform.
const sizes = { vocab_size: 23, hidden_size: 12, intermediate_size: 20, num_hidden_layers: 2, num_attention_heads: 6, num_key_value_heads: 2, head_dim: 4, max_position_embeddings: 32, initializer_range: 0.4 };
const configs: Record<string, ModelConfig> = {
  gpt2: gptConfig({ vocab_size: 23, n_positions: 32, n_embd: 12, n_layer: 2, n_head: 3, initializer_range: 0.4 }),
  llama: llamaConfig(sizes),
  'qwen3, its output not tied': llamaConfig({ ...sizes, model_type: 'qwen3', tie_word_embeddings: false }),
};

describe.each(['cpu', 'wasm'].flatMap((backend) => Object.keys(configs).map((name) => [backend, name] as const)))('%s, %s', (backend, name) => {
  let model: Model;
  beforeAll(async () => {
    await startBackend(backend);
    model = initModel(configs[name] as ModelConfig, new Random(1));
  });
  afterAll(() => disposeModel(model));

  test('decoding with the cache takes the tokens that whole forward passes take', async () => {
    const found = await generate(model, prompts, { maxNewTokens: 10, temperature: 0, seed: 1 });
    for (const [row, prompt] of prompts.entries()) {
      const sequence = [...prompt];
      for (let i = 0; i < 10; i++) {
        const { tokens, start } = leftPad([sequence]);
        const best = tf.tidy(() => tf.argMax(tf.slice(logits(model, tokens, start), [0, sequence.length - 1, 0], [1, 1, -1]), 2).dataSync()[0] ?? -1);
        tf.dispose([tokens, start]);
        sequence.push(best);
      }
      expect(found[row]?.tokens).toEqual(sequence.slice(prompt.length));
    }
  });

  test('log-probabilities of what was drawn are those that training computes: the first ratio is 1', async () => {
    const temperature = 0.7;
    const found = await generate(model, prompts, { maxNewTokens: 9, temperature, topP: 0.9, seed: 2 });
    const { tokens, start } = leftPad(prompts.map((prompt, row) => [...prompt, ...(found[row]?.tokens ?? [])]));
    const from = tokens.shape[1] - 9;
    const { logprobs, entropy } = tokenLogProbs(model, tokens, start, from, temperature);
    const trained = logprobs.arraySync();
    found.forEach((row, i) => row.logprobs.forEach((logprob, t) => expect(Math.abs(Math.exp(logprob - (trained[i]?.[t] ?? NaN)) - 1)).toBeLessThan(1e-4)));
    expect(Array.from(entropy.dataSync()).every((h) => h >= 0 && h <= Math.log(23))).toBe(true);
    tf.dispose([tokens, start, logprobs, entropy]);
  });

  test('left padding changes nothing', () => {
    tf.tidy(() => {
      const alone = prompts.map((prompt) => {
        const { tokens, start } = leftPad([prompt]);
        return logits(model, tokens, start).arraySync()[0] ?? [];
      });
      const { tokens, start } = leftPad(prompts, 12);
      const together = logits(model, tokens, start).arraySync();
      prompts.forEach((prompt, row) => {
        const real = together[row]?.slice(12 - prompt.length) ?? [];
        real.forEach((position, t) => position.forEach((value, v) => expect(Math.abs(value - (alone[row]?.[t]?.[v] ?? NaN))).toBeLessThan(1e-4)));
      });
    });
  });

  test('a row depends on its prompt and seed, not on its neighbours', async () => {
    const options = { maxNewTokens: 12, temperature: 1 };
    const together = await generate(model, prompts, { ...options, seed: [7, 8, 9] });
    for (const [row, prompt] of prompts.entries()) {
      const [alone] = await generate(model, [prompt], { ...options, seed: [7 + row] });
      expect(alone?.tokens).toEqual(together[row]?.tokens);
    }
    expect((await generate(model, prompts, { ...options, seed: [7, 8, 9] })).map(({ tokens }) => tokens)).toEqual(together.map(({ tokens }) => tokens));
  });

  test('slots admitted and released between tokens decode what a batch of their own decodes', async () => {
    const sampling = { maxNewTokens: 8, temperature: 0.9 };
    const expected = await generate(model, prompts, { ...sampling, seed: [1, 2, 3] });
    const batch = new DecodeBatch(model, { slots: 2 });
    const answers = new Map<number, number[]>();
    const running = new Map<number, number>();
    let next = 0;
    while (running.size > 0 || next < prompts.length) {
      while (batch.free > 0 && next < prompts.length) {
        const [slot] = batch.admit([{ prompt: prompts[next]!, sampling, seed: next + 1 }]);
        running.set(slot!, next);
        answers.set(next++, []);
      }
      for (const { slot, token, end } of await batch.step()) {
        const row = running.get(slot)!;
        answers.get(row)?.push(token.token);
        if (end === null) continue;
        batch.release(slot);
        running.delete(slot);
      }
    }
    batch.dispose();
    expect([...answers.values()]).toEqual(expected.map(({ tokens }) => tokens));
  });

  test('stops at a stop id, at the length asked for, at the end of the context', async () => {
    const [free] = await generate(model, [[3, 4]], { maxNewTokens: 8, temperature: 0, seed: 1 });
    const stop = free?.tokens[2] ?? 0;
    const first = free?.tokens.indexOf(stop) ?? 0;
    const [stopped] = await generate(model, [[3, 4]], { maxNewTokens: 8, temperature: 0, seed: 1, stopIds: [stop] });
    expect(stopped?.tokens).toEqual(free?.tokens.slice(0, first + 1));
    expect(free?.tokens.length).toBe(8);
    const [long] = await generate(model, [Array.from({ length: 30 }, () => 1)], { maxNewTokens: 8, temperature: 1, seed: 1 });
    expect(long?.tokens.length).toBe(2);
  });

  test('prompts that do not fit, and full batches, are refused', async () => {
    const options = { maxNewTokens: 1, temperature: 0, seed: 1 };
    await expect(generate(model, [Array.from({ length: 32 }, () => 1)], options)).rejects.toMatchObject({ code: 'MC_CONTEXT_LENGTH' });
    await expect(generate(model, [[]], options)).rejects.toMatchObject({ code: 'MC_CONTEXT_LENGTH' });
    const batch = new DecodeBatch(model, { slots: 1 });
    const request = { prompt: [1], sampling: { maxNewTokens: 1 }, seed: 1 };
    expect(() => batch.admit([request, request])).toThrow(expect.objectContaining({ code: 'MC_CONFLICT' }));
    batch.dispose();
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(generate(model, [[1]], { ...options, signal: aborted })).rejects.toThrow('enough');
  });

  test('no tensors are left behind', async () => {
    const before = tf.memory().numTensors;
    await generate(model, prompts, { maxNewTokens: 5, temperature: 1, seed: 3 });
    expect(tf.memory().numTensors).toBe(before);
  });
});
