import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { MinchatError } from '@minchat/errors';
import type { Gradients, Parameters } from './gradients.ts';
import { readSafetensors, writeSafetensors } from './io/safetensors.ts';
import { adamW, squaredSums } from './ops/adamw.ts';

export interface AdamWOptions {
  /** Default 0.9. */
  readonly beta1?: number | undefined;
  /** Default 0.95 (InstructGPT, C.1). */
  readonly beta2?: number | undefined;
  /** Default 1e-8; PPO uses 1e-5. */
  readonly epsilon?: number | undefined;
  /** Decoupled, on matrices (rank >= 2) only. Default 0. */
  readonly weightDecay?: number | undefined;
  /** Largest global norm of the gradients. Default 1; Infinity for none. */
  readonly clipNorm?: number | undefined;
}

const file = 'optimizer.safetensors';

/** AdamW with a clip of the global norm, over the parameters of one or more models. */
export class AdamW {
  readonly #parameters: Parameters;
  readonly #options: { beta1: number; beta2: number; epsilon: number; weightDecay: number; clipNorm: number };
  /** First and second moments, by parameter name. */
  readonly #moments = new Map<string, { m: tf.Variable; v: tf.Variable }>();
  #steps = 0;

  constructor(parameters: Parameters, options: AdamWOptions = {}) {
    this.#parameters = parameters;
    this.#options = {
      beta1: options.beta1 ?? 0.9,
      beta2: options.beta2 ?? 0.95,
      epsilon: options.epsilon ?? 1e-8,
      weightDecay: options.weightDecay ?? 0,
      clipNorm: options.clipNorm ?? 1,
    };
    for (const [name, parameter] of parameters) {
      const zeros = (): tf.Variable => momentOf(tf.zeros(parameter.shape));
      this.#moments.set(name, { m: zeros(), v: zeros() });
    }
  }

  /** Updates taken so far. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * One update of the parameters, in place; `grads` stay the caller's. Returns the global norm before
   * clipping. Throws MC_STAGE_DIVERGED, with nothing changed, when it is not finite.
   */
  async step(grads: Gradients, learningRate: number): Promise<number> {
    const norm = await globalNorm(grads);
    if (!Number.isFinite(norm)) throw new MinchatError('MC_STAGE_DIVERGED', `expected finite gradients at update ${this.#steps + 1}, found a global norm of ${norm}`);
    const { beta1, beta2, epsilon, weightDecay, clipNorm } = this.#options;
    this.#steps++;
    const updates = [...this.#parameters].map(([name, parameter]) => {
      const grad = grads.get(name);
      const moments = this.#moments.get(name);
      if (grad === undefined || moments === undefined) throw new Error(`expected a gradient for ${name}, found none`);
      return { parameter, grad, m: moments.m, v: moments.v, weightDecay: parameter.shape.length >= 2 ? weightDecay : 0 };
    });
    adamW(updates, {
      learningRate,
      beta1,
      beta2,
      epsilon,
      correction1: 1 - beta1 ** this.#steps,
      correction2: 1 - beta2 ** this.#steps,
      gradScale: norm > clipNorm ? clipNorm / norm : 1,
    });
    return norm;
  }

  /** Writes the moments and the step count to optimizer.safetensors in the folder, bit for bit. */
  async save(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    const tensors = [];
    for (const [name, { m, v }] of this.#moments) {
      tensors.push({ name: `m/${name}`, shape: m.shape, values: (await m.data()) as Float32Array });
      tensors.push({ name: `v/${name}`, shape: v.shape, values: (await v.data()) as Float32Array });
    }
    await writeSafetensors(join(folder, file), tensors, { steps: String(this.#steps) });
  }

  /** Goes on from what `save` wrote for the same parameters. Throws MC_MODEL_INVALID. */
  async load(folder: string): Promise<void> {
    const { tensors, metadata } = await readSafetensors(join(folder, file));
    const steps = Number(metadata['steps']);
    if (!Number.isSafeInteger(steps) || steps < 0) throw new MinchatError('MC_MODEL_INVALID', `${file}: expected a step count, found ${metadata['steps'] ?? 'none'}`);
    const read = (name: string, shape: number[]): tf.Variable => {
      const found = tensors.get(name);
      if (found === undefined || found.shape.join() !== shape.join()) {
        throw new MinchatError('MC_MODEL_INVALID', `${file}: expected ${name} of shape [${shape.join(', ')}], found ${found === undefined ? 'none' : `[${found.shape.join(', ')}]`}`);
      }
      return momentOf(tf.tensor(found.values, shape, 'float32'));
    };
    const loaded = [...this.#parameters].map(([name, { shape }]) => [name, { m: read(`m/${name}`, shape), v: read(`v/${name}`, shape) }] as const);
    this.dispose();
    for (const [name, moments] of loaded) this.#moments.set(name, moments);
    this.#steps = steps;
  }

  dispose(): void {
    for (const { m, v } of this.#moments.values()) tf.dispose([m, v]);
    this.#moments.clear();
  }
}

/** A variable of its own, which takes the tensor over. */
function momentOf(tensor: tf.Tensor): tf.Variable {
  const variable = tf.variable(tensor, false);
  tensor.dispose();
  return variable;
}

/** The L2 norm of all gradients together. */
export async function globalNorm(grads: Gradients): Promise<number> {
  const sums = squaredSums([...grads.values()]);
  const values = await sums.data();
  sums.dispose();
  let total = 0;
  for (const value of values) total += value;
  return Math.sqrt(total);
}
