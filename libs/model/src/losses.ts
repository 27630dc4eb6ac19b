import * as tf from '@tensorflow/tfjs-core';
import { hiddenStates, outputOf } from './forward.ts';
import { tokenNll, type TokenNll, type TokenNllWants } from './ops/token-nll.ts';
import type { ForwardOptions, Model } from './types.ts';

/**
 * -log p(target) at every position, and 1 where the target was the most probable token (no gradient);
 * both (B, T). targets (B, T) int32: what position t should say next.
 */
export function tokenLosses(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, targets: tf.Tensor2D, options: ForwardOptions = {}): { nll: tf.Tensor2D; correct: tf.Tensor2D } {
  return tf.tidy(() => {
    const { nll, correct } = projected(model, hiddenStates(model, tokens, start, options), targets, 1, { correct: true });
    return { nll: tf.reshape(nll, tokens.shape), correct: tf.reshape(correct, tokens.shape) };
  });
}

/** Next-token cross-entropy, sum(weights * nll) / sum(weights). targets (B, T) int32, weights (B, T) float32. */
export function lmLoss(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, targets: tf.Tensor2D, weights: tf.Tensor2D, options: ForwardOptions = {}): tf.Scalar {
  return tf.tidy(() => {
    const { nll } = projected(model, hiddenStates(model, tokens, start, options), targets, 1, {});
    return tf.div(tf.sum(tf.mul(nll, tf.reshape(weights, [-1]))), tf.sum(weights));
  });
}

/**
 * Log-probability of tokens[:, t] for t >= from under softmax(logits / temperature) over the whole
 * vocabulary, and that distribution's entropy in nats (no gradient); both (B, T - from). from >= 1, since
 * the first token is told by nothing. Padding positions mean nothing.
 */
export function tokenLogProbs(model: Model, tokens: tf.Tensor2D, start: tf.Tensor1D, from: number, temperature: number, options: ForwardOptions = {}): { logprobs: tf.Tensor2D; entropy: tf.Tensor2D } {
  return tf.tidy(() => {
    const [B, T] = tokens.shape;
    if (from < 1 || from >= T) throw new RangeError(`expected 1 <= from < ${T}, found ${from}`);
    const n = T - from;
    const x = hiddenStates(model, tokens, start, { ...options, positions: { from: from - 1, count: n } });
    const { nll, entropy } = projected(model, x, tf.slice(tokens, [0, from], [B, n]), temperature, { entropy: true });
    return { logprobs: tf.reshape(tf.neg(nll), [B, n]), entropy: tf.reshape(entropy, [B, n]) };
  });
}

function projected(model: Model, x: tf.Tensor, targets: tf.Tensor, temperature: number, wants: TokenNllWants): TokenNll {
  return tokenNll(tf.reshape(x, [-1, model.shape.width]), outputOf(model), tf.reshape(targets, [-1]), temperature, wants);
}
