import * as tf from '@tensorflow/tfjs-core';
import type { Head, ModelConfig } from './architectures/architecture.ts';
import { shapeOf } from './architectures/config.ts';
import { parameterShapes } from './architectures/parameters.ts';
import type { Random } from './random.ts';
import type { Model } from './types.ts';

/**
 * Fresh weights, as GPT-2's: N(0, initializer_range), the projections into the residual stream divided by
 * sqrt(2 * layers), biases 0, norms 1. Each parameter draws from its own stream of `random`.
 */
export function initModel(config: ModelConfig, random: Random, head: Head = 'lm'): Model {
  const arrays = new Map<string, Float32Array>();
  for (const [name, shape] of parameterShapes(shapeOf(config), head)) arrays.set(name, initialValues(name, shape, config, random));
  return modelFromArrays(config, head, arrays);
}

/** A fresh scalar head, (1, C): N(0, 1 / sqrt(C + 1)) ("N+ implementation details of RLHF with PPO"). */
export function initialScoreWeight(width: number, random: Random): Float32Array {
  return normals(width, 1 / Math.sqrt(width + 1), random.fork('score.weight'));
}

/** A model from its weights, one array for every name of parameterShapes. */
export function modelFromArrays(config: ModelConfig, head: Head, arrays: ReadonlyMap<string, Float32Array>): Model {
  const shape = shapeOf(config);
  const parameters = new Map<string, tf.Variable>();
  for (const [name, sides] of parameterShapes(shape, head)) {
    const values = arrays.get(name);
    if (values === undefined) throw new Error(`expected values for ${name}, found none`);
    parameters.set(name, variable(tf.tensor(values, [...sides], 'float32')));
  }
  return { config, shape, parameters, head };
}

/** A copy with weights of its own. */
export function cloneModel(model: Model): Model {
  const parameters = new Map<string, tf.Variable>();
  // `add 0` makes new memory on every backend; a clone may share the buffer, which AdamW writes in place.
  for (const [name, parameter] of model.parameters) parameters.set(name, variable(tf.tidy(() => tf.add(parameter, 0))));
  return { ...model, parameters };
}

/** Copies the weights of one model into another of the same shape, in place. */
export function copyWeights(from: Model, to: Model): void {
  for (const [name, parameter] of to.parameters) {
    const fresh = tf.tidy(() => tf.add(parameterOf(from.parameters, name), 0));
    parameter.assign(fresh);
    fresh.dispose();
  }
}

export function disposeModel(model: Model): void {
  for (const parameter of model.parameters.values()) parameter.dispose();
}

/**
 * The model with a row of the embedding, and of an output of its own, for each of so many tokens. New rows are the mean of
 * the old ones, so that a new token starts neither likely nor unlikely; rows beyond, as of an embedding that was padded to a
 * round number, are cut off. The model given is used up.
 */
export function withVocabulary(model: Model, vocabSize: number): Model {
  if (model.shape.vocabulary === vocabSize) return model;
  const config = { ...model.config, vocab_size: vocabSize };
  const parameters = new Map(model.parameters);
  for (const name of ['transformer.wte.weight', 'lm_head.weight']) {
    const rows = parameters.get(name);
    if (rows === undefined) continue;
    parameters.set(name, variable(tf.tidy(() => withRows(rows, vocabSize))));
    rows.dispose();
  }
  return { ...model, config, shape: shapeOf(config), parameters };
}

/** (V, C) with so many rows: the first ones, or the mean in the place of more. */
function withRows(rows: tf.Tensor, count: number): tf.Tensor {
  const [V, C] = rows.shape as [number, number];
  if (count < V) return tf.slice(rows, [0, 0], [count, C]);
  return tf.concat([rows, tf.tile(tf.mean(rows, 0, true), [count - V, 1])], 0);
}

/** The model, of texts of at most so many tokens; it shares the weights. Learned positions are weights, and stay. */
export function withContext(model: Model, most: number): Model {
  if (model.shape.rotations === undefined || model.shape.context <= most) return model;
  const config = { ...model.config, max_position_embeddings: most };
  return { ...model, config, shape: shapeOf(config) };
}

/** Number of weights; a tied output is counted once. */
export function parameterCount(model: Model): number {
  let count = 0;
  for (const parameter of model.parameters.values()) count += parameter.size;
  return count;
}

/** A parameter by its name. */
export function parameterOf<T extends tf.Tensor>(parameters: ReadonlyMap<string, T>, name: string): T {
  const parameter = parameters.get(name);
  if (parameter === undefined) throw new Error(`expected a parameter ${name}, found none`);
  return parameter;
}

/** A variable without a name of its own (tfjs wants names unique in the process); takes the tensor over. */
function variable(values: tf.Tensor): tf.Variable {
  const made = tf.variable(values, true);
  values.dispose();
  return made;
}

function initialValues(name: string, sides: readonly number[], config: ModelConfig, random: Random): Float32Array {
  const size = sides.reduce((product, side) => product * side, 1);
  if (name === 'score.weight') return initialScoreWeight(size, random);
  if (/(ln_[12f]|[qk]_norm)\.weight$/.test(name)) return new Float32Array(size).fill(1);
  if (name.endsWith('.bias')) return new Float32Array(size);
  const residual = name.endsWith('.c_proj.weight');
  const deviation = config.initializer_range / (residual ? Math.sqrt(2 * shapeOf(config).layers) : 1);
  return normals(size, deviation, random.fork(name));
}

function normals(size: number, deviation: number, random: Random): Float32Array {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = deviation * random.normal();
  return values;
}

