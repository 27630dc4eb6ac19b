import * as tf from '@tensorflow/tfjs-core';
import { innerSize, type GPTConfig } from './config.ts';
import type { Random } from './random.ts';
import type { Head, Model } from './types.ts';

type Shape = readonly number[];

/** Every parameter's name and shape, in Hugging Face's order. */
export function parameterShapes(config: GPTConfig, head: Head): Map<string, Shape> {
  const C = config.n_embd;
  const inner = innerSize(config);
  const shapes = new Map<string, Shape>([
    ['transformer.wte.weight', [config.vocab_size, C]],
    ['transformer.wpe.weight', [config.n_positions, C]],
  ]);
  for (let layer = 0; layer < config.n_layer; layer++) {
    const h = `transformer.h.${layer}.`;
    shapes.set(`${h}ln_1.weight`, [C]).set(`${h}ln_1.bias`, [C]);
    shapes.set(`${h}attn.c_attn.weight`, [C, 3 * C]).set(`${h}attn.c_attn.bias`, [3 * C]);
    shapes.set(`${h}attn.c_proj.weight`, [C, C]).set(`${h}attn.c_proj.bias`, [C]);
    shapes.set(`${h}ln_2.weight`, [C]).set(`${h}ln_2.bias`, [C]);
    shapes.set(`${h}mlp.c_fc.weight`, [C, inner]).set(`${h}mlp.c_fc.bias`, [inner]);
    shapes.set(`${h}mlp.c_proj.weight`, [inner, C]).set(`${h}mlp.c_proj.bias`, [C]);
  }
  shapes.set('transformer.ln_f.weight', [C]).set('transformer.ln_f.bias', [C]);
  if (head === 'scalar') shapes.set('score.weight', [1, C]);
  return shapes;
}

/**
 * Fresh weights, as GPT-2's: N(0, initializer_range), the projections into the residual stream divided by
 * sqrt(2 * n_layer), biases 0, layer norms 1. Each parameter draws from its own stream of `random`.
 */
export function initModel(config: GPTConfig, random: Random, head: Head = 'lm'): Model {
  const arrays = new Map<string, Float32Array>();
  for (const [name, shape] of parameterShapes(config, head)) arrays.set(name, initialValues(name, shape, config, random));
  return modelFromArrays(config, head, arrays);
}

/** A fresh scalar head, (1, C): N(0, 1 / sqrt(C + 1)) ("N+ implementation details of RLHF with PPO"). */
export function initialScoreWeight(config: GPTConfig, random: Random): Float32Array {
  return normals(config.n_embd, 1 / Math.sqrt(config.n_embd + 1), random.fork('score.weight'));
}

/** A model from its weights, one array for every name of parameterShapes. */
export function modelFromArrays(config: GPTConfig, head: Head, arrays: ReadonlyMap<string, Float32Array>): Model {
  const parameters = new Map<string, tf.Variable>();
  for (const [name, shape] of parameterShapes(config, head)) {
    const values = arrays.get(name);
    if (values === undefined) throw new Error(`expected values for ${name}, found none`);
    parameters.set(name, variable(tf.tensor(values, [...shape], 'float32')));
  }
  return { config, parameters, head };
}

/** A copy with weights of its own. */
export function cloneModel(model: Model): Model {
  const parameters = new Map<string, tf.Variable>();
  // `add 0` makes new memory on every backend; a clone may share the buffer, which AdamW writes in place.
  for (const [name, parameter] of model.parameters) parameters.set(name, variable(tf.tidy(() => tf.add(parameter, 0))));
  return { config: model.config, parameters, head: model.head };
}

/** Copies the weights of one model into another of the same shape, in place. */
export function copyWeights(from: Model, to: Model): void {
  for (const [name, parameter] of to.parameters) {
    const fresh = tf.tidy(() => tf.add(parameterOf(from, name), 0));
    parameter.assign(fresh);
    fresh.dispose();
  }
}

export function disposeModel(model: Model): void {
  for (const parameter of model.parameters.values()) parameter.dispose();
}

/**
 * The model with a row of the embedding for each of so many tokens. New rows are the mean of the old ones, so that a new
 * token starts neither likely nor unlikely; rows beyond, as of an embedding that was padded to a round number, are cut off.
 * The model given is used up.
 */
export function withVocabulary(model: Model, vocabSize: number): Model {
  const { vocab_size: V, n_embd: C } = model.config;
  if (V === vocabSize) return model;
  const name = 'transformer.wte.weight';
  const embedding = parameterOf(model, name);
  const resized = tf.tidy(() => {
    if (vocabSize < V) return tf.slice(embedding, [0, 0], [vocabSize, C]);
    return tf.concat([embedding, tf.tile(tf.mean(embedding, 0, true), [vocabSize - V, 1])], 0);
  });
  embedding.dispose();
  return { ...model, config: { ...model.config, vocab_size: vocabSize }, parameters: new Map(model.parameters).set(name, variable(resized)) };
}

/** Number of weights; the tied output is counted once. */
export function parameterCount(model: Model): number {
  let count = 0;
  for (const parameter of model.parameters.values()) count += parameter.size;
  return count;
}

/** A parameter by its Hugging Face name. */
export function parameterOf(model: Model, name: string): tf.Variable {
  const parameter = model.parameters.get(name);
  if (parameter === undefined) throw new Error(`expected a parameter ${name}, found none`);
  return parameter;
}

/** A variable without a name of its own (tfjs wants names unique in the process); takes the tensor over. */
function variable(values: tf.Tensor): tf.Variable {
  const made = tf.variable(values, true);
  values.dispose();
  return made;
}

function initialValues(name: string, shape: Shape, config: GPTConfig, random: Random): Float32Array {
  const size = shape.reduce((product, side) => product * side, 1);
  if (name === 'score.weight') return initialScoreWeight(config, random);
  if (/ln_[12f]\.weight$/.test(name)) return new Float32Array(size).fill(1);
  if (name.endsWith('.bias')) return new Float32Array(size);
  const residual = name.endsWith('.c_proj.weight');
  const deviation = config.initializer_range / (residual ? Math.sqrt(2 * config.n_layer) : 1);
  return normals(size, deviation, random.fork(name));
}

function normals(size: number, deviation: number, random: Random): Float32Array {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = deviation * random.normal();
  return values;
}

