// GPT-2, value and reward heads, generation, losses, AdamW, on plain tensors of TensorFlow.js.
//
// Compute starts with `await startBackend()`. Who owns a tensor: see types.ts (the caller disposes).
import type * as tf from '@tensorflow/tfjs-core';
import type { GPTConfig } from './config.ts';
import type { Random } from './random.ts';
import type { ForwardOptions, GenerateOptions, Generation, Head, Model, SampledToken, SamplingOptions } from './types.ts';

export type { Dropout, ForwardOptions, GenerateOptions, Generation, Head, Model, SampledToken, SamplingOptions, TokenLogprob } from './types.ts';
export { gptConfig, parseConfig, type GPTConfig } from './config.ts';
export { Random, type RandomState } from './random.ts';

// ---- backends
/** Starts the backend asked for (`auto`: the first that works). Throws MC_BACKEND_UNAVAILABLE. */
export declare function startBackend(preferred?: string): Promise<{ name: BackendName; reason: string }>;
export type BackendName = 'tensorflow' | 'native' | 'webgpu' | 'wasm' | 'cpu';

// ---- models
export declare function initModel(config: GPTConfig, random: Random, head?: Head): Model;
/** Head by default as the folder says. A scalar head that the folder lacks is drawn from `random`. Throws MC_MODEL_INVALID. */
export declare function loadModel(folder: string, options?: { head?: Head; random?: Random }): Promise<Model>;
/** Writes config.json and model.safetensors (each first beside, then renamed). */
export declare function saveModel(model: Model, folder: string, extraConfig?: Record<string, unknown>): Promise<void>;
export declare function cloneModel(model: Model): Model;
export declare function disposeModel(model: Model): void;
export declare function parameterCount(model: Model): number;

// ---- forward; tokens (B, T) int32, start (B) int32 = first real position of a left-padded row
/** Pads on the left: tokens (B, T) int32 and start (B) int32, T the longest (or `length`). */
export declare function leftPad(sequences: readonly (readonly number[])[], length?: number): { tokens: tf.Tensor2D; start: tf.Tensor1D };
/** After the last layer norm, (B, T, C). */
export declare function hiddenStates(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, options?: ForwardOptions): tf.Tensor3D;
/** (B, T, V) */
export declare function logits(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, options?: ForwardOptions): tf.Tensor3D;
/** The scalar head at every position, (B, T). */
export declare function scores(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, options?: ForwardOptions): tf.Tensor2D;

// ---- losses
/** -log p(target) and whether the target was the most probable token (1 or 0; no gradient), both (B, T). */
export declare function tokenLosses(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, targets: tf.Tensor2D, options?: ForwardOptions): { nll: tf.Tensor2D; correct: tf.Tensor2D };
/** sum(weights * nll) / sum(weights), a scalar; targets (B, T) int32, weights (B, T). */
export declare function lmLoss(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, targets: tf.Tensor2D, weights: tf.Tensor2D, options?: ForwardOptions): tf.Scalar;
/** Log-probability of tokens[:, t] for t >= from (>= 1) under softmax(logits / temperature), and that distribution's entropy (no gradient); both (B, T - from). */
export declare function tokenLogProbs(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, from: number, temperature: number, options?: ForwardOptions): { logprobs: tf.Tensor2D; entropy: tf.Tensor2D };

// ---- training
export type Parameters = ReadonlyMap<string, tf.Variable>;
export type Gradients = Map<string, tf.Tensor>;
/** The loss, and tensors worth keeping from its computation (metrics; no gradient). */
export type LossResult<A extends Record<string, tf.Tensor>> = tf.Scalar | { loss: tf.Scalar; aux: A };
/** The loss and d loss / d parameter for every parameter (zeros where the loss does not depend on it). */
export declare function valueAndGrads<A extends Record<string, tf.Tensor> = Record<string, never>>(parameters: Parameters, loss: () => LossResult<A>): { value: tf.Scalar; grads: Gradients; aux: A };
/** The parameters of several models as one map: names `label/name`. */
export declare function mergeParameters(models: Readonly<Record<string, Model>>): Map<string, tf.Variable>;
/** Sums gradients of several batches: total += scale * grads. */
export declare class GradientAccumulator {
  /** Takes over `grads`: disposes them or goes on with them. */
  add(grads: Gradients, scale?: number): void;
  /** The sums, which then belong to the caller; the accumulator is empty again. */
  take(): Gradients;
  dispose(): void;
}
export declare function disposeGradients(grads: Gradients): void;

export interface AdamWOptions {
  beta1?: number; // 0.9
  beta2?: number; // 0.95
  epsilon?: number; // 1e-8
  /** Decoupled, on matrices (rank >= 2) only; default 0. */
  weightDecay?: number;
  /** Largest global norm of the gradients; default 1, Infinity for none. */
  clipNorm?: number;
}
export declare class AdamW {
  constructor(parameters: Parameters, options?: AdamWOptions);
  /** Updates taken. */
  readonly steps: number;
  /** One update, in place. Returns the global norm before clipping. Throws MC_STAGE_DIVERGED when it is not finite, with nothing changed. */
  step(grads: Gradients, learningRate: number): Promise<number>;
  /** Moments and step count in `optimizer.safetensors`, bit for bit. */
  save(folder: string): Promise<void>;
  load(folder: string): Promise<void>;
  dispose(): void;
}

/** `step` counts from 0. Linear warm-up from peak/warmup to peak, then cosine to 10 % of peak at step total-1, or constant. */
export type Schedule = { kind: 'cosine'; peak: number; warmup: number; total: number } | { kind: 'constant'; peak: number; warmup: number };
export declare function learningRate(schedule: Schedule, step: number): number;

// ---- generation
/** Continues every prompt, in one left-padded batch with a KV cache. Throws MC_CONTEXT_LENGTH when a prompt leaves no room. */
export declare function generate(model: Model, prompts: readonly (readonly number[])[], options: GenerateOptions): Promise<Generation[]>;
/** A fixed number of KV-cache slots for continuous batching: requests are admitted and released between tokens. */
export declare class DecodeBatch {
  /** `maxLength`: prompt and answer together, at most n_positions (the default). */
  constructor(model: Model, options: { slots: number; maxLength?: number });
  readonly slots: number;
  readonly free: number;
  /** Reads the prompts in one left-padded batch; returns the slot of each. Throws MC_CONFLICT without a free slot, MC_CONTEXT_LENGTH when a prompt leaves no room. */
  admit(requests: readonly { prompt: readonly number[]; sampling: SamplingOptions; seed: number }[]): Promise<number[]>;
  /** One token for every admitted slot that has not ended. A slot that ended stays taken until released. */
  step(): Promise<{ slot: number; token: SampledToken; end: 'stop' | 'length' | null }[]>;
  release(slot: number): void;
  dispose(): void;
}
