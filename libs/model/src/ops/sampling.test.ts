import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../random.ts';
import { sampleToken, samplingProbabilities } from './sampling.ts';

const logits = fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 2, maxLength: 40 });
const none = new Map<number, number>();
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);

describe('samplingProbabilities', () => {
  test('is a distribution, whatever the controls', () => {
    fc.assert(
      fc.property(logits, fc.double({ min: 0.05, max: 3, noNaN: true }), fc.nat(50), fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true }), (z, temperature, topK, topP, penalty) => {
        const probs = samplingProbabilities(z, new Map([[0, 2]]), { temperature, topK, topP, frequencyPenalty: penalty, presencePenalty: penalty });
        expect(sum(probs)).toBeCloseTo(1, 9);
        expect(probs.every((p) => p >= 0)).toBe(true);
        if (topK > 0) expect(probs.filter((p) => p > 0).length).toBeLessThanOrEqual(topK);
      }),
      { seed: 1 },
    );
  });

  test('top-p keeps the smallest set that reaches p', () => {
    fc.assert(
      fc.property(logits, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (z, topP) => {
        const whole = samplingProbabilities(z, none, {});
        const kept = samplingProbabilities(z, none, { topP });
        const shares = Array.from(whole).filter((_, i) => (kept[i] ?? 0) > 0).sort((a, b) => b - a);
        expect(sum(shares)).toBeGreaterThanOrEqual(topP - 1e-9);
        expect(sum(shares.slice(0, -1))).toBeLessThan(topP + 1e-9);
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(Math.max(0, ...Array.from(whole).filter((_, i) => kept[i] === 0)) - 1e-12);
      }),
      { seed: 2 },
    );
  });

  test('penalties count the tokens generated before, a bias moves one token', () => {
    const z = [1, 1, 1];
    const probs = samplingProbabilities(z, new Map([[0, 3], [1, 1]]), { frequencyPenalty: 0.5, presencePenalty: 0.25 });
    expect(Math.log((probs[2] ?? 0) / (probs[0] ?? 1))).toBeCloseTo(1.75, 12);
    expect(Math.log((probs[2] ?? 0) / (probs[1] ?? 1))).toBeCloseTo(0.75, 12);
    expect(samplingProbabilities(z, none, { logitBias: new Map([[1, -Infinity], [7, 3]]) })[1]).toBe(0);
  });
});

describe('sampleToken', () => {
  test('frequencies follow the probabilities', () => {
    const z = [0, 1, 2, -1];
    const probs = samplingProbabilities(z, none, { temperature: 0.8 });
    const random = new Random(5);
    const drawn = new Float64Array(4);
    const n = 20_000;
    for (let i = 0; i < n; i++) drawn[sampleToken(z, none, { temperature: 0.8 }, random).token]! += 1 / n;
    probs.forEach((p, i) => expect(Math.abs((drawn[i] ?? 0) - p)).toBeLessThan(0.015));
  });

  test('greedy takes the first largest; reports both kinds of log-probability and the top', () => {
    const z = [0.5, 2, -1, 2];
    const lse = Math.log(sum(z.map(Math.exp)));
    const greedy = sampleToken(z, none, { temperature: 0, topLogprobs: 2 }, new Random(1));
    expect(greedy.token).toBe(1);
    expect(greedy.logprob).toBeCloseTo(2 - lse, 12);
    expect(greedy.top.map(({ token }) => token)).toEqual([1, 3]);
    const cold = sampleToken(z, none, { temperature: 0.5, topK: 1 }, new Random(1));
    expect(cold.rawLogprob).toBeCloseTo(2 - lse, 12);
    // Over the whole vocabulary, not over what top-k left.
    expect(cold.logprob).toBeCloseTo(4 - Math.log(sum(z.map((x) => Math.exp(2 * x)))), 12);
  });

  test('the same stream draws the same tokens', () => {
    const draw = (): number[] => {
      const random = new Random('a').fork('row 1');
      return Array.from({ length: 20 }, () => sampleToken([0, 0.1, 0.2, 0.3], none, {}, random).token);
    };
    expect(draw()).toEqual(draw());
  });
});
