import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, lastSize, output, runKernel, withGradient } from './fused.ts';

/** Heads of queries, and of keys and values, nkv: query head h sees the keys of head floor(h * nkv / nh). */
export interface Heads {
  readonly heads: number;
  readonly keyValueHeads: number;
}

/**
 * Causal self-attention over packed queries, keys and values. qkv (B, T, (nh + 2 nkv) hs), start (B) int32 the
 * first real position of a left-padded row -> (B, T, nh hs). Query t sees keys start[b] <= j <= t; padding rows
 * give zero and get no gradient.
 */
export function attention(qkv: tf.Tensor, start: tf.Tensor, { heads, keyValueHeads }: Heads): tf.Tensor {
  const fused = hasKernel('MinchatAttentionForward');
  const attrs = { heads, keyValueHeads };
  return withGradient([qkv], (save) => {
    if (fused) {
      const outputs = runKernel('MinchatAttentionForward', { qkv, start }, attrs);
      save([qkv, start, output(outputs, 0), output(outputs, 1)]);
      return {
        value: output(outputs, 0),
        gradFunc: (dout, saved) => {
          const [sqkv, sstart, out, lse] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
          return runKernel('MinchatAttentionBackward', { dout, qkv: sqkv, out, lse, start: sstart }, attrs);
        },
      };
    }
    const [out, probs] = attentionForward(qkv, start, attrs);
    save([qkv, probs]);
    return {
      value: out,
      gradFunc: (dout, saved) => {
        const [sqkv, sprobs] = saved as [tf.Tensor, tf.Tensor];
        return [attentionBackward(dout, sqkv, sprobs, attrs)];
      },
    };
  });
}

/** The composition: [out (B, T, nh hs), probabilities (B, nh, T, T)]. */
export function attentionForward(qkv: tf.Tensor, start: tf.Tensor, heads: Heads): [tf.Tensor, tf.Tensor] {
  const [q, k, v] = splitHeads(qkv, heads); // (B, nh, T, hs)
  const [, , T, hs] = q.shape as [number, number, number, number];
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(hs)); // (B, nh, T, T)
  const { bias, real } = masks(start, T);
  // A padding row sees nothing: its softmax is over equal scores, and `real` then makes it zero.
  const probs = tf.mul(tf.softmax(tf.add(scores, bias)), real);
  return [mergeHeads(tf.matMul(probs, v)), probs];
}

/** The composition's gradient, dqkv (B, T, (nh + 2 nkv) hs). */
export function attentionBackward(dout: tf.Tensor, qkv: tf.Tensor, probs: tf.Tensor, heads: Heads): tf.Tensor {
  const [q, k, v] = splitHeads(qkv, heads);
  const hs = q.shape[3] ?? 1;
  const d = toHeads(dout, heads.heads); // (B, nh, T, hs)
  const dv = tf.matMul(probs, d, true, false);
  const dprobs = tf.matMul(d, v, false, true); // (B, nh, T, T)
  const weighted = tf.mul(dprobs, probs);
  const dscores = tf.mul(tf.sub(weighted, tf.mul(probs, tf.sum(weighted, -1, true))), 1 / Math.sqrt(hs));
  const dq = tf.matMul(dscores, k);
  const dk = tf.matMul(dscores, q, true, false);
  return tf.concat([mergeHeads(dq), mergeHeads(summed(dk, heads)), mergeHeads(summed(dv, heads))], 2);
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

/** (B, T, nh hs) -> (B, nh, T, hs) */
function toHeads(x: tf.Tensor, heads: number): tf.Tensor4D {
  const [B, T, width] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [B, T, heads, width / heads]), [0, 2, 1, 3]);
}

/** (B, T, (nh + 2 nkv) hs) -> queries (B, nh, T, hs), keys and values as often as queries see them. */
export function splitHeads(qkv: tf.Tensor, heads: Heads): [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D] {
  const { queries, keys, values } = headsOf(qkv, heads);
  return [queries, repeated(keys, heads), repeated(values, heads)];
}

/** The same with keys and values (B, nkv, T, hs). */
export function headsOf(qkv: tf.Tensor, { heads, keyValueHeads }: Heads): { queries: tf.Tensor4D; keys: tf.Tensor4D; values: tf.Tensor4D } {
  const hs = lastSize(qkv) / (heads + 2 * keyValueHeads);
  const [q, k, v] = tf.split(qkv, [heads * hs, keyValueHeads * hs, keyValueHeads * hs], 2) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return { queries: toHeads(q, heads), keys: toHeads(k, keyValueHeads), values: toHeads(v, keyValueHeads) };
}

/** (B, nkv, T, hs) -> (B, nh, T, hs), each head as often as queries see it. */
export function repeated(x: tf.Tensor4D, { heads, keyValueHeads }: Heads): tf.Tensor4D {
  if (heads === keyValueHeads) return x;
  const [B, , T, hs] = x.shape;
  return tf.reshape(tf.tile(tf.reshape(x, [B * keyValueHeads, 1, T * hs]), [1, heads / keyValueHeads, 1]), [B, heads, T, hs]);
}

/** Its gradient: (B, nh, T, hs) -> (B, nkv, T, hs). */
function summed(x: tf.Tensor, { heads, keyValueHeads }: Heads): tf.Tensor {
  if (heads === keyValueHeads) return x;
  const [B, , T, hs] = x.shape as [number, number, number, number];
  return tf.sum(tf.reshape(x, [B, keyValueHeads, heads / keyValueHeads, T, hs]), 2);
}

/** (B, nh, T, hs) -> (B, T, nh hs) */
function mergeHeads(x: tf.Tensor): tf.Tensor3D {
  const [B, heads, T, hs] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [B, T, heads * hs]);
}
