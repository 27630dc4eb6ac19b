// Every kernel against the composition of tfjs operations: outputs and gradients on random shapes, on
// every instruction set of this machine, with exact products and, where there are any, in bfloat16.
import { disposeModel, gptConfig, hiddenStates, initModel, llamaConfig, valueAndGrads } from '@minchat/model';
import { shapeOf } from '@minchat/model/architectures/config';
import { parameterShapes } from '@minchat/model/architectures/parameters';
import { adamW, squaredSums } from '@minchat/model/ops/adamw';
import { attention } from '@minchat/model/ops/attention';
import { embedding } from '@minchat/model/ops/embedding';
import { runKernel } from '@minchat/model/ops/fused';
import { layerNorm } from '@minchat/model/ops/layer-norm';
import { linear, linearGelu } from '@minchat/model/ops/linear';
import { logitsOf } from '@minchat/model/ops/logits';
import { rmsNorm } from '@minchat/model/ops/rms-norm';
import { rotary, turnTable } from '@minchat/model/ops/rotary';
import { swiglu } from '@minchat/model/ops/swiglu';
import { tokenNll } from '@minchat/model/ops/token-nll';
import { transformer } from '@minchat/model/ops/transformer';
import { Random } from '@minchat/model/random';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configure, difference, modes, noise, on, same, seeds, sizes, starts, named, withGradients } from './kernels.testing.ts';

const targetsOf = (seed: number, N: number, V: number): tf.Tensor => {
  const random = new Random(seed).fork('targets');
  return tf.tensor1d(Array.from({ length: N }, () => random.int(V)), 'int32');
};

interface TransformerCase {
  readonly B: number;
  readonly T: number;
  readonly heads: number;
  readonly hs: number;
  /** The width inside of the MLP. */
  readonly I: number;
  readonly seed: number;
  /** Blocks, one by default. */
  readonly layers?: number;
  /** GPT-2 by default; or a model_type of the Llama family. */
  readonly model?: string;
  /** heads * hs by default. */
  readonly C?: number;
  /** As many as heads by default. */
  readonly keyValueHeads?: number;
  /** All by default. */
  readonly positions?: { readonly from: number; readonly count: number };
}

/** The hidden states of a model, and their gradients for every parameter. */
function transformerCase({ B, T, heads, keyValueHeads = heads, hs, I, layers = 1, seed, positions, model = 'gpt2', C = heads * hs }: TransformerCase): tf.Tensor[] {
  const [V, P] = [B * T + 2, T + 3];
  const shape = shapeOf(
    model === 'gpt2'
      ? gptConfig({ vocab_size: V, n_positions: P, n_embd: heads * hs, n_layer: layers, n_head: heads, n_inner: I })
      : llamaConfig({ model_type: model, vocab_size: V, max_position_embeddings: P, hidden_size: C, head_dim: hs, num_hidden_layers: layers, num_attention_heads: heads, num_key_value_heads: keyValueHeads, intermediate_size: I, rms_norm_eps: 1e-5 }),
  );
  const draw = noise(seed);
  const tokens = tf.reshape(targetsOf(seed, B * T, V), [B, T]);
  const start = tf.tensor1d(starts(seed, B, T), 'int32');
  // As in a model: norms around 1, matrices that keep the size of what goes through them.
  const values = Array.from(parameterShapes(shape, 'lm'), ([name, sides]) => {
    const values = draw([...sides]);
    if (/(ln_[12f]|[qk]_norm)\.weight$/.test(name)) return tf.add(1, tf.mul(values, 0.1));
    if (name.endsWith('.bias')) return tf.mul(values, 0.1);
    return /\.h\./.test(name) ? tf.mul(values, 0.5 / Math.sqrt(sides[0] ?? 1)) : values;
  });
  return withGradients((...tensors) => transformer(tokens, start, named(shape, tensors), shape, { positions }), values, draw);
}

// Milliseconds: the composition of a whole model takes a while on tfjs's plain backend, where other tests run beside.
const slowOracle = 120_000;

describe.each(modes)('$set, bf16 $bf16', (mode) => {
  test('layer norm', () => {
    // Of very short rows the gradient is the small rest of large terms, in float32 mostly rounding.
    same('layer norm', mode, fc.record({ N: sizes(300), C: sizes(300, 8), seed: seeds }), ({ N, C, seed }) => {
      const draw = noise(seed);
      return withGradients((x, w, b) => layerNorm(x, w, b, 1e-5), [draw([N, C]), draw([C]), draw([C])], draw);
    });
  });

  test('RMS norm, SwiGLU, rotary positions', () => {
    same('RMS norm', mode, fc.record({ N: sizes(300), C: sizes(300, 8), seed: seeds }), ({ N, C, seed }) => {
      const draw = noise(seed);
      return withGradients((x, w) => rmsNorm(x, w, 1e-5), [draw([N, C]), draw([C])], draw);
    });
    same('SwiGLU', mode, fc.record({ N: sizes(300), I: sizes(300), seed: seeds }), ({ N, I, seed }) => {
      const draw = noise(seed, 3);
      return withGradients((x) => swiglu(x), [draw([N, 2 * I])], draw);
    });
    same('rotary', mode, fc.record({ N: sizes(100), turned: fc.integer({ min: 1, max: 4 }), others: fc.integer({ min: 0, max: 2 }), half: sizes(40), seed: seeds }), ({ N, turned, others, half, seed }) => {
      const random = new Random(seed);
      const turns = { table: turnTable(Array.from({ length: half }, (_, i) => 2 ** -i), [0, 1, 2, 5, 1000]), positions: tf.tensor1d(Array.from({ length: N }, () => random.int(5)), 'int32') };
      const draw = noise(seed);
      return withGradients((x) => rotary(x, turns, turned), [draw([N, (turned + others) * 2 * half])], draw);
    });
  });

  const linearShape = fc.record({ N: sizes(140), I: sizes(140), O: sizes(140), seed: seeds });
  const linearCase = ({ N, I, O, seed }: { N: number; I: number; O: number; seed: number }): tf.Tensor[] => {
    const draw = noise(seed, 0.5);
    const inputs = [draw([N, I]), draw([I, O]), draw([O])];
    return [
      ...withGradients((x, w, b) => linear(x, w, b), inputs, draw),
      ...withGradients((x, w, b) => linearGelu(x, w, b), inputs, draw),
      ...withGradients((x, w, b, r) => linear(x, w, b, r), [...inputs, draw([N, O])], draw),
      ...withGradients((x, w) => linear(x, w), inputs.slice(0, 2), draw),
    ];
  };

  test('linear, with residual, with GELU', () => {
    const examples = [
      { N: 1, I: 1, O: 1, seed: 1 },
      { N: 1, I: 129, O: 65, seed: 2 },
      { N: 2, I: 33, O: 129, seed: 3 },
      { N: 17, I: 1, O: 17, seed: 4 },
      { N: 129, I: 16, O: 1, seed: 5 },
    ];
    same('linear', mode, linearShape, linearCase, { examples });
  });

  test('linear where products are cut along K, and into groups of rows', () => {
    const shapes = [{ N: 289, I: 545, O: 33, seed: 1 }, { N: 33, I: 1025, O: 34, seed: 2 }, { N: 600, I: 31, O: 65, seed: 3 }];
    same('deep linear', mode, fc.constantFrom(...shapes), ({ N, I, O, seed }) => {
      const draw = noise(seed, 0.1);
      return withGradients((x, w, b) => linear(x, w, b), [draw([N, I]), draw([I, O]), draw([O])], draw);
    }, { runs: shapes.length, examples: shapes });
  });

  test('attention, with left padding up to whole rows', () => {
    const shape = fc.record({ B: fc.integer({ min: 1, max: 3 }), T: sizes(130), keyValueHeads: fc.integer({ min: 1, max: 2 }), group: fc.integer({ min: 1, max: 3 }), hs: sizes(70), seed: seeds });
    const examples = [
      { B: 1, T: 1, keyValueHeads: 1, group: 1, hs: 1, seed: 1 },
      { B: 3, T: 129, keyValueHeads: 1, group: 1, hs: 64, seed: 2 },
      { B: 2, T: 300, keyValueHeads: 1, group: 2, hs: 33, seed: 3 },
    ];
    same('attention', mode, shape, ({ B, T, keyValueHeads, group, hs, seed }) => {
      const heads = keyValueHeads * group;
      const draw = noise(seed, 0.7);
      const start = tf.tensor1d(starts(seed, B, T), 'int32');
      return withGradients((qkv) => attention(qkv, start, { heads, keyValueHeads }), [draw([B, T, (heads + 2 * keyValueHeads) * hs])], draw);
    }, { examples });
  });

  test('a whole block, with left padding up to whole rows', () => {
    const shape = fc.record({ B: fc.integer({ min: 1, max: 3 }), T: sizes(130), heads: fc.integer({ min: 1, max: 3 }), hs: sizes(40, 4), I: sizes(140), seed: seeds });
    const examples = [
      { B: 1, T: 1, heads: 1, hs: 8, I: 1, seed: 1 },
      { B: 3, T: 130, heads: 2, hs: 33, I: 97, seed: 2 },
      { B: 2, T: 64, heads: 2, hs: 32, I: 128, seed: 3 },
      { B: 1, T: 300, heads: 1, hs: 17, I: 20, seed: 4 },
      { B: 4, T: 128, heads: 1, hs: 32, I: 64, seed: 5 },
      { B: 3, T: 96, heads: 2, hs: 64, I: 40, seed: 6 },
    ];
    same('block', mode, shape, (value) => transformerCase(value), { examples });
  }, slowOracle);

  test('a block of which some positions are read', () => {
    const sides = fc.record({ B: fc.integer({ min: 1, max: 3 }), T: sizes(70), heads: fc.integer({ min: 1, max: 2 }), hs: sizes(33, 4), I: sizes(70), seed: seeds });
    const shape = sides.chain((value) => fc.nat(value.T - 1).chain((from) => fc.integer({ min: 1, max: value.T - from }).map((count): TransformerCase => ({ ...value, positions: { from, count } }))));
    const examples = [
      { B: 2, T: 70, heads: 2, hs: 24, I: 64, seed: 1, positions: { from: 69, count: 1 } },
      { B: 6, T: 64, heads: 1, hs: 32, I: 64, seed: 2, positions: { from: 31, count: 32 } },
      { B: 2, T: 130, heads: 1, hs: 20, I: 32, seed: 3, positions: { from: 1, count: 129 } },
      { B: 2, T: 9, heads: 1, hs: 16, I: 32, seed: 4, positions: { from: 0, count: 1 } },
      { B: 3, T: 64, heads: 2, hs: 64, I: 32, seed: 5, positions: { from: 5, count: 41 } },
    ];
    same('some of a block', mode, shape, (value) => transformerCase(value), { runs: 8, examples });
  }, slowOracle);

  test('blocks one after the other, of the last of which some positions are read', () => {
    const shapes = [
      { B: 5, T: 40, heads: 1, hs: 8, I: 24, layers: 2, seed: 1 },
      { B: 4, T: 64, heads: 1, hs: 32, I: 40, layers: 4, seed: 2 },
      { B: 4, T: 64, heads: 1, hs: 32, I: 32, layers: 3, seed: 3, positions: { from: 32, count: 32 } },
      { B: 3, T: 35, heads: 1, hs: 24, I: 40, layers: 3, seed: 4, positions: { from: 34, count: 1 } },
      { B: 1, T: 140, heads: 1, hs: 32, I: 32, layers: 2, seed: 5, positions: { from: 17, count: 100 } },
    ];
    same('blocks', mode, fc.constantFrom<TransformerCase>(...shapes), (value) => transformerCase(value), { runs: shapes.length, examples: shapes });
  }, slowOracle);

  test('blocks of the Llama family', () => {
    const shapes = [
      { B: 3, T: 40, heads: 4, keyValueHeads: 2, hs: 8, I: 24, layers: 2, model: 'llama', seed: 1 },
      { B: 2, T: 70, heads: 2, keyValueHeads: 1, hs: 64, I: 70, layers: 2, model: 'qwen2', seed: 2, positions: { from: 60, count: 7 } },
      { B: 4, T: 64, heads: 2, keyValueHeads: 2, hs: 32, I: 64, layers: 1, model: 'qwen3', seed: 3 },
      // In the kernels of whole models: an MLP of whole squares.
      { B: 4, T: 64, heads: 4, keyValueHeads: 2, hs: 16, I: 64, layers: 3, model: 'llama', seed: 4 },
      { B: 2, T: 96, heads: 2, keyValueHeads: 1, hs: 64, I: 160, layers: 2, model: 'qwen2', seed: 5 },
      { B: 3, T: 70, heads: 3, keyValueHeads: 3, hs: 22, I: 96, layers: 2, model: 'llama', seed: 6, positions: { from: 30, count: 33 } },
      { B: 2, T: 64, heads: 4, keyValueHeads: 1, hs: 32, I: 32, layers: 2, model: 'qwen2', seed: 7, positions: { from: 63, count: 1 } },
      { B: 3, T: 64, heads: 4, keyValueHeads: 2, hs: 32, I: 96, C: 72, layers: 2, model: 'qwen3', seed: 8 },
      { B: 2, T: 50, heads: 3, keyValueHeads: 3, hs: 18, I: 64, C: 40, layers: 2, model: 'qwen3', seed: 9, positions: { from: 20, count: 21 } },
    ];
    same('llama', mode, fc.constantFrom<TransformerCase>(...shapes), (value) => transformerCase(value), { runs: shapes.length, examples: shapes });
  }, slowOracle);

  test('gradients of tied embeddings are added up', () => {
    same('tied', mode, fc.constant(0), () => {
      const draw = noise(1, 0.5);
      const [B, T, C, V] = [2, 9, 16, 12];
      const model = initModel(gptConfig({ n_layer: 2, n_head: 2, n_embd: C, n_positions: T, vocab_size: V }), new Random(2));
      const tokens = tf.reshape(targetsOf(3, B * T, V), [B, T]) as tf.Tensor2D;
      const { value, grads } = valueAndGrads(model.parameters, () => {
        const x = tf.reshape(hiddenStates(model, tokens, tf.tensor1d([0, 2], 'int32')), [B * T, C]) as tf.Tensor2D;
        return tf.sum(tf.mul(tokenNll(x, model.parameters.get('transformer.wte.weight') as tf.Tensor, targetsOf(4, B * T, V), 1).nll, draw([B * T])));
      });
      disposeModel(model);
      return [value, ...grads.values()];
    }, { runs: 1 });
  });

  test('embedding', () => {
    same('embedding', mode, fc.record({ B: fc.integer({ min: 1, max: 4 }), T: sizes(40), C: sizes(130), V: sizes(40), seed: seeds }), ({ B, T, C, V, seed }) => {
      const draw = noise(seed);
      const random = new Random(seed);
      const tokens = tf.tensor2d(Array.from({ length: B * T }, () => random.int(V)), [B, T], 'int32');
      const start = tf.tensor1d(starts(seed, B, T), 'int32');
      return [
        ...withGradients((wte, wpe) => embedding(tokens, start, wte, wpe), [draw([V, C]), draw([T, C])], draw),
        ...withGradients((wte) => embedding(tokens, start, wte), [draw([V, C])], draw),
      ];
    });
  });

  test('logits, token log-probabilities, entropy', () => {
    const shape = fc.record({ N: sizes(70), C: sizes(70), V: fc.oneof(sizes(130, 2), fc.integer({ min: 500, max: 700 })), temperature: fc.constantFrom(1, 0.7, 2), seed: seeds });
    const examples = [
      { N: 1, C: 33, V: 513, temperature: 1, seed: 1 },
      { N: 15, C: 1, V: 2, temperature: 2, seed: 2 },
      { N: 300, C: 70, V: 1300, temperature: 1, seed: 3 },
      // The vocabulary in several stretches.
      { N: 35, C: 3, V: 17_000, temperature: 1, seed: 4 },
    ];
    same('token nll', mode, shape, ({ N, C, V, temperature, seed }) => {
      const draw = noise(seed, 0.4);
      const targets = targetsOf(seed, N, V);
      const inputs = [draw([N, C]), draw([V, C])] as const;
      const { entropy } = tokenNll(inputs[0] as tf.Tensor2D, inputs[1], targets, temperature, { entropy: true });
      return [
        entropy,
        ...withGradients((x, wte) => logitsOf(x as tf.Tensor2D, wte), [...inputs], draw),
        ...withGradients((x, wte) => tokenNll(x as tf.Tensor2D, wte, targets, temperature).nll, [...inputs], draw),
      ];
    }, { examples });
  }, slowOracle);

  test('the gradient of the cross-entropy without what the forward pass may keep', () => {
    configure(mode);
    const gradients = (keep: boolean): readonly Float32Array[] =>
      on('native', () => {
        const draw = noise(8);
        const [x, wte, dnll, targets] = [draw([70, 20]), draw([300, 20]), draw([70]), targetsOf(8, 70, 300)];
        const [, lse, , , activations] = runKernel('MinchatTokenNllForward', { x, wte, targets }, { temperature: 0.7, keep }) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | undefined];
        return runKernel('MinchatTokenNllBackward', { dnll, x, wte, targets, lse, ...(activations && { activations }) }, { temperature: 0.7 });
      });
    expect(gradients(false)).toEqual(gradients(true));
  });

  test('whether the target is the first largest logit', () => {
    same('correct', mode, fc.record({ N: sizes(40), V: sizes(130), seed: seeds }), ({ N, V, seed }) => {
      // Whole numbers, exact in every product, with many ties.
      const random = new Random(seed);
      const whole = (shape: [number, number]): tf.Tensor2D => tf.tensor2d(Array.from({ length: shape[0] * shape[1] }, () => random.int(3) - 1), shape);
      return [tokenNll(whole([N, 3]), whole([V, 3]), targetsOf(seed, N, V), 1, { correct: true }).correct];
    });
  });

  test('AdamW and the squared sums, of several parameters at once', () => {
    const some = fc.array(fc.oneof(sizes(129), fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 65_530, max: 65_540 })), { minLength: 1, maxLength: 4 });
    same('adamw', mode, fc.record({ shapes: some, seed: seeds }), ({ shapes, seed }) => {
      const draw = noise(seed);
      const step = { learningRate: 1e-2, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, correction1: 0.1, correction2: 0.05, gradScale: 0.5 };
      const updates = shapes.map((size, i) => ({ parameter: tf.variable(draw([size])), grad: draw([size]), m: tf.variable(draw([size])), v: tf.variable(tf.square(draw([size]))), weightDecay: 0.1 * i }));
      adamW(updates, step);
      return [squaredSums(updates.map(({ grad }) => grad)), ...updates.flatMap(({ parameter, m, v }) => [parameter, m, v])];
    });
  });

  test('products after an update multiply by what AdamW wrote', () => {
    same('adamw and products', mode, fc.record({ N: sizes(40), I: sizes(130), O: sizes(130), seed: seeds }), ({ N, I, O, seed }) => {
      const draw = noise(seed);
      const step = { learningRate: 0.3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, correction1: 0.1, correction2: 0.05, gradScale: 1 };
      const [x, bias] = [draw([N, I]), draw([O])];
      const state = { parameter: tf.variable(draw([I, O])), grad: draw([I, O]), m: tf.variable(draw([I, O])), v: tf.variable(tf.square(draw([I, O]))), weightDecay: 0.1 };
      // Forward and backward first, so that its packed forms are in use; then forward alone, after which only one is.
      withGradients((weight) => linear(x, weight, bias), [state.parameter], draw);
      adamW([state], step);
      const once = linear(x, state.parameter, bias);
      adamW([state], step);
      return [once, ...withGradients((y, weight) => linear(y, weight, bias), [x, state.parameter], draw)];
    }, { examples: [{ N: 8, I: 64, O: 96, seed: 1 }, { N: 33, I: 257, O: 300, seed: 2 }] });
  });

  test('plain arithmetic and products of tfjs itself', () => {
    same('plain', mode.bf16 ? { ...mode, bf16: false } : mode, fc.record({ batch: fc.integer({ min: 1, max: 3 }), M: sizes(40), N: sizes(70), K: sizes(70), seed: seeds }), ({ batch, M, N, K, seed }) => {
      const draw = noise(seed);
      const [a, b, s] = [draw([batch, M, N]), draw([batch, M, N]), draw([])];
      const product = (transposeA: boolean, transposeB: boolean): tf.Tensor =>
        tf.matMul(draw(transposeA ? [batch, K, M] : [batch, M, K]), draw(transposeB ? [batch, N, K] : [batch, K, N]), transposeA, transposeB);
      return [tf.add(a, b), tf.sub(a, s), tf.mul(s, b), tf.div(a, tf.add(tf.abs(b), 0.1)), product(false, false), product(true, false), product(false, true), product(true, true)];
    });
  });

  test('parts of tensors, tensors with a border, tensors of one number', () => {
    same('slice and pad', mode, fc.record({ shape: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }), seed: seeds }), ({ shape, seed }) => {
      const random = new Random(seed);
      const begin = shape.map((size) => random.int(size));
      const size = shape.map((whole, axis) => [-1, 1 + random.int(whole - (begin[axis] ?? 0))][random.int(2)] ?? -1);
      const draw = noise(seed);
      const border = shape.map((): [number, number] => [random.int(3), random.int(3)]);
      const whole = tf.cast(tf.mul(draw(shape), 100), 'int32');
      return [...withGradients((x) => tf.slice(x, begin, size), [draw(shape)], draw), ...withGradients((x) => tf.pad(x, border, 0), [draw(shape)], draw), tf.pad(draw(shape), border, 2.5), tf.fill(shape, -1.5), tf.slice(whole, begin, size)];
    }, { runs: 40 });
  });

  test('the same bits with one thread, two and three', () => {
    const compute = (): tf.Tensor[] => {
      const draw = noise(5);
      const targets = targetsOf(5, 90, 700);
      const start = tf.tensor1d([0, 7, 70], 'int32');
      return [
        ...withGradients((x, w, b) => linearGelu(x, w, b), [draw([300, 64]), draw([64, 96]), draw([96])], draw),
        ...withGradients((x, w, b) => linear(x, w, b), [draw([70, 600]), draw([600, 96]), draw([96])], draw),
        ...withGradients((x, w, b) => layerNorm(x, w, b, 1e-5), [draw([300, 64]), draw([64]), draw([64])], draw),
        ...withGradients((qkv) => attention(qkv, start, { heads: 2, keyValueHeads: 2 }), [draw([3, 70, 3 * 48])], draw),
        ...withGradients((qkv) => attention(qkv, start, { heads: 6, keyValueHeads: 2 }), [draw([3, 70, 10 * 24])], draw),
        ...transformerCase({ B: 5, T: 70, heads: 2, hs: 24, I: 96, seed: 5 }),
        // Three pairs of texts: one thread and three take them text by text, two do not.
        ...transformerCase({ B: 6, T: 64, heads: 2, hs: 24, I: 96, seed: 6 }),
        ...transformerCase({ B: 9, T: 64, heads: 2, hs: 24, I: 96, seed: 7, positions: { from: 20, count: 33 } }),
        ...transformerCase({ B: 6, T: 64, heads: 2, hs: 32, I: 96, seed: 8 }),
        ...transformerCase({ B: 5, T: 64, heads: 1, hs: 64, I: 96, seed: 9, positions: { from: 20, count: 33 } }),
        ...transformerCase({ B: 8, T: 64, heads: 1, hs: 32, I: 64, layers: 4, seed: 10 }),
        ...transformerCase({ B: 8, T: 64, heads: 1, hs: 32, I: 64, layers: 3, seed: 11, positions: { from: 20, count: 33 } }),
        ...transformerCase({ B: 3, T: 70, heads: 1, hs: 24, I: 40, layers: 3, seed: 12 }),
        ...transformerCase({ B: 6, T: 64, heads: 4, keyValueHeads: 2, hs: 32, I: 96, layers: 2, model: 'llama', seed: 13 }),
        ...transformerCase({ B: 5, T: 64, heads: 4, keyValueHeads: 2, hs: 16, I: 64, layers: 2, model: 'qwen2', seed: 14, positions: { from: 20, count: 33 } }),
        ...transformerCase({ B: 5, T: 64, heads: 4, keyValueHeads: 2, hs: 16, I: 64, layers: 2, model: 'qwen3', seed: 15 }),
        ...withGradients((x, wte) => tokenNll(x as tf.Tensor2D, wte, targets, 1).nll, [draw([90, 40]), draw([700, 40])], draw),
        squaredSums([draw([200_000]), draw([3])]),
      ];
    };
    const [one, ...others] = [1, 2, 3].map((threads) => {
      configure(mode, threads);
      return on('native', compute);
    });
    for (const other of others) expect(other).toEqual(one);
  });
});

test.runIf(modes.length > 0)('a weight packed for one instruction set is not taken for that of another', () => {
  const tensors = (): [tf.Tensor, tf.Tensor, tf.Tensor] => {
    const draw = noise(9, 0.5);
    return [draw([40, 70]), draw([70, 50]), draw([50])];
  };
  const [expected] = on('cpu', () => [linear(...tensors())]);
  const found = on('native', () => {
    const inputs = tensors();
    return modes.map((mode) => {
      configure(mode);
      return linear(...inputs);
    });
  });
  for (const [i, numbers] of found.entries()) expect(difference(numbers, expected ?? new Float32Array()), JSON.stringify(modes[i])).toBeLessThan(3e-2);
});

if (!modes.some(({ bf16 }) => bf16)) process.stderr.write('left out: products of bfloat16: need AVX512-bf16\n');

// Not of bfloat16 in the emulation of AMX: it would take minutes.
describe.each(modes.filter(({ set, bf16 }) => !(bf16 && set === 'amx_emulated')))('$set, bf16 $bf16', (mode) => {
  test('of more logits than there is room for, the gradient makes them again, some rows at a time', () => {
    const [N, half, V] = [140, 64, mode.bf16 ? 1_000_000 : 200_000];
    configure(mode);
    // Of all rows, which are too many, and of their halves, which are not.
    const gradients = (from: number, to: number): readonly Float32Array[] =>
      on('native', () => {
        const rows = (tensor: tf.Tensor): tf.Tensor => tf.slice(tensor, [from], [to - from]);
        const [x, wte, targets, weights] = [rows(noise(5)([N, 1])), noise(3)([V, 1]), rows(targetsOf(3, N, V)), rows(noise(4)([N]))];
        return withGradients((...both) => tokenNll(both[0] as tf.Tensor2D, both[1] as tf.Tensor, targets, 1).nll, [x, wte], () => weights);
      });
    const [[nll, dx, dwte], first, second] = [gradients(0, N), gradients(0, half), gradients(half, N)] as [Float32Array[], Float32Array[], Float32Array[]];
    const tolerance = mode.bf16 ? 1e-2 : 2e-5;
    const joined = (i: number): Float32Array => Float32Array.from([...(first[i] ?? []), ...(second[i] ?? [])]);
    expect(nll).toEqual(joined(0));
    expect(difference(dx ?? new Float32Array(), joined(1))).toBeLessThan(tolerance);
    expect(difference(dwte ?? new Float32Array(), (first[2] ?? new Float32Array()).map((value, i) => value + (second[2]?.[i] ?? NaN)))).toBeLessThan(tolerance);
  }, 60_000);
});
