import * as tf from '@tensorflow/tfjs-core';
import { headsOf, repeated, type Heads } from './attention.ts';
import { hasKernel, output, runKernel } from './fused.ts';

/** Keys and values of one layer, each (S, nkv, P, hs): S slots, P positions. */
export interface LayerCache {
  readonly keys: tf.Tensor;
  readonly values: tf.Tensor;
}

/**
 * Attention of the newest token of some slots. qkv (R, (nh + 2 nkv) hs); row r belongs to slots[r] and stands at
 * positions[r]. Its key and value go into the cache, its query attends to positions 0..positions[r].
 * Returns out (R, nh hs) and the cache to go on with; the caller disposes the old one, whose buffers the new
 * one may share. No gradient.
 */
export function decodeAttention(qkv: tf.Tensor, cache: LayerCache, heads: Heads, slots: readonly number[], positions: readonly number[]): { out: tf.Tensor; cache: LayerCache } {
  const { keys, values } = cache;
  const outputs = hasKernel('MinchatDecodeAttention')
    ? runKernel('MinchatDecodeAttention', { qkv, keys, values }, { heads: heads.heads, slots, positions })
    : tf.tidy(() => decodeAttentionForward(qkv, keys, values, heads, slots, positions));
  return { out: output(outputs, 0), cache: { keys: output(outputs, 1), values: output(outputs, 2) } };
}

/**
 * Stores the keys and values of prompts read in one left-padded batch: token t >= starts[b] of qkv
 * (B, T, (nh + 2 nkv) hs) goes to position t - starts[b] of slots[b]. The caller disposes the old cache.
 */
export function cacheWrite(qkv: tf.Tensor, cache: LayerCache, heads: Heads, slots: readonly number[], starts: readonly number[]): LayerCache {
  const { keys, values } = cache;
  const outputs = hasKernel('MinchatCacheWrite')
    ? runKernel('MinchatCacheWrite', { qkv, keys, values }, { heads: heads.heads, slots, starts })
    : tf.tidy(() => cacheWriteForward(qkv, keys, values, heads, slots, starts));
  return { keys: output(outputs, 0), values: output(outputs, 1) };
}

/** The composition: [out (R, nh hs), keys, values], the latter two new. */
function decodeAttentionForward(qkv: tf.Tensor, keys: tf.Tensor, values: tf.Tensor, heads: Heads, slots: readonly number[], positions: readonly number[]): tf.Tensor[] {
  const [S, , P, hs] = keys.shape as [number, number, number, number];
  const R = slots.length;
  const of = headsOf(tf.reshape(qkv, [R, 1, -1]), heads); // (R, nh or nkv, 1, hs)
  // Which row a slot takes its new token from, and at which position (-1: none).
  const source = new Int32Array(S);
  const position = new Int32Array(S).fill(-1);
  slots.forEach((slot, row) => {
    source[slot] = row;
    position[slot] = positions[row] ?? -1;
  });
  const times = tf.reshape(tf.range(0, P, 1, 'int32'), [1, 1, P, 1]);
  const here = tf.equal(times, tf.tensor(position, [S, 1, 1, 1], 'int32')); // (S, 1, P, 1)
  const put = (old: tf.Tensor, rows: tf.Tensor): tf.Tensor => tf.where(tf.tile(here, [1, heads.keyValueHeads, 1, hs]), tf.tile(tf.gather(rows, tf.tensor1d(source, 'int32')), [1, 1, P, 1]), old);
  const newKeys = put(keys, of.keys);
  const newValues = put(values, of.values);
  const rows = tf.tensor1d([...slots], 'int32');
  const seen = (cached: tf.Tensor): tf.Tensor => repeated(tf.gather(cached, rows) as tf.Tensor4D, heads); // (R, nh, P, hs)
  const scores = tf.mul(tf.matMul(of.queries, seen(newKeys), false, true), 1 / Math.sqrt(hs)); // (R, nh, 1, P)
  const unseen = tf.cast(tf.greater(tf.reshape(times, [1, 1, 1, P]), tf.tensor([...positions], [R, 1, 1, 1], 'int32')), 'float32');
  const probs = tf.softmax(tf.add(scores, tf.mul(unseen, -1e30)));
  const out = tf.reshape(tf.matMul(probs, seen(newValues)), [R, heads.heads * hs]); // (R, nh, 1, hs)
  return [out, newKeys, newValues];
}

/** The composition: [keys, values], new. */
function cacheWriteForward(qkv: tf.Tensor, keys: tf.Tensor, values: tf.Tensor, heads: Heads, slots: readonly number[], starts: readonly number[]): tf.Tensor[] {
  const [S, , P] = keys.shape as [number, number, number];
  const [B, T] = qkv.shape as [number, number];
  // Shift every row to the left by its start: time p of the cache is time p + start of the batch.
  const shift = new Int32Array(B * P);
  for (let b = 0; b < B; b++) {
    for (let p = 0; p < P; p++) shift[b * P + p] = b * T + Math.min(T - 1, p + (starts[b] ?? 0));
  }
  const shifted = tf.reshape(tf.gather(tf.reshape(qkv, [B * T, -1]), tf.tensor1d(shift, 'int32')), [B, P, -1]);
  const of = headsOf(shifted, heads); // (B, nkv, P, hs)
  // A slot takes its old rows (index slot) or those of a prompt (index S + b).
  const source = Int32Array.from({ length: S }, (_, slot) => slot);
  slots.forEach((slot, b) => {
    source[slot] = S + b;
  });
  const rows = tf.tensor1d(source, 'int32');
  return [tf.gather(tf.concat([keys, of.keys], 0), rows), tf.gather(tf.concat([values, of.values], 0), rows)];
}
