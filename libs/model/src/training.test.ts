import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { AdamW, globalNorm } from './adamw.ts';
import type { ModelConfig } from './architectures/architecture.ts';
import { gptConfig, llamaConfig } from './architectures/config.ts';
import { startBackend } from './backends/start.ts';
import { leftPad, logits, scores } from './forward.ts';
import { disposeGradients, GradientAccumulator, valueAndGrads, type Gradients } from './gradients.ts';
import { lmLoss, tokenLosses } from './losses.ts';
import { cloneModel, disposeModel, initModel, parameterCount } from './model.ts';
import { Random } from './random.ts';
import { learningRate } from './schedule.ts';
import type { ForwardOptions, Model } from './types.ts';

const sizes = { vocab_size: 19, hidden_size: 8, intermediate_size: 12, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, head_dim: 4, max_position_embeddings: 16 };
const configs: Record<string, ModelConfig> = {
  gpt2: gptConfig({ vocab_size: 19, n_positions: 16, n_embd: 8, n_layer: 2, n_head: 2 }),
  'qwen2, its output not tied': llamaConfig({ ...sizes, model_type: 'qwen2', tie_word_embeddings: false }),
  qwen3: llamaConfig({ ...sizes, model_type: 'qwen3' }),
};
const rows = [[1, 2, 3, 4, 5, 6, 7], [9, 8, 7, 6], [4, 4, 4, 4, 4]];

function batch(sequences = rows) {
  const { tokens, start } = leftPad(sequences.map((row) => row.slice(0, -1)), 8);
  const targets = leftPad(sequences.map((row) => row.slice(1)), 8);
  const weights = tf.tidy(() => tf.cast(tf.greaterEqual(tf.reshape(tf.range(0, 8, 1, 'int32'), [1, 8]), tf.reshape(start, [-1, 1])), 'float32')) as tf.Tensor2D;
  targets.start.dispose();
  return { tokens, start, targets: targets.tokens, weights };
}

const lossOf = (model: Model, b: ReturnType<typeof batch>, options: ForwardOptions = {}): tf.Scalar => lmLoss(model, b.tokens, b.start, b.targets, b.weights, options);
const arrays = (map: ReadonlyMap<string, tf.Tensor>): number[][] => [...map.values()].map((tensor) => Array.from(tensor.dataSync()));

describe.each(['cpu', 'wasm'].flatMap((backend) => Object.keys(configs).map((name) => [backend, name] as const)))('%s, %s', (backend, name) => {
  const config = configs[name] as ModelConfig;
  beforeAll(async () => {
    await startBackend(backend);
  });

  test.each([
    { from: 0, count: 1 },
    { from: 3, count: 4 },
    { from: 6, count: 1 },
  ])('the logits of $count positions from $from on are those of all', (positions) => {
    tf.tidy(() => {
      const model = initModel(config, new Random(4));
      const { tokens, start } = leftPad(rows);
      const [all, some] = [tf.slice(logits(model, tokens, start), [0, positions.from, 0], [-1, positions.count, -1]), logits(model, tokens, start, { positions })];
      expect(some.shape).toEqual(all.shape);
      expect(tf.max(tf.abs(tf.sub(all, some))).dataSync()[0]).toBeLessThan(1e-5);
      disposeModel(model);
    });
  });

  test.each([
    { from: 0, count: 1 },
    { from: 3, count: 4 },
    { from: 6, count: 1 },
  ])('the scores of $count positions from $from on are those of all, and so are their gradients', (positions) => {
    const model = initModel(config, new Random(3), 'scalar');
    const { tokens, start } = leftPad(rows);
    const wanted = (x: tf.Tensor2D): tf.Tensor2D => tf.slice(x, [0, positions.from], [-1, positions.count]);
    const [all, some] = [() => wanted(scores(model, tokens, start)), () => scores(model, tokens, start, { positions })].map((compute) => {
      const { value, grads, aux } = valueAndGrads(model.parameters, () => {
        const values = compute();
        return { loss: tf.sum(tf.square(values)) as tf.Scalar, aux: { values: values as tf.Tensor } };
      });
      const numbers = [...arrays(grads), Array.from(aux.values.dataSync())].flat();
      tf.dispose([value, aux]);
      disposeGradients(grads);
      return numbers;
    }) as [number[], number[]];
    expect(some.length).toBe(all.length);
    some.forEach((value, i) => expect(value).toBeCloseTo(all[i] ?? NaN, 5));
    tf.dispose([tokens, start]);
    disposeModel(model);
  });

  test('training lowers the loss, leaves no tensors behind, and is the same the second time', async () => {
    const run = async (): Promise<number[]> => {
      const model = initModel(config, new Random(1));
      const optimizer = new AdamW(model.parameters, { weightDecay: 0.1 });
      const b = batch();
      const losses: number[] = [];
      const dropout = { rate: 0.1, random: new Random(2), row: 0 };
      let live = 0;
      for (let step = 0; step < 8; step++) {
        const { value, grads } = valueAndGrads(model.parameters, () => lossOf(model, b, { dropout }));
        await optimizer.step(grads, 1e-2);
        losses.push((await value.data())[0] ?? NaN);
        value.dispose();
        disposeGradients(grads);
        if (step === 1) live = tf.memory().numTensors;
        if (step > 1) expect(tf.memory().numTensors).toBe(live);
      }
      optimizer.dispose();
      disposeModel(model);
      tf.dispose([b.tokens, b.start, b.targets, b.weights]);
      return losses;
    };
    const before = tf.memory().numTensors;
    const losses = await run();
    expect(tf.memory().numTensors).toBe(before);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) - 0.2);
    expect(await run()).toEqual(losses);
  });

  test('micro-batches add up to the gradient of the whole', async () => {
    const model = initModel(config, new Random(3));
    const whole = valueAndGrads(model.parameters, () => lossOf(model, batch()));
    const total = rows.reduce((sum, row) => sum + row.length - 1, 0);
    const accumulator = new GradientAccumulator();
    for (const row of rows) accumulator.add(valueAndGrads(model.parameters, () => tf.mul<tf.Scalar>(lossOf(model, batch([row])), (row.length - 1) / total)).grads);
    const sums = accumulator.take();
    const expected = arrays(whole.grads);
    arrays(sums).forEach((values, i) => values.forEach((value, j) => expect(Math.abs(value - (expected[i]?.[j] ?? NaN))).toBeLessThan(2e-6)));
    disposeGradients(sums);
    expect(accumulator.take().size).toBe(0);
  });

  test('AdamW goes on from its file bit for bit', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'minchat-adamw-'));
    const drawn = (seed: number): Gradients => {
      const random = new Random(seed);
      return new Map([...model.parameters].map(([name, p]) => [name, tf.tensor(Float32Array.from({ length: p.size }, () => random.normal()), p.shape)]));
    };
    const model = initModel(config, new Random(4));
    const first = new AdamW(model.parameters, { weightDecay: 0.1 });
    for (const seed of [1, 2, 3]) await first.step(drawn(seed), 1e-3);
    const copy = cloneModel(model);
    await first.save(folder);
    const second = new AdamW(copy.parameters, { weightDecay: 0.1 });
    await second.load(folder);
    expect(second.steps).toBe(3);
    for (const seed of [4, 5]) {
      await first.step(drawn(seed), 1e-3);
      await second.step(drawn(seed), 1e-3);
    }
    expect(arrays(copy.parameters)).toEqual(arrays(model.parameters));
    await expect(new AdamW(new Map([['other', tf.variable(tf.zeros([2]))]])).load(folder)).rejects.toMatchObject({ code: 'MC_MODEL_INVALID' });
    await rm(folder, { recursive: true });
  });

  test('gradients that are not finite stop the run with nothing changed', async () => {
    const model = initModel(config, new Random(5));
    const before = arrays(model.parameters);
    const optimizer = new AdamW(model.parameters);
    const grads: Gradients = new Map([...model.parameters].map(([name, p]) => [name, tf.fill(p.shape, name.endsWith('wte.weight') ? NaN : 1)]));
    await expect(optimizer.step(grads, 1)).rejects.toMatchObject({ code: 'MC_STAGE_DIVERGED' });
    expect(arrays(model.parameters)).toEqual(before);
    expect(optimizer.steps).toBe(0);
  });

  test('what the loss does not depend on has the gradient zero; metrics come along', async () => {
    const [policy, value] = [initModel(config, new Random(6)), initModel(config, new Random(7), 'scalar')];
    const labelled = (label: string, model: Model) => [...model.parameters].map(([name, parameter]) => [`${label}/${name}`, parameter] as const);
    const b = batch();
    const { grads, aux } = valueAndGrads(new Map([...labelled('policy', policy), ...labelled('value', value)]), () => {
      const read = scores(value, b.tokens, b.start);
      return { loss: tf.mean(tf.square(read)) as tf.Scalar, aux: { read } };
    });
    expect(aux.read.shape).toEqual([3, 8]);
    expect(grads.get('policy/transformer.wte.weight')?.dataSync().every((g) => g === 0)).toBe(true);
    expect(grads.get('value/score.weight')?.dataSync().some((g) => g !== 0)).toBe(true);
    expect(await globalNorm(grads)).toBeGreaterThan(0);
  });

  test('the loss is the weighted mean of the token losses', () => {
    tf.tidy(() => {
      const model = initModel(config, new Random(8));
      const b = batch();
      const { nll, correct } = tokenLosses(model, b.tokens, b.start, b.targets);
      const weights = Array.from(b.weights.dataSync());
      const mean = Array.from(nll.dataSync()).reduce((sum, x, i) => sum + x * (weights[i] ?? 0), 0) / weights.reduce((sum, w) => sum + w, 0);
      expect(lossOf(model, b).dataSync()[0]).toBeCloseTo(mean, 5);
      expect(correct.dataSync().every((c) => c === 0 || c === 1)).toBe(true);
    });
  });
});

test('a fresh model is GPT-2 as published', async () => {
  await startBackend('cpu');
  const model = initModel(gptConfig({ vocab_size: 300, n_positions: 64, n_embd: 64, n_layer: 3, n_head: 4 }), new Random(9), 'scalar');
  const deviation = (name: string): number => {
    const values = model.parameters.get(name)?.dataSync() ?? [];
    return Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0) / values.length);
  };
  expect(deviation('transformer.wte.weight')).toBeCloseTo(0.02, 3);
  expect(deviation('transformer.h.1.mlp.c_proj.weight')).toBeCloseTo(0.02 / Math.sqrt(6), 3);
  expect(deviation('score.weight')).toBeCloseTo(1 / Math.sqrt(65), 1);
  expect(deviation('transformer.h.0.ln_1.weight')).toBe(1);
  expect(parameterCount(model)).toBe(300 * 64 + 64 * 64 + 3 * (12 * 64 * 64 + 13 * 64) + 2 * 64 + 64);
});

describe('learningRate', () => {
  test('warms up, stays or falls to a tenth', () => {
    const cosine = { kind: 'cosine', peak: 1, warmup: 4, total: 20 } as const;
    expect([0, 3, 4, 19, 100].map((step) => learningRate(cosine, step))).toEqual([0.25, 1, 1, expect.closeTo(0.1, 12), expect.closeTo(0.1, 12)]);
    const constant = { kind: 'constant', peak: 1, warmup: 10 } as const;
    expect([0, 9, 10, 1e6].map((step) => learningRate(constant, step))).toEqual([0.1, 1, 1, 1]);
    expect(learningRate({ ...cosine, warmup: 0 }, 0)).toBe(1);
    expect(learningRate({ ...cosine, warmup: 0, total: 1 }, 0)).toBe(1);
  });
});

describe('Random', () => {
  test('is told by its seed; forks by seed and label only', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(20), (seed, drawn) => {
        const [random, copy] = [new Random(seed), new Random(seed)];
        for (let i = 0; i < drawn; i++) expect(copy.normal()).toBe(random.normal());
        expect([copy.int(9), copy.next()]).toEqual([random.int(9), random.next()]);
        expect(random.fork('a').bits()).toBe(new Random(seed).fork('a').bits());
        expect(random.fork('a').bits()).not.toBe(random.fork('b').bits());
      }),
      { seed: 3, numRuns: 50 },
    );
  });

  test('is uniform and normal enough', () => {
    const random = new Random(1);
    const n = 20_000;
    const uniform = Array.from({ length: n }, () => random.next());
    const normal = Array.from({ length: n }, () => random.normal());
    const mean = (values: number[]): number => values.reduce((sum, x) => sum + x, 0) / n;
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((x) => x * x))).toBeCloseTo(1, 1);
    expect(new Set(random.shuffle([1, 2, 3, 4])).size).toBe(4);
  });
});
