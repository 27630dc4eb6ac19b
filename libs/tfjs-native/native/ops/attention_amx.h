// Attention in AMX tiles: attention.h's two functions of one head, of float32 or bfloat16 (S), by blocks of 32 queries and 32 keys. The
// scores of a block of queries lie block by block, [keys/32][32][32]; what is made of them is written as the
// tiles that the next product reads.

// y (rows, columns) = a block of 32 x 32 numbers, each row times its factor.
template <class S, class Factor>
static inline void put_block(const float* block, int64_t rows, int64_t columns, S* y, int64_t ld, Factor&& factor) {
  for (int64_t r = 0; r < rows; r++) store_two(y + r * ld, columns, load(block + r * NR) * factor(r), load(block + r * NR + VF) * factor(r));
}

template <>
struct Head<AmxBFloat16> {
  template <class S>
  static void forward(const S* q, int64_t n, int64_t C, int64_t hs, S* o, float* l) {
    constexpr int64_t kSquare = kBlock * NR;
    const int64_t ld = 3 * C, Kh = AmxBFloat16::elements(hs), Kv = AmxBFloat16::elements(n), blocks = ceil_div(n, kBlock);
    const int64_t across = packed_b_size<AmxBFloat16>(hs, n), along = packed_b_size<AmxBFloat16>(n, hs);
    const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(hs));
    Scratch scratch;
    TilePair *kt = scratch.take<TilePair>(across), *v = scratch.take<TilePair>(along);
    uint32_t *queries = scratch.take<uint32_t>(blocks * kBlock * Kh), *weights = scratch.take<uint32_t>(blocks * kBlock * kTile);
    float *scores = scratch.take<float>(blocks * kSquare), *sums = scratch.take<float>(2 * kSquare);
    pack_here<AmxBFloat16>(q + C, ld, true, hs, n, kt);
    pack_here<AmxBFloat16>(q + 2 * C, ld, false, n, hs, v);
    pack_rows(q, ld, hs, 0, n, kBlock, queries);
    const uint32_t *keys = reinterpret_cast<const uint32_t*>(kt), *values = reinterpret_cast<const uint32_t*>(v);
    Tiles tiles;
    for (int64_t b = 0; b < blocks; b++) {
      const int64_t q0 = b * kBlock, rows = n - q0 < kBlock ? n - q0 : kBlock;
      for (int64_t p = 0; p <= b; p++) tiles_product(tiles, rows, queries + q0 * Kh, kBlock, keys + p * Kh * NR, Kh / kTile, false, scores + p * kSquare);
      float inverse[kBlock];
      for (int64_t r = 0; r < rows; r++) {
        float* last = scores + b * kSquare + r * NR;
        vf left = load(last), right = load(last + VF);
        hide_lanes(left, right, r + 1, -__builtin_inff());
        store(last, left);
        store(last + VF, right);
        vf most = max(left, right);
        for (int64_t p = 0; p < b; p++) most = max(most, max(load(scores + p * kSquare + r * NR), load(scores + p * kSquare + r * NR + VF)));
        const float top = max_lane(most) * scale;
        vf total{};
        for (int64_t p = 0; p <= b; p++) {
          const float* s = scores + p * kSquare + r * NR;
          const vf e0 = exp(load(s) * scale - top), e1 = exp(load(s + VF) * scale - top);
          total += e0 + e1;
          store(weights + (p * kBlock + r) * kTile, bf16_words(e0, e1));
        }
        const float z = sum(total);
        inverse[r] = 1.0f / z;
        l[q0 + r] = top + __builtin_logf(z);
      }
      for (int64_t p = 0; p * NR < hs; p++) {
        float* y = sums + p % 2 * kSquare;
        tiles_product(tiles, rows, weights, kBlock, values + p * Kv * NR, b + 1, false, y);
        put_block(y, rows, hs - p * NR, o + q0 * C + p * NR, C, [&](int64_t r) { return inverse[r]; });
      }
    }
  }

  template <class S>
  static void backward(const S* dout, const S* q, const S* out, const float* level, int64_t n, int64_t C, int64_t hs, S* dq) {
    constexpr int64_t kSquare = kBlock * NR, kHalf = kSquare / 2, kStretch = 8;  // blocks of keys whose tiles are kept
    const int64_t ld = 3 * C, Kh = AmxBFloat16::elements(hs), Kn = AmxBFloat16::elements(n), blocks = ceil_div(n, kBlock);
    const int64_t across = packed_b_size<AmxBFloat16>(hs, n), along = packed_b_size<AmxBFloat16>(n, hs);
    const int64_t columns = ceil_div(hs, NR), most = blocks < kStretch ? blocks : kStretch, kept = most * blocks * kHalf;
    const int64_t waiting_sums = blocks > kStretch ? blocks * columns * kSquare : 0;  // of dq, until the last stretch
    const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(hs));
    Scratch scratch;
    TilePair *kt = scratch.take<TilePair>(across), *vt = scratch.take<TilePair>(across);
    TilePair *kb = scratch.take<TilePair>(along), *qb = scratch.take<TilePair>(along), *gb = scratch.take<TilePair>(along);
    uint32_t *queries = scratch.take<uint32_t>(blocks * kBlock * Kh), *grads = scratch.take<uint32_t>(blocks * kBlock * Kh);
    float *probabilities = scratch.take<float>(most * kSquare), *gradients = scratch.take<float>(most * kSquare);
    uint32_t *rows_of_gradients = scratch.take<uint32_t>(most * kHalf), *kept_probabilities = scratch.take<uint32_t>(kept), *kept_gradients = scratch.take<uint32_t>(kept);
    float *sums = scratch.take<float>(kSquare), *queries_sums = scratch.take<float>(waiting_sums), *delta = scratch.take<float>(n);
    pack_here<AmxBFloat16>(q + C, ld, true, hs, n, kt);
    pack_here<AmxBFloat16>(q + 2 * C, ld, true, hs, n, vt);
    pack_here<AmxBFloat16>(q + C, ld, false, n, hs, kb);
    pack_here<AmxBFloat16>(q, ld, false, n, hs, qb);
    pack_here<AmxBFloat16>(dout, C, false, n, hs, gb);
    pack_rows(q, ld, hs, 0, n, kBlock, queries);
    pack_rows(dout, C, hs, 0, n, kBlock, grads);
    query_deltas(dout, out, n, C, hs, delta);
    const auto panel = [](const TilePair* packed, int64_t p, int64_t K) { return reinterpret_cast<const uint32_t*>(packed) + p * K * NR; };
    const auto one = [](int64_t) { return 1.0f; };
    Tiles tiles;
    for (int64_t k0 = 0; k0 < blocks; k0 += kStretch) {
      const int64_t k1 = k0 + kStretch < blocks ? k0 + kStretch : blocks;
      // By queries: ds = p * (dp - delta) * scale, dq += ds . k
      for (int64_t b = k0; b < blocks; b++) {
        const int64_t q0 = b * kBlock, rows = n - q0 < kBlock ? n - q0 : kBlock, end = b < k1 ? b + 1 : k1;
        for (int64_t p = k0; p < end; p++) {
          tiles_product(tiles, rows, queries + q0 * Kh, kBlock, panel(kt, p, Kh), Kh / kTile, false, probabilities + (p - k0) * kSquare);
          tiles_product(tiles, rows, grads + q0 * Kh, kBlock, panel(vt, p, Kh), Kh / kTile, false, gradients + (p - k0) * kSquare);
        }
        for (int64_t p = k0; p < end; p++) {
          float *weight = probabilities + (p - k0) * kSquare, *gradient = gradients + (p - k0) * kSquare;
          for (int64_t r = 0; r < rows; r++) {
            float *s = weight + r * NR, *d = gradient + r * NR;
            const float lv = level[q0 + r], dl = delta[q0 + r];
            vf p0 = exp(load(s) * scale - lv), p1 = exp(load(s + VF) * scale - lv);
            if (p == b) hide_lanes(p0, p1, r + 1, 0.0f);
            vf d0 = p0 * (load(d) - dl) * scale, d1 = p1 * (load(d + VF) - dl) * scale;
            if (p == b) hide_lanes(d0, d1, r + 1, 0.0f);
            store(s, p0);
            store(s + VF, p1);
            store(d, d0);
            store(d + VF, d1);
            store(rows_of_gradients + (p - k0) * kHalf + r * kTile, bf16_words(d0, d1));
          }
          const int64_t at = ((p - k0) * blocks + b) * kHalf;
          for (int64_t half : {0, 1}) {
            columns_tile(weight + half * kTile, NR, kTile, rows, kept_probabilities + at + half * kTile * kTile);
            columns_tile(gradient + half * kTile, NR, kTile, rows, kept_gradients + at + half * kTile * kTile);
          }
        }
        for (int64_t c = 0; c < columns; c++) {
          tiles_product(tiles, rows, rows_of_gradients, kBlock, panel(kb, c, Kn) + k0 * kTile * NR, end - k0, false, sums);
          float* waiting = queries_sums + (b * columns + c) * kSquare;
          for (int64_t i = 0; k0 > 0 && i < kSquare; i += VF) store(sums + i, load(waiting + i) + load(sums + i));
          if (b < k1) put_block(sums, rows, hs - c * NR, dq + q0 * ld + c * NR, ld, one);
          else __builtin_memcpy(waiting, sums, sizeof(float) * kSquare);
        }
      }
      // By keys, over the queries that see them: dk = ds^T . q, dv = p^T . dout
      for (int64_t p = k0; p < k1; p++) {
        const int64_t j = p * kBlock, rows = n - j < kBlock ? n - j : kBlock, at = ((p - k0) * blocks + p) * kHalf;
        for (int64_t c = 0; c < columns; c++) {
          tiles_product(tiles, rows, kept_gradients + at, kBlock, panel(qb, c, Kn) + p * kTile * NR, blocks - p, false, sums);
          put_block(sums, rows, hs - c * NR, dq + C + j * ld + c * NR, ld, one);
          tiles_product(tiles, rows, kept_probabilities + at, kBlock, panel(gb, c, Kn) + p * kTile * NR, blocks - p, false, sums);
          put_block(sums, rows, hs - c * NR, dq + 2 * C + j * ld + c * NR, ld, one);
        }
      }
    }
  }
};
