import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, output, runKernel, withGradient } from './fused.ts';

/**
 * Causal self-attention over packed queries, keys and values. qkv (B, T, 3C), start (B) int32 the first
 * real position of a left-padded row -> (B, T, C). Query t sees keys start[b] <= j <= t; padding rows
 * give zero and get no gradient.
 */
export function attention(qkv: tf.Tensor, start: tf.Tensor, heads: number): tf.Tensor {
  const fused = hasKernel('MinchatAttentionForward');
  return withGradient([qkv], (save) => {
    if (fused) {
      const outputs = runKernel('MinchatAttentionForward', { qkv, start }, { heads });
      save([qkv, start, output(outputs, 0), output(outputs, 1)]);
      return {
        value: output(outputs, 0),
        gradFunc: (dout, saved) => {
          const [sqkv, sstart, out, lse] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
          return runKernel('MinchatAttentionBackward', { dout, qkv: sqkv, out, lse, start: sstart }, { heads });
        },
      };
    }
    const [out, probs] = attentionForward(qkv, start, heads);
    save([qkv, probs]);
    return {
      value: out,
      gradFunc: (dout, saved) => {
        const [sqkv, sprobs] = saved as [tf.Tensor, tf.Tensor];
        return [attentionBackward(dout, sqkv, sprobs, heads)];
      },
    };
  });
}

/** The composition: [out (B, T, C), probabilities (B, nh, T, T)]. */
export function attentionForward(qkv: tf.Tensor, start: tf.Tensor, heads: number): [tf.Tensor, tf.Tensor] {
  const [q, k, v] = splitHeads(qkv, heads); // (B, nh, T, hs)
  const [, , T, hs] = q.shape as [number, number, number, number];
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(hs)); // (B, nh, T, T)
  const { bias, real } = masks(start, T);
  // A padding row sees nothing: its softmax is over equal scores, and `real` then makes it zero.
  const probs = tf.mul(tf.softmax(tf.add(scores, bias)), real);
  return [mergeHeads(tf.matMul(probs, v)), probs];
}

/** The composition's gradient, dqkv (B, T, 3C). */
export function attentionBackward(dout: tf.Tensor, qkv: tf.Tensor, probs: tf.Tensor, heads: number): tf.Tensor {
  const [q, k, v] = splitHeads(qkv, heads);
  const hs = q.shape[3] ?? 1;
  const d = toHeads(dout, heads); // (B, nh, T, hs)
  const dv = tf.matMul(probs, d, true, false);
  const dprobs = tf.matMul(d, v, false, true); // (B, nh, T, T)
  const weighted = tf.mul(dprobs, probs);
  const dscores = tf.mul(tf.sub(weighted, tf.mul(probs, tf.sum(weighted, -1, true))), 1 / Math.sqrt(hs));
  const dq = tf.matMul(dscores, k);
  const dk = tf.matMul(dscores, q, true, false);
  return tf.concat([mergeHeads(dq), mergeHeads(dk), mergeHeads(dv)], 2);
}

/** bias (B, 1, T, T): 0 where query t sees key j, else -1e30; real (B, 1, T, 1): 0 for padding rows, else 1. */
function masks(start: tf.Tensor, T: number): { bias: tf.Tensor; real: tf.Tensor } {
  const times = tf.range(0, T, 1, 'int32');
  const first = tf.reshape(start, [-1, 1, 1, 1]);
  const query = tf.reshape(times, [1, 1, T, 1]);
  const key = tf.reshape(times, [1, 1, 1, T]);
  const causal = tf.cast(tf.lessEqual(key, query), 'float32'); // (1, 1, T, T)
  const visible = tf.cast(tf.greaterEqual(key, first), 'float32'); // (B, 1, 1, T)
  return {
    bias: tf.mul(tf.sub(1, tf.mul(causal, visible)), -1e30),
    real: tf.cast(tf.greaterEqual(query, first), 'float32'),
  };
}

/** (B, T, C) -> (B, nh, T, hs) */
function toHeads(x: tf.Tensor, heads: number): tf.Tensor4D {
  const [B, T, C] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [B, T, heads, C / heads]), [0, 2, 1, 3]);
}

/** (B, T, 3C) -> three of (B, nh, T, hs) */
export function splitHeads(qkv: tf.Tensor, heads: number): [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D] {
  const [q, k, v] = tf.split(qkv, 3, 2) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return [toHeads(q, heads), toHeads(k, heads), toHeads(v, heads)];
}

/** (B, nh, T, hs) -> (B, T, C) */
function mergeHeads(x: tf.Tensor): tf.Tensor3D {
  const [B, heads, T, hs] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [B, T, heads * hs]);
}
