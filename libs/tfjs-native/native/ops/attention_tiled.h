// Attention in tiles: attention.h's two functions of one head, of float32 or bfloat16 (S, O), by blocks
// of 32 keys and 32 queries. Scores lie transposed, [key][query]: sums and maxima over keys are then sums of
// vectors, never of the lanes of one, and what the next products read needs no transposing.

#include "head_operands.h"

// Of a block of 32 x 32 numbers the columns, each times its factor, become rows of y: `columns` of them from m on, each of
// the first `rows` numbers, from column c of y on.
template <class S>
static inline void put_columns(const float* block, int64_t columns, int64_t rows, vf factor0, vf factor1, const Rows<S>& y, int64_t m, int64_t c) {
  for (int64_t half = 0; half < columns; half += VF) {
    vf first[VF], second[VF];
    for (int64_t i = 0; i < VF; i++) {
      first[i] = load(block + i * NR + half) * (half == 0 ? factor0 : factor1);
      second[i] = load(block + (VF + i) * NR + half) * (half == 0 ? factor0 : factor1);
    }
    transpose(first);
    transpose(second);
    y.each(m + half, columns - half < VF ? columns - half : VF, c, [&](int64_t i, S* p) { store_two(p, rows, first[i], second[i]); });
  }
}

template <>
struct Head<TiledBFloat16> {
  static constexpr int64_t kSquare = kBlock * NR, kHalf = kSquare / 2;

  template <class S, class O>
  static void forward(const Rows<const S>& q, int64_t n, int64_t C, int64_t hs, const Rows<O>& out, float* l) {
    const int64_t Kh = TiledBFloat16::elements(hs), Kn = TiledBFloat16::elements(n), blocks = ceil_div(n, kBlock), columns = ceil_div(hs, kBlock);
    const float to_exponent = kLog2E / __builtin_sqrtf(static_cast<float>(hs));  // exponents are those of 2
    Scratch scratch;
    const uint32_t *queries = panels_across(scratch, TileRows<S>{q, n, hs}), *values = columns_of(scratch, TileRows<S>{q.from(0, 2 * C), n, hs});
    const RowBlocks keys = rows_of(scratch, TileRows<S>{q.from(0, C), n, hs});
    float *scores = scratch.take<float>(blocks * kSquare), *sums = scratch.take<float>(kSquare);
    uint32_t* weights = scratch.take<uint32_t>(Kn * NR);
    Tiles tiles;
    for (int64_t b = 0; b < blocks; b++) {
      const int64_t q0 = b * kBlock, seen = n < q0 + kBlock ? n : q0 + kBlock;  // keys
      const uint32_t* panel = queries + b * Kh * NR;
      for (int64_t p = 0; p <= b; p++) tiles_product(tiles, seen - p * kBlock < kBlock ? seen - p * kBlock : kBlock, keys.block(p), kBlock, panel, Kh / kTile, false, scores + p * kSquare);
      vf top0 = splat(-__builtin_inff()), top1 = top0, total0{}, total1{};
      for (int64_t j = q0; j < seen; j++) hide_before(scores + j * NR, j - q0, -__builtin_inff());
      for (int64_t j = 0; j < seen; j += 2) {  // in pairs: one maximum waits for the other
        const float *s = scores + j * NR, *next = j + 1 < seen ? s + NR : s;
        top0 = max(top0, max(load(s), load(next)));
        top1 = max(top1, max(load(s + VF), load(next + VF)));
      }
      top0 *= to_exponent;
      top1 *= to_exponent;
      for (int64_t j = 0; j < seen; j += 2) {
        const float* s = scores + j * NR;
        vf a0 = exp2_for_bf16(load(s) * to_exponent - top0), a1 = exp2_for_bf16(load(s + VF) * to_exponent - top1), b0{}, b1{};
        if (j + 1 < seen) {
          b0 = exp2_for_bf16(load(s + NR) * to_exponent - top0);
          b1 = exp2_for_bf16(load(s + NR + VF) * to_exponent - top1);
        }
        total0 += a0 + b0;
        total1 += a1 + b1;
        store(weights + panel_at(j / 2, 0), bf16_pair(a0, b0));
        store(weights + panel_at(j / 2, VF), bf16_pair(a1, b1));
      }
      for (int64_t k = (seen + 1) / 2; k < (b + 1) * kTile; k++)
        for (const int v : {0, VF}) store(weights + panel_at(k, v), vu{});
      for (int64_t c = 0; c < columns; c++) {
        tiles_product(tiles, hs - c * kBlock < kBlock ? hs - c * kBlock : kBlock, values + c * kBlock * Kn, kBlock, weights, b + 1, false, sums);
        put_columns(sums, n - q0 < kBlock ? n - q0 : kBlock, hs - c * kBlock, 1.0f / total0, 1.0f / total1, out, q0, c * kBlock);
      }
      store_two(l + q0, n - q0, top0 / kLog2E + log(total0), top1 / kLog2E + log(total1));
    }
  }

  template <class S>
  static void backward(const Rows<const S>& dout, const Rows<const S>& q, const Rows<const S>& out, const float* level, int64_t n, int64_t C, int64_t hs, const Rows<S>& dq) {
    constexpr int64_t kStretch = 8;  // blocks of keys whose tiles are kept
    const int64_t Kh = TiledBFloat16::elements(hs), Kn = TiledBFloat16::elements(n), blocks = ceil_div(n, kBlock), columns = ceil_div(hs, kBlock);
    const int64_t most = blocks < kStretch ? blocks : kStretch, kept = most * blocks * kHalf;
    const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(hs)), to_exponent = scale * kLog2E;
    Scratch scratch;
    const TileRows<S> all_queries{q, n, hs}, all_keys{q.from(0, C), n, hs}, all_values{q.from(0, 2 * C), n, hs}, all_grads{dout, n, hs};
    const uint32_t *queries_across = panels_across(scratch, all_queries), *grads_across = panels_across(scratch, all_grads);
    const uint32_t *queries = panels_along(scratch, all_queries), *grads = panels_along(scratch, all_grads), *key_columns = columns_of(scratch, all_keys);
    const RowBlocks keys = rows_of(scratch, all_keys), values = rows_of(scratch, all_values);
    float *probabilities[] = {scratch.take<float>(kSquare), scratch.take<float>(kSquare)}, *gradients[] = {scratch.take<float>(kSquare), scratch.take<float>(kSquare)};
    uint32_t *panel_of_gradients = scratch.take<uint32_t>(most * kHalf), *kept_probabilities = scratch.take<uint32_t>(kept), *kept_gradients = scratch.take<uint32_t>(kept);
    float *sums = scratch.take<float>(kSquare), *delta = scratch.take<float>(n);
    float* waiting = scratch.take<float>(blocks > kStretch ? blocks * columns * kSquare : 0);  // sums of dq until the last stretch
    query_deltas(dout, out, n, hs, delta);
    const auto panel = [](const uint32_t* packed, int64_t p, int64_t K) { return packed + p * K * NR; };
    const auto rows_from = [&](int64_t first) { return n - first < kBlock ? n - first : kBlock; };
    const vf one = splat(1.0f);
    Tiles tiles;
    for (int64_t k0 = 0; k0 < blocks; k0 += kStretch) {
      const int64_t k1 = k0 + kStretch < blocks ? k0 + kStretch : blocks;
      // By queries: ds = p * (dp - delta) * scale, dq += ds . k
      for (int64_t b = k0; b < blocks; b++) {
        const int64_t q0 = b * kBlock, end = b < k1 ? b + 1 : k1;
        vf level0, level1, delta0, delta1;
        load_two(level + q0, n - q0, level0, level1);
        load_two(delta + q0, n - q0, delta0, delta1);
        level0 *= kLog2E;
        level1 *= kLog2E;
        delta0 *= scale;
        delta1 *= scale;
        const auto multiply = [&](int64_t p) {
          tiles_product(tiles, rows_from(p * kBlock), keys.block(p), kBlock, panel(queries_across, b, Kh), Kh / kTile, false, probabilities[p % 2]);
          tiles_product(tiles, rows_from(p * kBlock), values.block(p), kBlock, panel(grads_across, b, Kh), Kh / kTile, false, gradients[p % 2]);
        };
        multiply(k0);
        for (int64_t p = k0; p < end; p++) {
          if (p + 1 < end) multiply(p + 1);  // while it lasts, this block goes on
          const int64_t rows = rows_from(p * kBlock), at = ((p - k0) * blocks + b) * kHalf;
          for (int64_t r = 0; r < kBlock; r += 2) {
            vf d[2][2] = {};
            for (int64_t odd = 0; odd < 2 && r + odd < rows; odd++) {
              float *s = probabilities[p % 2] + (r + odd) * NR, *g = gradients[p % 2] + (r + odd) * NR;
              if (p == b) hide_before(s, r + odd, -__builtin_inff());
              const vf p0 = exp2_for_bf16(load(s) * to_exponent - level0), p1 = exp2_for_bf16(load(s + VF) * to_exponent - level1);
              d[odd][0] = p0 * (load(g) * scale - delta0);
              d[odd][1] = p1 * (load(g + VF) * scale - delta1);
              store(kept_probabilities + at + (r + odd) * kTile, bf16_words(p0, p1));
              store(kept_gradients + at + (r + odd) * kTile, bf16_words(d[odd][0], d[odd][1]));
            }
            uint32_t* to = panel_of_gradients + (p - k0) * kHalf;
            store(to + panel_at(r / 2, 0), bf16_pair(d[0][0], d[1][0]));
            store(to + panel_at(r / 2, VF), bf16_pair(d[0][1], d[1][1]));
          }
        }
        for (int64_t c = 0; c < columns; c++) {
          tiles_product(tiles, hs - c * kBlock < kBlock ? hs - c * kBlock : kBlock, key_columns + c * kBlock * Kn + k0 * kTile * kBlock, kBlock, panel_of_gradients, end - k0, false, sums);
          float* before = waiting + (b * columns + c) * kSquare;
          for (int64_t i = 0; k0 > 0 && i < kSquare; i += VF) store(sums + i, load(before + i) + load(sums + i));
          if (b < k1) put_columns(sums, rows_from(q0), hs - c * kBlock, one, one, dq, q0, c * kBlock);
          else __builtin_memcpy(before, sums, sizeof(float) * kSquare);
        }
      }
      // By keys, over the queries that see them: dk = ds^T . q, dv = p^T . dout
      for (int64_t p = k0; p < k1; p++) {
        const int64_t j = p * kBlock, rows = rows_from(j), at = ((p - k0) * blocks + p) * kHalf;
        const auto put = [&](int64_t part, int64_t c) {
          dq.from(0, part * C).each(j, rows, c * NR, [&](int64_t r, S* p) { store_two(p, hs - c * NR, load(sums + r * NR), load(sums + r * NR + VF)); });
        };
        for (int64_t c = 0; c < columns; c++) {
          tiles_product(tiles, rows, kept_gradients + at, kBlock, panel(queries, c, Kn) + p * kTile * NR, blocks - p, false, sums);
          put(1, c);
          tiles_product(tiles, rows, kept_probabilities + at, kBlock, panel(grads, c, Kn) + p * kTile * NR, blocks - p, false, sums);
          put(2, c);
        }
      }
    }
  }

 private:
  // Keys are not seen by the queries before them: those of the first `hidden` columns.
  static void hide_before(float* scores, int64_t hidden, float value) {
    const vi lane = lanes();
    store(scores, lane < static_cast<int32_t>(hidden) ? splat(value) : load(scores));
    store(scores + VF, lane < static_cast<int32_t>(hidden - VF) ? splat(value) : load(scores + VF));
  }
};
