// c (M, N) = a (M, K) @ b (K, N), either side transposed, any row strides, in float32.
//
// Both sides are packed into panels of 4 rows and 8 columns, padded with zeros; a tile of 4 x 8 sums stays
// in registers. Blocks: KC deep, so that a panel of b fits the first cache; MC rows, so that packed a fits
// the second. `scratch` holds the packed blocks and one tile: `scratchBytes` bytes.

const KC: i32 = 512;
const MC: i32 = 128;
const NC: i32 = 1024;
/** Up to this many rows b is read where it lies: packing it would cost more than it saves. */
const FEW: i32 = 16;

export function scratchBytes(): i32 {
  return (MC * KC + KC * NC) * 4 + 128;
}

/**
 * `init` is added to the product: a matrix of row stride `initStride`, or one row for all with stride 0,
 * or nothing (0). All strides in elements. c must not overlap a or b; init may be c.
 */
export function matmul(
  M: i32, N: i32, K: i32,
  a: usize, lda: i32, transposeA: bool,
  b: usize, ldb: i32, transposeB: bool,
  c: usize, ldc: i32,
  init: usize, initStride: i32,
  scratch: usize,
): void {
  const packedA = scratch;
  const packedB = scratch + (<usize>(MC * KC) << 2);
  const spare = packedB + (<usize>(KC * NC) << 2);
  const direct = M <= FEW && !transposeB;
  for (let n0 = 0; n0 < N; n0 += NC) {
    const nc = min(NC, N - n0);
    for (let k0 = 0; k0 < K; k0 += KC) {
      const kc = min(KC, K - k0);
      if (!direct) packB(b, ldb, transposeB, k0, kc, n0, nc, packedB);
      else if ((nc & 7) !== 0) packB(b, ldb, false, k0, kc, n0 + (nc & ~7), nc & 7, packedB);
      for (let m0 = 0; m0 < M; m0 += MC) {
        const mc = min(MC, M - m0);
        packA(a, lda, transposeA, m0, mc, k0, kc, packedA);
        for (let j = 0; j < nc; j += 8) {
          const cols = min(8, nc - j);
          let panelB = packedB + (<usize>(j * kc) << 2);
          let strideB: usize = 32;
          if (direct) {
            if (cols === 8) {
              panelB = b + (<usize>(k0 * ldb + n0 + j) << 2);
              strideB = <usize>ldb << 2;
            } else panelB = packedB;
          }
          for (let i = 0; i < mc; i += 4) {
            const rows = min(4, mc - i);
            const at = c + (<usize>((m0 + i) * ldc + n0 + j) << 2);
            // After the first block of k the sums so far are what is added to.
            const from = k0 > 0 ? at : init === 0 ? 0 : init + (<usize>((m0 + i) * initStride + n0 + j) << 2);
            const fromStride = <usize>(k0 > 0 ? ldc : initStride) << 2;
            const panelA = packedA + (<usize>(i * kc) << 2);
            if (rows === 4 && cols === 8) tile(panelA, panelB, strideB, kc, at, <usize>ldc << 2, from, fromStride);
            else {
              tile(panelA, panelB, strideB, kc, spare, 32, 0, 0);
              storePart(spare, rows, cols, at, <usize>ldc << 2, from, fromStride);
            }
          }
        }
      }
    }
  }
}

/**
 * The 4 x 8 tile: c = panelA^T @ panelB (+ init). Strides in bytes. Multiply and add are one
 * instruction where the processor has it (1.8 times as fast) and two where not: the same bits on one
 * machine, in every tier of the compiler.
 */
function tile(a: usize, b: usize, strideB: usize, kc: i32, c: usize, ldc: usize, init: usize, initStride: usize): void {
  let s00 = f32x4.splat(0), s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0), s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0), s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0), s31 = f32x4.splat(0);
  if (init !== 0) {
    s00 = v128.load(init); s01 = v128.load(init, 16);
    s10 = v128.load(init + initStride); s11 = v128.load(init + initStride, 16);
    s20 = v128.load(init + 2 * initStride); s21 = v128.load(init + 2 * initStride, 16);
    s30 = v128.load(init + 3 * initStride); s31 = v128.load(init + 3 * initStride, 16);
  }
  const end = a + (<usize>kc << 4);
  while (a < end) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    s00 = v128.relaxed_madd<f32>(a0, b0, s00);
    s01 = v128.relaxed_madd<f32>(a0, b1, s01);
    const a1 = v128.load32_splat(a, 4);
    s10 = v128.relaxed_madd<f32>(a1, b0, s10);
    s11 = v128.relaxed_madd<f32>(a1, b1, s11);
    const a2 = v128.load32_splat(a, 8);
    s20 = v128.relaxed_madd<f32>(a2, b0, s20);
    s21 = v128.relaxed_madd<f32>(a2, b1, s21);
    const a3 = v128.load32_splat(a, 12);
    s30 = v128.relaxed_madd<f32>(a3, b0, s30);
    s31 = v128.relaxed_madd<f32>(a3, b1, s31);
    a += 16;
    b += strideB;
  }
  v128.store(c, s00); v128.store(c, s01, 16);
  v128.store(c + ldc, s10); v128.store(c + ldc, s11, 16);
  v128.store(c + 2 * ldc, s20); v128.store(c + 2 * ldc, s21, 16);
  v128.store(c + 3 * ldc, s30); v128.store(c + 3 * ldc, s31, 16);
}

function storePart(spare: usize, rows: i32, cols: i32, c: usize, ldc: usize, init: usize, initStride: usize): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      let value = load<f32>(spare + (<usize>(i * 8 + j) << 2));
      if (init !== 0) value += load<f32>(init + <usize>i * initStride + (<usize>j << 2));
      store<f32>(c + <usize>i * ldc + (<usize>j << 2), value);
    }
  }
}

/** Panels of 4 rows, k by k: out[panel][k][row]. */
function packA(a: usize, lda: i32, transpose: bool, m0: i32, mc: i32, k0: i32, kc: i32, out: usize): void {
  const stride = <usize>lda << 2;
  for (let i = 0; i < mc; i += 4) {
    const rows = min(4, mc - i);
    if (transpose) {
      let from = a + (<usize>(k0 * lda + m0 + i) << 2);
      if (rows === 4) {
        for (let k = 0; k < kc; k++, from += stride, out += 16) v128.store(out, v128.load(from));
      } else {
        for (let k = 0; k < kc; k++, from += stride, out += 16) {
          for (let r = 0; r < 4; r++) store<f32>(out + (<usize>r << 2), r < rows ? load<f32>(from + (<usize>r << 2)) : 0);
        }
      }
    } else {
      const from = a + (<usize>((m0 + i) * lda + k0) << 2);
      interleave(from, stride, rows, kc, out, 16);
      out += <usize>kc << 4;
    }
  }
}

/** Panels of 8 columns, k by k: out[panel][k][column]. */
function packB(b: usize, ldb: i32, transpose: bool, k0: i32, kc: i32, n0: i32, nc: i32, out: usize): void {
  const stride = <usize>ldb << 2;
  for (let j = 0; j < nc; j += 8) {
    const cols = min(8, nc - j);
    if (transpose) {
      const from = b + (<usize>((n0 + j) * ldb + k0) << 2);
      interleave(from, stride, min(4, cols), kc, out, 32);
      interleave(from + 4 * stride, stride, max(0, cols - 4), kc, out + 16, 32);
      out += <usize>kc << 5;
    } else {
      let from = b + (<usize>(k0 * ldb + n0 + j) << 2);
      if (cols === 8) {
        for (let k = 0; k < kc; k++, from += stride, out += 32) {
          v128.store(out, v128.load(from));
          v128.store(out, v128.load(from, 16), 16);
        }
      } else {
        for (let k = 0; k < kc; k++, from += stride, out += 32) {
          for (let r = 0; r < 8; r++) store<f32>(out + (<usize>r << 2), r < cols ? load<f32>(from + (<usize>r << 2)) : 0);
        }
      }
    }
  }
}

/** Four rows of length kc side by side: out[k][row], `step` bytes from k to k + 1; rows that lack are zero. */
function interleave(from: usize, stride: usize, rows: i32, kc: i32, out: usize, step: usize): void {
  let k = 0;
  if (rows === 4) {
    for (; k + 4 <= kc; k += 4) {
      const r0 = v128.load(from), r1 = v128.load(from + stride), r2 = v128.load(from + 2 * stride), r3 = v128.load(from + 3 * stride);
      const lo01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), hi01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const lo23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), hi23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(out, v128.shuffle<f32>(lo01, lo23, 0, 1, 4, 5));
      v128.store(out + step, v128.shuffle<f32>(lo01, lo23, 2, 3, 6, 7));
      v128.store(out + 2 * step, v128.shuffle<f32>(hi01, hi23, 0, 1, 4, 5));
      v128.store(out + 3 * step, v128.shuffle<f32>(hi01, hi23, 2, 3, 6, 7));
      from += 16;
      out += 4 * step;
    }
  }
  for (; k < kc; k++, from += 4, out += step) {
    for (let r = 0; r < 4; r++) store<f32>(out + (<usize>r << 2), r < rows ? load<f32>(from + <usize>r * stride) : 0);
  }
}
