import * as tf from '@tensorflow/tfjs-core';
import { gradientMayFollow, hasKernel, output, runKernel, withGradient } from './fused.ts';

/** Logits held at once by the composition: 2^25 floats are 128 MB. */
const largestLogits = 2 ** 25;

/** What is wanted besides nll; neither has a gradient. */
export interface TokenNllWants {
  readonly entropy?: boolean;
  readonly correct?: boolean;
}

export interface TokenNll {
  /** -log softmax(x @ wte^T / temperature)[target], (N) */
  readonly nll: tf.Tensor1D;
  /** Entropy of that distribution in nats, (N); zeros unless wanted. */
  readonly entropy: tf.Tensor1D;
  /** 1 where the target has the largest logit, else 0, (N); zeros unless wanted. */
  readonly correct: tf.Tensor1D;
}

/**
 * Cross-entropy fused with the projection on the tied embeddings: the logits (N, V) are never whole in
 * memory when they are many. x (N, C), wte (V, C), targets (N) int32.
 */
export function tokenNll(x: tf.Tensor2D, wte: tf.Tensor, targets: tf.Tensor, temperature: number, wants: TokenNllWants = {}): TokenNll {
  const fused = hasKernel('MinchatTokenNllForward');
  const aside: tf.Tensor[] = [];
  const keep = gradientMayFollow();
  const nll = withGradient([x, wte], (save) => {
    const outputs = fused
      ? runKernel('MinchatTokenNllForward', { x, wte, targets }, { temperature, keep })
      : tokenNllForward(x, wte, targets, temperature, wants);
    save([x, wte, targets, output(outputs, 1), ...outputs.slice(4)]);
    // Kept over the end of the custom gradient's scope, handed to the caller's scope below.
    aside.push(tf.keep(output(outputs, 2)), tf.keep(output(outputs, 3)));
    return {
      value: output(outputs, 0),
      gradFunc: (dnll, saved) => {
        const [sx, swte, stargets, lse, activations] = saved as [tf.Tensor2D, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | undefined];
        return fused
          ? runKernel('MinchatTokenNllBackward', { dnll, x: sx, wte: swte, targets: stargets, lse, ...(activations && { activations }) }, { temperature })
          : tokenNllBackward(dnll, sx, swte, stargets, lse, temperature);
      },
    };
  });
  const [entropy, correct] = aside.map((kept) => {
    const own = tf.clone(kept);
    kept.dispose();
    return own;
  }) as [tf.Tensor1D, tf.Tensor1D];
  return { nll: nll as tf.Tensor1D, entropy, correct };
}

/** The composition: [nll, lse, entropy, correct], each (N). */
export function tokenNllForward(x: tf.Tensor2D, wte: tf.Tensor, targets: tf.Tensor, temperature: number, wants: TokenNllWants): tf.Tensor[] {
  const parts = chunks(x.shape[0], wte.shape[0] ?? 1).map(([from, size]) =>
    tf.tidy(() => {
      const z = logitsOf(tf.slice(x, [from, 0], [size, -1]), wte, temperature); // (n, V)
      const target = tf.slice(targets, [from], [size]) as tf.Tensor1D;
      const largest = tf.max(z, 1, true);
      const shifted = tf.sub(z, largest);
      const exps = tf.exp(shifted);
      const sum = tf.sum(exps, 1, true); // (n, 1)
      const lse = tf.reshape(tf.add(tf.log(sum), largest), [-1]); // (n)
      const rowAndTarget = tf.stack([tf.range(0, size, 1, 'int32'), target], 1);
      const nll = tf.sub(lse, tf.gatherND(z, rowAndTarget));
      const entropy = wants.entropy === true
        ? tf.sub(tf.reshape(tf.log(sum), [-1]), tf.div(tf.sum(tf.mul(exps, shifted), 1), tf.reshape(sum, [-1])))
        : tf.zerosLike(nll);
      const correct = wants.correct === true ? tf.cast(tf.equal(tf.argMax(z, 1), target), 'float32') : tf.zerosLike(nll);
      return [nll, lse, entropy, correct];
    }),
  );
  return [0, 1, 2, 3].map((i) => join(parts.map((part) => output(part, i))));
}

/** The composition's gradient: [dx (N, C), dwte (V, C)]; the probabilities are computed again from lse. */
export function tokenNllBackward(dnll: tf.Tensor, x: tf.Tensor2D, wte: tf.Tensor, targets: tf.Tensor, lse: tf.Tensor, temperature: number): [tf.Tensor, tf.Tensor] {
  const V = wte.shape[0] ?? 1;
  let dwte: tf.Tensor | undefined;
  const dxs: tf.Tensor[] = [];
  for (const [from, size] of chunks(x.shape[0], V)) {
    const [dx, dw] = tf.tidy(() => {
      const xs = tf.slice(x, [from, 0], [size, -1]);
      const probs = tf.exp(tf.sub(logitsOf(xs, wte, temperature), tf.reshape(tf.slice(lse, [from], [size]), [-1, 1])));
      // Cast after: the wasm backend's OneHot writes integers whatever the type asked for.
      const onehot = tf.cast(tf.oneHot(tf.slice(targets, [from], [size]) as tf.Tensor1D, V), 'float32');
      const scale = tf.div(tf.reshape(tf.slice(dnll, [from], [size]), [-1, 1]), temperature);
      const dz = tf.mul(tf.sub(probs, onehot), scale) as tf.Tensor2D; // (n, V)
      return [tf.matMul(dz, wte as tf.Tensor2D), tf.matMul(dz, xs, true, false)];
    }) as [tf.Tensor, tf.Tensor];
    dxs.push(dx);
    dwte = dwte === undefined ? dw : tf.add(dwte, dw);
  }
  return [join(dxs), dwte ?? tf.zerosLike(wte)];
}

/** x @ wte^T / temperature; the scaling is done on the smaller side. */
function logitsOf(x: tf.Tensor, wte: tf.Tensor, temperature: number): tf.Tensor2D {
  return tf.matMul((temperature === 1 ? x : tf.div(x, temperature)) as tf.Tensor2D, wte as tf.Tensor2D, false, true);
}

/** [from, size] of the pieces of N rows whose logits fit. */
function chunks(N: number, V: number): [number, number][] {
  const size = Math.max(1, Math.floor(largestLogits / V));
  const pieces: [number, number][] = [];
  for (let from = 0; from < N; from += size) pieces.push([from, Math.min(size, N - from)]);
  return pieces;
}

function join(parts: readonly tf.Tensor[]): tf.Tensor {
  return parts.length === 1 ? output(parts, 0) : tf.concat([...parts], 0);
}
