import * as tf from '@tensorflow/tfjs-core';
import { AdamW, cloneModel, disposeGradients, disposeModel, loadModel, type Gradients, type Model } from '@minchat/model';
import { modelPart, type Saveable } from '@minchat/training';

/** The policy and what belongs to it in every algorithm. */
export interface Actor {
  readonly policy: Model;
  /** The SFT model, frozen. */
  readonly reference: Model;
  readonly optimizer: AdamW;
  /** What is evaluated and saved: the moving average of the weights, or the policy itself. */
  readonly candidate: Model;
  readonly parts: Readonly<Record<string, Saveable>>;
  /** Call after every iteration, counted from 0. */
  average(iteration: number): void;
  dispose(): void;
}

interface ActorSettings {
  readonly ema: number;
  readonly maxGradNorm: number;
}

/** Adam as PPO uses it (lm-human-preferences): epsilon 1e-5, no weight decay. */
export function ppoAdam(model: Model, maxGradNorm: number): AdamW {
  return new AdamW(model.parameters, { epsilon: 1e-5, clipNorm: maxGradNorm });
}

/** One optimizer step, the gradients disposed of; returns their norm before clipping. */
export async function stepWith(optimizer: AdamW, grads: Gradients, learningRate: number): Promise<number> {
  try {
    return await optimizer.step(grads, learningRate);
  } finally {
    disposeGradients(grads);
  }
}

/** Loads the SFT model as policy and as reference. */
export async function openActor(folder: string, { ema, maxGradNorm }: ActorSettings): Promise<Actor> {
  const policy = await loadModel(folder, { head: 'lm' });
  const reference = cloneModel(policy);
  const optimizer = ppoAdam(policy, maxGradNorm);
  const averaged = ema > 0 ? cloneModel(policy) : undefined;
  return {
    policy,
    reference,
    optimizer,
    candidate: averaged ?? policy,
    parts: { policy: modelPart(policy), policyOptimizer: optimizer, ...(averaged && { average: modelPart(averaged) }) },
    average(iteration) {
      // A lower decay at first, so that a short run's average is not mostly the SFT model.
      if (averaged) moveAverage(averaged, policy, Math.min(ema, (1 + iteration) / (10 + iteration)));
    },
    dispose() {
      optimizer.dispose();
      for (const model of [policy, reference, averaged]) if (model) disposeModel(model);
    },
  };
}

/** average = decay * average + (1 - decay) * weights, in place. */
export function moveAverage(average: Model, weights: Model, decay: number): void {
  tf.tidy(() => {
    for (const [name, variable] of average.parameters) {
      const target = weights.parameters.get(name);
      if (target) variable.assign(tf.add(tf.mul(variable, decay), tf.mul(target, 1 - decay)));
    }
  });
}
