import * as tf from '@tensorflow/tfjs-core';
import { AdamW } from '../adamw.ts';
import { valueAndGrads, type Gradients } from '../gradients.ts';
import { samplingProbabilities } from '../ops/sampling.ts';
import { gae, whiten } from '../rl/advantages.ts';
import { approxKlHalfSquare, klK3, klPerSequence, nextBeta } from '../rl/kl.ts';
import { ppoPolicyLossTensor, ppoValueLossTensor } from '../rl/ppo-tensors.ts';
import { ppoPolicyLoss, ppoValueLoss } from '../rl/ppo.ts';
import { rewardLoss, rewardLossTensor } from '../rl/reward-loss.ts';
import { perTokenRewards } from '../rl/rewards.ts';
import { learningRate } from '../schedule.ts';
import { absoluteDifference, readReference, type Check, type Nested } from './compare.ts';

// Plain arithmetic is in float64 and must agree within 1e-10; what runs on the backend is float32.
const exact = 1e-10;
const single = 1e-5;

function plain(what: string, found: Nested, expected: Nested): Check {
  return { what, difference: absoluteDifference(found, expected), tolerance: exact };
}

function onBackend(what: string, found: Nested, expected: Nested): Check {
  return { what, difference: absoluteDifference(found, expected), tolerance: single };
}

interface AdamWReference {
  start: [number[][], number[]];
  steps: { grad: [number[][], number[]]; grad_norm: number; after: [number[][], number[]] }[];
}

/** The hyperparameters stand in the file's note. */
export async function checkAdamW(folder: string): Promise<Check[]> {
  const reference = await readReference<AdamWReference>(folder, 'adamw.json');
  const parameters = new Map(reference.start.map((values, i) => [String(i), ownVariable(values)]));
  const optimizer = new AdamW(parameters, { weightDecay: 0.1, epsilon: 1e-8, clipNorm: 1 });
  const checks: Check[] = [];
  for (const [i, { grad, grad_norm, after }] of reference.steps.entries()) {
    const grads: Gradients = new Map(grad.map((values, n) => [String(n), tf.tensor(values)]));
    checks.push(onBackend(`steps[${i}].grad_norm`, await optimizer.step(grads, 1e-2), grad_norm));
    tf.dispose([...grads.values()]);
    const found: Nested[] = [];
    for (const parameter of parameters.values()) found.push((await parameter.array()) as Nested);
    checks.push(onBackend(`steps[${i}].after`, found, after));
  }
  optimizer.dispose();
  tf.dispose([...parameters.values()]);
  return checks;
}

interface AdaptiveKlReference {
  init: number;
  target: number;
  horizon: number;
  n: number;
  kl: number[];
  beta: number[];
}

export async function checkAdaptiveKl(folder: string): Promise<Check[]> {
  const r = await readReference<AdaptiveKlReference>(folder, 'adaptive_kl.json');
  let beta = r.init;
  const betas = r.kl.map((kl) => (beta = nextBeta({ type: 'adaptive', target: r.target, horizon: r.horizon }, beta, kl, r.n)));
  return [plain('beta', betas, r.beta)];
}

type Rows = number[][];

interface PpoReference {
  beta: number;
  gamma: number;
  lambda: number;
  clip: number;
  value_clip: number;
  mask: Rows;
  logp_old: Rows;
  logp_ref: Rows;
  logp_new: Rows;
  value_old: Rows;
  value_new: Rows;
  score: number[];
  rewards: Rows;
  advantages: Rows;
  returns: Rows;
  whitened: Rows;
  policy_loss: number;
  value_loss: number;
  grad_logp_new: Rows;
  grad_value_new: Rows;
  clip_fraction: number;
  approx_kl_half_sq: number;
  kl_k1_to_ref_per_sequence: number[];
  kl_k3_to_ref_mean: number;
}

export async function checkPpo(folder: string): Promise<Check[]> {
  const r = await readReference<PpoReference>(folder, 'ppo.json');
  const { mask } = r;
  const rewards = perTokenRewards({ logProbs: r.logp_old, referenceLogProbs: r.logp_ref, mask, scores: r.score, beta: r.beta });
  const { advantages, returns } = gae({ rewards, values: r.value_old, mask, gamma: r.gamma, lambda: r.lambda });
  const whitened = whiten(advantages, mask);
  const policy = ppoPolicyLoss({ logProbs: r.logp_new, oldLogProbs: r.logp_old, advantages: whitened, mask, clip: r.clip });
  const value = ppoValueLoss({ values: r.value_new, oldValues: r.value_old, returns, mask, clip: r.value_clip });
  const checks = [
    plain('rewards', rewards, r.rewards),
    plain('advantages', advantages, r.advantages),
    plain('returns', returns, r.returns),
    plain('whitened', whitened, r.whitened),
    plain('policy_loss', policy.loss, r.policy_loss),
    plain('value_loss', value.loss, r.value_loss),
    plain('grad_logp_new', policy.gradient, r.grad_logp_new),
    plain('grad_value_new', value.gradient, r.grad_value_new),
    plain('clip_fraction', policy.clipFraction, r.clip_fraction),
    plain('approx_kl_half_sq', approxKlHalfSquare(r.logp_new, r.logp_old, mask), r.approx_kl_half_sq),
    plain('kl_k1_to_ref_per_sequence', klPerSequence(r.logp_old, r.logp_ref, mask), r.kl_k1_to_ref_per_sequence),
    plain('kl_k3_to_ref_mean', klK3(r.logp_old, r.logp_ref, mask), r.kl_k3_to_ref_mean),
  ];
  const constants = { mask: tf.tensor2d(mask), logp: tf.tensor2d(r.logp_old), whitened: tf.tensor2d(r.whitened), values: tf.tensor2d(r.value_old), returns: tf.tensor2d(r.returns) };
  const policyOn = await lossOnBackend(r.logp_new, (logProbs) =>
    ppoPolicyLossTensor({ logProbs: logProbs as tf.Tensor2D, oldLogProbs: constants.logp, advantages: constants.whitened, mask: constants.mask, clip: r.clip }),
  );
  const valueOn = await lossOnBackend(r.value_new, (values) =>
    ppoValueLossTensor({ values: values as tf.Tensor2D, oldValues: constants.values, returns: constants.returns, mask: constants.mask, clip: r.value_clip }),
  );
  tf.dispose(constants);
  checks.push(
    onBackend('policy_loss on the backend', policyOn.loss, r.policy_loss),
    onBackend('grad_logp_new on the backend', policyOn.gradient, r.grad_logp_new),
    onBackend('value_loss on the backend', valueOn.loss, r.value_loss),
    onBackend('grad_value_new on the backend', valueOn.gradient, r.grad_value_new),
  );
  return checks;
}

interface RewardLossReference {
  cases: { rewards: number[]; rank: number[]; loss: number; grad: number[]; pairs: number }[];
}

export async function checkRewardLoss(folder: string): Promise<Check[]> {
  const { cases } = await readReference<RewardLossReference>(folder, 'reward_loss.json');
  const checks: Check[] = [];
  for (const [i, { rewards, rank, loss, grad, pairs }] of cases.entries()) {
    const found = rewardLoss(rewards, rank);
    checks.push(plain(`cases[${i}].loss`, found.loss, loss), plain(`cases[${i}].grad`, found.gradient, grad), plain(`cases[${i}].pairs`, found.pairs, pairs));
    const tensors = await lossOnBackend(rewards, (x) => rewardLossTensor(x as tf.Tensor1D, [rank]));
    checks.push(onBackend(`cases[${i}].loss on the backend`, tensors.loss, loss), onBackend(`cases[${i}].grad on the backend`, tensors.gradient, grad));
  }
  return checks;
}

interface SamplingReference {
  cases: { logits: number[]; previous: number[]; temperature: number; top_k: number; top_p: number; frequency_penalty: number; presence_penalty: number; probs: number[] }[];
}

export async function checkSampling(folder: string): Promise<Check[]> {
  const { cases } = await readReference<SamplingReference>(folder, 'sampling.json');
  return cases.map((c, i) => {
    const counts = new Map<number, number>();
    for (const token of c.previous) counts.set(token, (counts.get(token) ?? 0) + 1);
    const options = { temperature: c.temperature, topK: c.top_k, topP: c.top_p, frequencyPenalty: c.frequency_penalty, presencePenalty: c.presence_penalty };
    return plain(`cases[${i}].probs`, Array.from(samplingProbabilities(c.logits, counts, options)), c.probs);
  });
}

interface ScheduleReference {
  total: number;
  warmup: number;
  peak: number;
  lr: number[];
}

export async function checkSchedule(folder: string): Promise<Check[]> {
  const { total, warmup, peak, lr } = await readReference<ScheduleReference>(folder, 'schedule.json');
  return [plain('lr', lr.map((_, step) => learningRate({ kind: 'cosine', peak, warmup, total }, step)), lr)];
}

/** A loss and its gradient, computed by the backend in float32. */
async function lossOnBackend(at: Nested, loss: (x: tf.Tensor) => tf.Scalar): Promise<{ loss: number; gradient: Nested }> {
  const x = ownVariable(at);
  const { value, grads } = valueAndGrads(new Map([['x', x]]), () => loss(x));
  const found = { loss: (await value.data())[0] ?? NaN, gradient: (await grads.get('x')?.array()) as Nested };
  tf.dispose([x, value, ...grads.values()]);
  return found;
}

function ownVariable(values: Nested): tf.Variable {
  return tf.tidy(() => tf.variable(tf.tensor(values as tf.TensorLike)));
}
