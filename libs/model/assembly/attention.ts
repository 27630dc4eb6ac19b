import { matmul } from './matmul';
import { addScaled, at, dot, expInPlace, largest, log, scaleInPlace, zero } from './math';

// Causal attention over packed qkv (B, T, W), W = (heads + 2 kvHeads) hs, for the heads of keys `from` to `to` of all
// B * kvHeads (threads share them out) and all heads of queries that see them, in blocks of QB queries: a block needs
// only the keys up to its last query, which halves the work. Matrices are read where they lie in qkv.
const QB: i32 = 32;

/** Floats of `work` that the two functions need for T positions. What they write to must come as zeros. */
export function attentionWork(T: i32): i32 {
  return 2 * QB * T + T;
}

export function attentionForward(qkv: usize, start: usize, T: i32, hs: i32, heads: i32, kvHeads: i32, out: usize, lse: usize, from: i32, to: i32, work: usize, scratch: usize): void {
  const C = heads * hs, W = C + 2 * kvHeads * hs, group = heads / kvHeads;
  const scale: f32 = <f32>(1.0 / Math.sqrt(<f64>hs));
  for (let index = from * group; index < to * group; index++) {
    const b = index / heads, h = index % heads;
    const s = min(T, load<i32>(at(start, b)));
    const row0 = at(qkv, b * T * W), q = at(row0, h * hs), k = at(row0, C + h / group * hs), v = at(k, kvHeads * hs);
    for (let i0 = s; i0 < T; i0 += QB) {
      const rows = min(QB, T - i0), keys = i0 + rows - s;
      matmul(rows, keys, hs, at(q, i0 * W), W, false, at(k, s * W), W, true, work, T, 0, 0, scratch);
      for (let i = 0; i < rows; i++) {
        const row = at(work, i * T), seen = i0 + i - s + 1;
        const shift = largest(row, seen) * scale;
        const sum = expInPlace(row, seen, scale, shift);
        scaleInPlace(row, 1 / sum, seen);
        zero(at(row, seen), keys - seen);
        store<f32>(at(lse, (b * heads + h) * T + i0 + i), shift + <f32>log(<f64>sum));
      }
      matmul(rows, hs, keys, work, T, false, at(v, s * W), W, false, at(out, (b * T + i0) * C + h * hs), C, 0, 0, scratch);
    }
  }
}

export function attentionBackward(dout: usize, qkv: usize, out: usize, lse: usize, start: usize, T: i32, hs: i32, heads: i32, kvHeads: i32, dqkv: usize, from: i32, to: i32, work: usize, scratch: usize): void {
  const C = heads * hs, W = C + 2 * kvHeads * hs, group = heads / kvHeads;
  const scale: f32 = <f32>(1.0 / Math.sqrt(<f64>hs));
  const probs = work, dprobs = at(work, QB * T);
  for (let index = from * group; index < to * group; index++) {
    const b = index / heads, h = index % heads;
    const s = min(T, load<i32>(at(start, b)));
    const ofQueries = b * T * W + h * hs, ofKeys = b * T * W + C + h / group * hs;
    const q = at(qkv, ofQueries), k = at(qkv, ofKeys), v = at(k, kvHeads * hs);
    const dq = at(dqkv, ofQueries), dk = at(dqkv, ofKeys), dv = at(dk, kvHeads * hs);
    for (let i0 = s; i0 < T; i0 += QB) {
      const rows = min(QB, T - i0), keys = i0 + rows - s;
      const o = at(out, (b * T + i0) * C + h * hs), d = at(dout, (b * T + i0) * C + h * hs);
      matmul(rows, keys, hs, at(q, i0 * W), W, false, at(k, s * W), W, true, probs, T, 0, 0, scratch);
      matmul(rows, keys, hs, d, C, false, at(v, s * W), W, true, dprobs, T, 0, 0, scratch);
      for (let i = 0; i < rows; i++) {
        const p = at(probs, i * T), dp = at(dprobs, i * T), seen = i0 + i - s + 1;
        expInPlace(p, seen, scale, load<f32>(at(lse, (b * heads + h) * T + i0 + i)));
        zero(at(p, seen), keys - seen);
        softmaxBackward(p, dp, dot(at(d, i * C), at(o, i * C), hs), scale, seen);
        zero(at(dp, seen), keys - seen);
      }
      // dv += p^T d; dq = ds k; dk += ds^T q
      matmul(keys, hs, rows, probs, T, true, d, C, false, at(dv, s * W), W, at(dv, s * W), W, scratch);
      matmul(rows, hs, keys, dprobs, T, false, at(k, s * W), W, false, at(dq, i0 * W), W, 0, 0, scratch);
      matmul(keys, hs, rows, dprobs, T, true, at(q, i0 * W), W, false, at(dk, s * W), W, at(dk, s * W), W, scratch);
    }
  }
}

/** dp = p * (dp - delta) * scale */
function softmaxBackward(p: usize, dp: usize, delta: f32, scale: f32, n: i32): void {
  const d4 = f32x4.splat(delta), k4 = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(at(dp, i), f32x4.mul(f32x4.mul(v128.load(at(p, i)), f32x4.sub(v128.load(at(dp, i)), d4)), k4));
  for (; i < n; i++) store<f32>(at(dp, i), load<f32>(at(p, i)) * (load<f32>(at(dp, i)) - delta) * scale);
}

/**
 * Decode attention of the rows `from` to `to`; row r has its slot and its position at rows + 8 r. Its keys
 * and values go to the cache first. work: P floats.
 */
export function decodeAttention(qkv: usize, keys: usize, values: usize, hs: i32, heads: i32, kvHeads: i32, P: i32, rows: usize, out: usize, from: i32, to: i32, work: usize): void {
  for (let r = from; r < to; r++) {
    const cache = load<i32>(at(rows, 2 * r)) * P * kvHeads * hs;
    decodeAttentionRow(at(qkv, (heads + 2 * kvHeads) * hs * r), at(keys, cache), at(values, cache), hs, heads, kvHeads, P, load<i32>(at(rows, 2 * r + 1)), at(out, r * heads * hs), work);
  }
}

function decodeAttentionRow(qkv: usize, keys: usize, values: usize, hs: i32, heads: i32, kvHeads: i32, P: i32, position: i32, out: usize, work: usize): void {
  const scale: f32 = <f32>(1.0 / Math.sqrt(<f64>hs));
  const group = heads / kvHeads;
  zero(out, heads * hs);
  put(at(qkv, heads * hs), hs, kvHeads, P, position, keys, values);
  for (let h = 0; h < heads; h++) {
    const k = at(keys, h / group * P * hs), v = at(values, h / group * P * hs), q = at(qkv, h * hs), o = at(out, h * hs);
    for (let j = 0; j <= position; j++) store<f32>(at(work, j), dot(q, at(k, j * hs), hs));
    const sum = expInPlace(work, position + 1, scale, largest(work, position + 1) * scale);
    for (let j = 0; j <= position; j++) addScaled(o, at(v, j * hs), load<f32>(at(work, j)) / sum, hs);
  }
}

/** A token's keys, with its values behind them, to a position of one slot. */
function put(key: usize, hs: i32, kvHeads: i32, P: i32, position: i32, keys: usize, values: usize): void {
  const bytes = <usize>hs << 2;
  for (let h = 0; h < kvHeads; h++) {
    const to = (h * P + position) * hs;
    memory.copy(at(keys, to), at(key, h * hs), bytes);
    memory.copy(at(values, to), at(key, (kvHeads + h) * hs), bytes);
  }
}

/** The keys and values of one prompt, tokens start..T-1 of qkv (T, W), to positions 0.. of one slot. */
export function cacheWriteRow(qkv: usize, T: i32, start: i32, hs: i32, heads: i32, kvHeads: i32, P: i32, keys: usize, values: usize): void {
  for (let t = start; t < T; t++) put(at(qkv, (t * (heads + 2 * kvHeads) + heads) * hs), hs, kvHeads, P, t - start, keys, values);
}
