// Rotary positions: of each row the first heads, hs numbers each, are turned by the angles of its position; numbers i and
// i + hs / 2 are a point. table (P, hs): cosines, then sines.

// One head from x to y, which may be the same; sign -1 is the way back.
static inline void turn_head(const float* x, const float* table, float* y, int64_t hs, float sign) {
  const int64_t half = hs / 2;
  for (int64_t c = 0; c < half; c += VF) {
    const int left = static_cast<int>(half - c);
    const vf a = load_n(x + c, left), b = load_n(x + half + c, left), cosine = load_n(table + c, left), sine = load_n(table + half + c, left) * sign;
    store_n(y + c, a * cosine - b * sine, left);
    store_n(y + half + c, b * cosine + a * sine, left);
  }
}

static void rotary(const float* x, const float* table, const int32_t* positions, float* y, int64_t N, int64_t W, int64_t heads, int64_t hs, bool back) {
  parallel_ranges(N, N * W < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t n = from; n < to; n++) {
      const float *row = x + n * W, *turns = table + positions[n] * hs;
      for (int64_t h = 0; h < heads; h++) turn_head(row + h * hs, turns, y + n * W + h * hs, hs, back ? -1.0f : 1.0f);
      __builtin_memcpy(y + n * W + heads * hs, row + heads * hs, sizeof(float) * static_cast<size_t>(W - heads * hs));
    }
  });
}
