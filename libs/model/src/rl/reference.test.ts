import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  approxKlHalfSquare,
  gae,
  klK3,
  klPerSequence,
  nextBeta,
  perTokenRewards,
  ppoPolicyLoss,
  ppoPolicyLossTensor,
  ppoValueLoss,
  ppoValueLossTensor,
  rewardLoss,
  rewardLossTensor,
  whiten,
} from '../index.ts';
import { largestDifference, referenceFile } from './reference.testing.ts';

interface PpoReference {
  beta: number;
  gamma: number;
  lambda: number;
  clip: number;
  value_clip: number;
  mask: number[][];
  logp_old: number[][];
  logp_ref: number[][];
  logp_new: number[][];
  value_old: number[][];
  value_new: number[][];
  score: number[];
  rewards: number[][];
  advantages: number[][];
  returns: number[][];
  whitened: number[][];
  policy_loss: number;
  value_loss: number;
  grad_logp_new: number[][];
  grad_value_new: number[][];
  clip_fraction: number;
  approx_kl_half_sq: number;
  kl_k1_to_ref_per_sequence: number[];
  kl_k3_to_ref_mean: number;
}
interface RewardLossReference {
  cases: { rewards: number[]; rank: number[]; loss: number; grad: number[]; pairs: number }[];
}
interface AdaptiveKlReference {
  init: number;
  target: number;
  horizon: number;
  n: number;
  kl: number[];
  beta: number[];
}

const exact = 1e-10; // plain arithmetic in float64
const single = 1e-5; // float32 tensors

const ppo = referenceFile<PpoReference>('ppo.json');
const reward = referenceFile<RewardLossReference>('reward_loss.json');
const adaptive = referenceFile<AdaptiveKlReference>('adaptive_kl.json');

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.skipIf(!ppo)('ppo.json', () => {
  const r = ppo as PpoReference;
  it('plain arithmetic agrees within 1e-10', () => {
    const rewards = perTokenRewards({ logProbs: r.logp_old, referenceLogProbs: r.logp_ref, mask: r.mask, scores: r.score, beta: r.beta });
    expect(largestDifference(rewards, r.rewards)).toBeLessThan(exact);
    const { advantages, returns } = gae({ rewards, values: r.value_old, mask: r.mask, gamma: r.gamma, lambda: r.lambda });
    expect(largestDifference(advantages, r.advantages)).toBeLessThan(exact);
    expect(largestDifference(returns, r.returns)).toBeLessThan(exact);
    const whitened = whiten(advantages, r.mask);
    expect(largestDifference(whitened, r.whitened)).toBeLessThan(exact);
    const policy = ppoPolicyLoss({ logProbs: r.logp_new, oldLogProbs: r.logp_old, advantages: whitened, mask: r.mask, clip: r.clip });
    expect(policy.loss).toBeCloseTo(r.policy_loss, 10);
    expect(largestDifference(policy.gradient, r.grad_logp_new)).toBeLessThan(exact);
    expect(policy.clipFraction).toBeCloseTo(r.clip_fraction, 10);
    const value = ppoValueLoss({ values: r.value_new, oldValues: r.value_old, returns, mask: r.mask, clip: r.value_clip });
    expect(value.loss).toBeCloseTo(r.value_loss, 10);
    expect(largestDifference(value.gradient, r.grad_value_new)).toBeLessThan(exact);
    expect(approxKlHalfSquare(r.logp_new, r.logp_old, r.mask)).toBeCloseTo(r.approx_kl_half_sq, 10);
    expect(largestDifference(klPerSequence(r.logp_old, r.logp_ref, r.mask), r.kl_k1_to_ref_per_sequence)).toBeLessThan(exact);
    expect(klK3(r.logp_old, r.logp_ref, r.mask)).toBeCloseTo(r.kl_k3_to_ref_mean, 10);
  });

  it('tensor losses and their gradients agree within 1e-5', () => {
    tf.tidy(() => {
      const mask = tf.tensor2d(r.mask);
      const policy = tf.valueAndGrad((logProbs: tf.Tensor) =>
        ppoPolicyLossTensor({
          logProbs: logProbs as tf.Tensor2D,
          oldLogProbs: tf.tensor2d(r.logp_old),
          advantages: tf.tensor2d(r.whitened),
          mask,
          clip: r.clip,
        }),
      )(tf.tensor2d(r.logp_new));
      expect(Math.abs((policy.value.arraySync() as number) - r.policy_loss)).toBeLessThan(single);
      expect(largestDifference(policy.grad.arraySync() as number[][], r.grad_logp_new)).toBeLessThan(single);
      const value = tf.valueAndGrad((values: tf.Tensor) =>
        ppoValueLossTensor({
          values: values as tf.Tensor2D,
          oldValues: tf.tensor2d(r.value_old),
          returns: tf.tensor2d(r.returns),
          mask,
          clip: r.value_clip,
        }),
      )(tf.tensor2d(r.value_new));
      expect(Math.abs((value.value.arraySync() as number) - r.value_loss)).toBeLessThan(single);
      expect(largestDifference(value.grad.arraySync() as number[][], r.grad_value_new)).toBeLessThan(single);
    });
  });
});

describe.skipIf(!reward)('reward_loss.json', () => {
  it.each(reward?.cases ?? [])('$rank', ({ rewards, rank, loss, grad, pairs }) => {
    const plain = rewardLoss(rewards, rank);
    expect(plain.loss).toBeCloseTo(loss, 10);
    expect(plain.pairs).toBe(pairs);
    expect(largestDifference(plain.gradient, grad)).toBeLessThan(exact);
    tf.tidy(() => {
      const tensors = tf.valueAndGrad((x: tf.Tensor) => rewardLossTensor(x as tf.Tensor1D, [rank]))(tf.tensor1d(rewards));
      expect(Math.abs((tensors.value.arraySync() as number) - loss)).toBeLessThan(single);
      expect(largestDifference(tensors.grad.arraySync() as number[], grad)).toBeLessThan(single);
    });
  });
});

describe.skipIf(!adaptive)('adaptive_kl.json', () => {
  it('beta agrees within 1e-10 after every batch', () => {
    const r = adaptive as AdaptiveKlReference;
    let beta = r.init;
    const betas = r.kl.map((kl) => (beta = nextBeta({ type: 'adaptive', target: r.target, horizon: r.horizon }, beta, kl, r.n)));
    expect(largestDifference(betas, r.beta)).toBeLessThan(exact);
  });
});
