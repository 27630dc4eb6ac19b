import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  dpoLoss,
  dpoLossTensor,
  explainedVariance,
  fullMask,
  gae,
  grpoAdvantages,
  kendallTau,
  klK3,
  klPerSequence,
  maskedMean,
  maskedVariance,
  nextBeta,
  perTokenRewards,
  ppoPolicyLoss,
  ppoPolicyLossTensor,
  ppoValueLoss,
  ppoValueLossTensor,
  rankedPairs,
  rewardLoss,
  rewardLossTensor,
  rlooAdvantages,
  scoreNormalisation,
  whiten,
} from '../index.ts';
import { absoluteDifference } from '../parity/compare.ts';

const real = fc.double({ min: -3, max: 3, noNaN: true });
/** B rows of T columns with a mask whose rows start with at least one real token. */
const batch = fc.record({ rows: fc.integer({ min: 1, max: 4 }), columns: fc.integer({ min: 1, max: 6 }) }).chain(({ rows, columns }) => {
  const matrix = fc.array(fc.array(real, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows });
  const mask = fc
    .array(fc.integer({ min: 1, max: columns }), { minLength: rows, maxLength: rows })
    .map((lengths) => lengths.map((length) => Array.from({ length: columns }, (_, t) => (t < length ? 1 : 0))));
  return fc.tuple(matrix, matrix, matrix, mask);
});

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('rewards and advantages', () => {
  it('puts the score on the last real token and the KL penalty on each', () => {
    const rewards = perTokenRewards({
      logProbs: [[-1, -2, -3]],
      referenceLogProbs: [[-1.5, -2, 9]],
      mask: [[1, 1, 0]],
      scores: [2],
      beta: 0.1,
    });
    expect(absoluteDifference(rewards, [[-0.05, 2, 0]])).toBeLessThan(1e-12);
  });

  it('gae with lambda 1 gives the return to go; with lambda 0 the one-step error', () => {
    const rewards = [[1, 0, 2]];
    const values = [[0.5, 1, -1]];
    const mask = fullMask(rewards);
    expect(absoluteDifference(gae({ rewards, values, mask, lambda: 1 }).returns, [[3, 2, 2]])).toBeLessThan(1e-12);
    expect(absoluteDifference(gae({ rewards, values, mask, lambda: 0 }).advantages, [[1.5, -2, 3]])).toBeLessThan(1e-12);
  });

  it('gae does not look at padding', () => {
    fc.assert(
      fc.property(batch, ([rewards, values, , mask]) => {
        const short = (matrix: number[][]): number[][] => matrix.map((row, index) => row.slice(0, mask[index]?.lastIndexOf(1) ?? 0).concat());
        const noisy = gae({ rewards, values, mask });
        const clean = gae({
          rewards: rewards.map((row, i) => row.map((x, t) => (mask[i]?.[t] === 1 ? x : 99))),
          values: values.map((row, i) => row.map((x, t) => (mask[i]?.[t] === 1 ? x : -99))),
          mask,
        });
        expect(short(noisy.advantages)).toEqual(short(clean.advantages));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('whitened values have mean 0 and variance 1 over the real tokens', () => {
    fc.assert(
      fc.property(batch, ([values, , , mask]) => {
        fc.pre(maskedVariance(values, mask) > 1e-3);
        const white = whiten(values, mask);
        expect(maskedMean(white, mask)).toBeCloseTo(0, 8);
        expect(maskedVariance(white, mask)).toBeCloseTo(1, 4);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('normalises scores to mean 0 and sd 1, and leaves the scale of constant ones alone', () => {
    const { mean, sd } = scoreNormalisation([1, 3, 5, 7]);
    expect([mean, sd]).toEqual([4, Math.sqrt(5)]);
    expect(scoreNormalisation([2, 2])).toEqual({ mean: 2, sd: 1 });
  });

  it('group baselines: leave one out, and mean over sd; each group sums to 0', () => {
    expect(rlooAdvantages([1, 2, 3, 0, 0, 6], 3)).toEqual([-1.5, 0, 1.5, -3, -3, 6]);
    expect(absoluteDifference(grpoAdvantages([1, 3, 5, 5], 2), [-1, 1, 0, 0])).toBeLessThan(1e-5);
    expect(() => rlooAdvantages([1, 2, 3], 2)).toThrow('groups');
  });
});

describe('KL', () => {
  it('k3 is never negative, k1 is the plain sum', () => {
    fc.assert(fc.property(batch, ([a, b, , mask]) => klK3(a, b, mask) >= 0), { seed: 3, numRuns: 200 });
    expect(klPerSequence([[-1, -2, 5]], [[-2, -2.5, 0]], [[1, 1, 0]])).toEqual([1.5]);
  });

  it('beta stays above 0 where a batch is larger than the horizon', () => {
    expect(nextBeta({ type: 'adaptive', target: 6, horizon: 100 }, 0.02, 0, 512)).toBeCloseTo(0.016, 12);
  });

  it('beta moves towards the target by at most 0.2 n / horizon, and stays when fixed', () => {
    const control = { type: 'adaptive', target: 6, horizon: 10_000 } as const;
    expect(nextBeta(control, 0.1, 600, 100)).toBeCloseTo(0.1 * 1.002, 12);
    expect(nextBeta(control, 0.1, 0, 100)).toBeCloseTo(0.1 * 0.998, 12);
    expect(nextBeta(control, 0.1, 6, 100)).toBe(0.1);
    expect(nextBeta({ type: 'fixed' }, 0.1, 600, 100)).toBe(0.1);
  });
});

describe('PPO losses', () => {
  it('at ratio 1 the policy gradient is that of -A log pi, and nothing is clipped', () => {
    const advantages = [[1, -2], [0.5, 0]];
    const logProbs = [[-1, -2], [-0.5, -1]];
    const { gradient, clipFraction, ratioMean, ratioVariance } = ppoPolicyLoss({
      logProbs,
      oldLogProbs: logProbs,
      advantages,
      mask: fullMask(advantages),
      clip: 0.2,
    });
    expect(gradient).toEqual([[-0.25, 0.5], [-0.125, -0]]);
    expect([clipFraction, ratioMean, ratioVariance]).toEqual([0, 1, 0]);
  });

  it('tensor losses and gradients equal the plain ones', () => {
    fc.assert(
      fc.property(batch, ([a, b, advantages, mask]) => {
        // Log-probabilities close enough that both sides of the clip occur, away from its corners.
        const logProbs = b.map((row, i) => row.map((x, t) => x + 0.3 * (a[i]?.[t] ?? 0)));
        const policy = ppoPolicyLoss({ logProbs, oldLogProbs: b, advantages, mask, clip: 0.2 });
        const corner = logProbs.some((row, i) => row.some((x, t) => Math.abs(Math.abs(Math.expm1(x - (b[i]?.[t] ?? 0))) - 0.2) < 1e-3));
        const value = ppoValueLoss({ values: logProbs, oldValues: b, returns: advantages, mask, clip: 0.2 });
        fc.pre(!corner);
        tf.tidy(() => {
          const maskTensor = tf.tensor2d(mask);
          const p = tf.valueAndGrad((x: tf.Tensor) =>
            ppoPolicyLossTensor({
              logProbs: x as tf.Tensor2D,
              oldLogProbs: tf.tensor2d(b),
              advantages: tf.tensor2d(advantages),
              mask: maskTensor,
              clip: 0.2,
            }),
          )(tf.tensor2d(logProbs));
          expect(Math.abs((p.value.arraySync() as number) - policy.loss)).toBeLessThan(1e-4);
          expect(absoluteDifference(p.grad.arraySync() as number[][], policy.gradient)).toBeLessThan(1e-4);
          const v = ppoValueLossTensor({
            values: tf.tensor2d(logProbs),
            oldValues: tf.tensor2d(b),
            returns: tf.tensor2d(advantages),
            mask: maskTensor,
            clip: 0.2,
          });
          expect(Math.abs((v.arraySync() as number) - value.loss)).toBeLessThan(1e-4);
        });
      }),
      { seed: 7, numRuns: 50 },
    );
  });

  it('micro-batches divided by the minibatch’s tokens add up to the minibatch’s loss', () => {
    const rows = [[-1, -2], [-0.5, -1], [-3, -0.1]];
    const mask = [[1, 1], [1, 0], [1, 1]];
    const input = (from: number, to: number, tokens?: number): tf.Scalar =>
      ppoValueLossTensor({
        values: tf.tensor2d(rows.slice(from, to)),
        oldValues: tf.zeros([to - from, 2]),
        returns: tf.ones([to - from, 2]),
        mask: tf.tensor2d(mask.slice(from, to)),
        clip: 0.2,
        ...(tokens === undefined ? {} : { tokens }),
      });
    tf.tidy(() => {
      const whole = input(0, 3).arraySync();
      expect(input(0, 1, 5).arraySync() + input(1, 3, 5).arraySync()).toBeCloseTo(whole, 5);
    });
  });

  it('explained variance: 1 when perfect, 0 for a constant, negative when worse', () => {
    const returns = [[1, 2], [3, 4]];
    const mask = fullMask(returns);
    expect(explainedVariance(returns, returns, mask)).toBe(1);
    expect(explainedVariance([[5, 5], [5, 5]], returns, mask)).toBe(0);
    expect(explainedVariance([[4, 3], [2, 1]], returns, mask)).toBeLessThan(0);
    expect(explainedVariance(returns, [[1, 1], [1, 1]], mask)).toBe(0);
  });
});

describe('preferences', () => {
  it('ties give no pair', () => {
    expect(rankedPairs([1, 0, 1])).toEqual([[1, 0], [1, 2]]);
    expect(rewardLoss([1, 2], [0, 0])).toMatchObject({ loss: 0, pairs: 0, gradient: [0, 0] });
  });

  it('equal rewards lose log 2; the plain gradient is the numeric one', () => {
    expect(rewardLoss([1, 1, 1], [0, 1, 2]).loss).toBeCloseTo(Math.log(2), 12);
    const rewards = [0.3, -1, 2, 0.1];
    const ranks = [1, 0, 3, 1];
    const { gradient } = rewardLoss(rewards, ranks);
    const h = 1e-5;
    const numeric = rewards.map((_, i) => {
      const moved = (by: number): number => rewardLoss(rewards.map((r, j) => (i === j ? r + by : r)), ranks).loss;
      return (moved(h) - moved(-h)) / (2 * h);
    });
    expect(absoluteDifference(gradient, numeric)).toBeLessThan(1e-8);
  });

  it('a batch on tensors is the mean over its prompts that have a pair', () => {
    tf.tidy(() => {
      const ranks = [[0, 1], [0, 0], [2, 0, 1]];
      const rewards = [1, 0.5, 9, 9, 0.1, 0.2, 0.3];
      const expected = (rewardLoss([1, 0.5], [0, 1]).loss + rewardLoss([0.1, 0.2, 0.3], [2, 0, 1]).loss) / 2;
      expect(rewardLossTensor(tf.tensor1d(rewards), ranks).arraySync()).toBeCloseTo(expected, 5);
      expect(rewardLossTensor(tf.tensor1d([1, 2]), [[0, 0]]).arraySync()).toBe(0);
    });
  });

  it("Kendall's tau-b", () => {
    expect(kendallTau([3, 2, 1], [0, 1, 2])).toBe(1);
    expect(kendallTau([1, 2, 3], [0, 1, 2])).toBe(-1);
    expect(kendallTau([1, 1], [0, 1])).toBeUndefined();
    // scipy.stats.kendalltau([1, 2, 2, 4], [-3, -1, -2, -2])
    expect(kendallTau([1, 2, 2, 4], [3, 1, 2, 2])).toBeCloseTo(0.4, 12);
  });

  it('DPO: log 2 where the policy is the reference; tensor gradient equals the plain one', () => {
    const input = { chosen: [-5, -3], rejected: [-4, -6], referenceChosen: [-5.5, -3], referenceRejected: [-3, -6], beta: 0.1 };
    expect(dpoLoss({ ...input, referenceChosen: input.chosen, referenceRejected: input.rejected }).loss).toBeCloseTo(Math.log(2), 12);
    const plain = dpoLoss(input);
    tf.tidy(() => {
      const { value, grads } = tf.valueAndGrads((chosen: tf.Tensor, rejected: tf.Tensor) =>
        dpoLossTensor({
          chosen: chosen as tf.Tensor1D,
          rejected: rejected as tf.Tensor1D,
          referenceChosen: tf.tensor1d(input.referenceChosen),
          referenceRejected: tf.tensor1d(input.referenceRejected),
          beta: input.beta,
        }),
      )([tf.tensor1d(input.chosen), tf.tensor1d(input.rejected)]);
      expect(value.arraySync()).toBeCloseTo(plain.loss, 5);
      expect(absoluteDifference(grads[0]?.arraySync() as number[], plain.gradientChosen)).toBeLessThan(1e-5);
      expect(absoluteDifference(grads[1]?.arraySync() as number[], plain.gradientRejected)).toBeLessThan(1e-5);
    });
  });
});
