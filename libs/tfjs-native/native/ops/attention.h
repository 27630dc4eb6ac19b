// Causal attention over packed qkv (B, T, 3C), without the T x T matrix: one strip of MR rows at a
// time. Query t of row b sees keys start[b] <= j <= t. out (B, T, C), lse (B, heads, T).
//
// One task is one head of one row; all its operands are packed once and stay in L2. The backward
// pass goes over stretches of keys: the probabilities of a stretch and their gradients are made by
// strips of queries and kept until dk and dv of the stretch are summed over all queries. Here in float32;
// attention_tiled.h has it for bfloat16.

// Panels of B, on this thread.
static const float* pack_here(Scratch& scratch, const float* source, int64_t ld, bool transposed, int64_t K, int64_t N) {
  float* out = scratch.take<float>(packed_b_size<Float32>(K, N));
  for (int64_t p = 0; p * NR < N; p++) {
    if (transposed) Float32::panel_transposed(source, ld, K, p * NR, N, out + p * K * NR);
    else Float32::panel(source, ld, K, p * NR, N, out + p * K * NR);
  }
  return out;
}

// strip (rows, from panel p0 up to p1) = rows of A . B, times `scale`; strip's columns begin at p0 * NR.
static inline void strip_product(const float* a, int64_t row, int rows, const float* B, int64_t K, int64_t p0, int64_t p1, float scale, float* strip, int64_t ld) {
  vf acc[MR][2];
  for (int64_t p = p0; p < p1; p++) {
    tile_rows(rows, a, row, 1, B + p * K * NR, K, acc);
    for (int r = 0; r < rows; r++) {
      store(strip + r * ld + (p - p0) * NR, acc[r][0] * scale);
      store(strip + r * ld + (p - p0) * NR + VF, acc[r][1] * scale);
    }
  }
}

// Columns of a row from `visible` up to `seen` (whole vectors) become `value`.
static inline void hide(float* row, int64_t visible, int64_t seen, float value) {
  int64_t j = visible / VF * VF;
  if (j >= seen) return;
  store(row + j, lanes() < static_cast<int32_t>(visible - j) ? load(row + j) : splat(value));
  for (j += VF; j < seen; j += VF) store(row + j, splat(value));
}

// Scores (whole vectors) become e^(score - top), top being the largest of them; returns their sum.
static inline float softmax_terms(float* scores, int64_t seen, float& top) {
  vf m = load(scores);
  for (int64_t j = VF; j < seen; j += VF) m = max(m, load(scores + j));
  top = max_lane(m);
  vf total{};
  for (int64_t j = 0; j < seen; j += VF) {
    const vf e = exp(load(scores + j) - top);
    store(scores + j, e);
    total += e;
  }
  return sum(total);
}

// y (rows, hs) = S . B from row `offset` of K on, `used` of them; added to y unless it is `first`.
static void strip_times(const AMatrix<float>& S, int rows, const float* B, int64_t offset, int64_t K, int64_t used, bool first, int64_t hs, float* y, int64_t ld) {
  vf acc[MR][2];
  for (int64_t p = 0; p * NR < hs; p++) {
    tile_rows(rows, S.data, S.row, S.step, B + (p * K + offset) * NR, used, acc);
    for (int r = 0; r < rows; r++)
      for (int v = 0; v < 2; v++) {
        const int left = static_cast<int>(hs - p * NR - v * VF);
        float* to = y + r * ld + p * NR + v * VF;
        if (left > 0) store_n(to, first ? acc[r][v] : load_n(to, left) + acc[r][v], left);
      }
  }
}

// delta (n): each query's sum of dout * out.
template <class S>
static void query_deltas(const Rows<const S>& dout, const Rows<const S>& out, int64_t n, int64_t hs, float* delta) {
  for (int64_t t = 0; t < n; t++) {
    const S *d_row = dout.at(t), *row = out.at(t);
    vf d{};
    for (int64_t c = 0; c < hs; c += NR) {
      vf a, b, x, y;
      load_two(d_row + dout.across(c), hs - c, a, b);
      load_two(row + out.across(c), hs - c, x, y);
      d += a * x;
      d += b * y;
    }
    delta[t] = sum(d);
  }
}

// One head of one text: how the product P computes it.
template <class P>
struct Head;
template <>
struct Head<Float32> {
  // One head of one text of n tokens: its queries in packed qkv, and its part of the output;
  // l (n) gets the log of each query's sum of exponentials.
  static void forward(const Rows<const float>& queries, int64_t n, int64_t C, int64_t hs, const Rows<float>& out, float* l) {
    const float* q = queries.at(0);
    float* o = out.at(0);
    const int64_t ld = 3 * C, width = ceil_div(n, NR) * NR;
    const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(hs));
    Scratch scratch;
    const float *kt = pack_here(scratch, q + C, ld, true, hs, n), *v = pack_here(scratch, q + 2 * C, ld, false, n, hs);
    float* strip = scratch.take<float>(MR * width);
    for (int64_t q0 = 0; q0 < n; q0 += MR) {
      const int rows = static_cast<int>(n - q0 < MR ? n - q0 : MR);
      const int64_t panels = ceil_div(q0 + rows, NR), seen = panels * NR;
      strip_product(q + q0 * ld, ld, rows, kt, hs, 0, panels, scale, strip, width);
      float inverse[MR];
      for (int r = 0; r < rows; r++) {
        float* row = strip + r * width;
        hide(row, q0 + r + 1, seen, -__builtin_inff());
        float top;
        const float z = softmax_terms(row, seen, top);
        inverse[r] = 1.0f / z;
        l[q0 + r] = top + __builtin_logf(z);
      }
      vf acc[MR][2];
      for (int64_t p = 0; p * NR < hs; p++) {
        tile_rows(rows, strip, width, 1, v + p * n * NR, seen < n ? seen : n, acc);
        for (int r = 0; r < rows; r++) {
          float* y = o + (q0 + r) * C + p * NR;
          const int left = static_cast<int>(hs - p * NR);
          store_n(y, acc[r][0] * inverse[r], left);
          if (left > VF) store_n(y + VF, acc[r][1] * inverse[r], left - VF);
        }
      }
    }
  }

  // The gradients of one head of one text of n tokens, those of its queries in packed dqkv: queries, out and dout as in
  // forward, level its log sums.
  static void backward(const Rows<const float>& dout_rows, const Rows<const float>& queries, const Rows<const float>& out, const float* level, int64_t n, int64_t C, int64_t hs, const Rows<float>& dqueries) {
    const float *dout = dout_rows.at(0), *q = queries.at(0);
    float* dq = dqueries.at(0);
    constexpr int64_t kStretch = 8 * NR;
    const int64_t ld = 3 * C, whole = ceil_div(n, NR) * NR, width = whole < kStretch ? whole : kStretch;
    const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(hs));
    const float *k = q + C, *v = q + 2 * C;
    Scratch scratch;
    const float *kt = pack_here(scratch, k, ld, true, hs, n), *vt = pack_here(scratch, v, ld, true, hs, n);
    const float *kb = pack_here(scratch, k, ld, false, n, hs), *qb = pack_here(scratch, q, ld, false, n, hs), *gb = pack_here(scratch, dout, C, false, n, hs);
    float *probabilities = scratch.take<float>((n + MR) * width), *gradients = scratch.take<float>((n + MR) * width);
    float* delta = scratch.take<float>(n);
    query_deltas(dout_rows, out, n, hs, delta);
    for (int64_t k0 = 0; k0 < n; k0 += kStretch) {
      const int64_t k1 = k0 + kStretch < n ? k0 + kStretch : n;
      // By queries, from the strip that holds the first to see a key: ds = p * (dp - delta) * scale, dq += ds . k
      const int64_t first = k0 / MR * MR;
      for (int64_t q0 = first; q0 < n; q0 += MR) {
        const int rows = static_cast<int>(n - q0 < MR ? n - q0 : MR);
        const int64_t p1 = ceil_div(q0 + rows < k1 ? q0 + rows : k1, NR), seen = p1 * NR - k0;
        float *strip = probabilities + (q0 - first) * width, *dstrip = gradients + (q0 - first) * width;
        strip_product(q + q0 * ld, ld, rows, kt, hs, k0 / NR, p1, scale, strip, width);
        strip_product(dout + q0 * C, C, rows, vt, hs, k0 / NR, p1, 1.0f, dstrip, width);
        for (int r = 0; r < rows; r++) {
          float *p = strip + r * width, *d = dstrip + r * width;
          const vf lv = splat(level[q0 + r]), dl = splat(delta[q0 + r]);
          for (int64_t j = 0; j < seen; j += VF) {
            const vf e = exp(load(p + j) - lv);
            store(p + j, e);
            store(d + j, e * (load(d + j) - dl) * scale);
          }
          // One panel more than was seen: keys of one block look at queries from their first one on.
          const int64_t visible = q0 + r + 1 < k0 ? 0 : q0 + r + 1 - k0, end = seen + NR < width ? seen + NR : width;
          hide(p, visible, end, 0.0f);
          hide(d, visible, end, 0.0f);
        }
        strip_times({dstrip, width, 1}, rows, kb, k0, n, seen < k1 - k0 ? seen : k1 - k0, k0 == 0, hs, dq + q0 * ld, ld);
      }
      // By keys: the same numbers, read along the queries.
      for (int64_t j = k0; j < k1; j += MR) {
        const int rows = static_cast<int>(k1 - j < MR ? k1 - j : MR);
        const int64_t begin = j / MR * MR > first ? j / MR * MR : first, at = (begin - first) * width + j - k0;
        strip_times({gradients + at, 1, width}, rows, qb, begin, n, n - begin, true, hs, dq + C + j * ld, ld);
        strip_times({probabilities + at, 1, width}, rows, gb, begin, n, n - begin, true, hs, dq + 2 * C + j * ld, ld);
      }
    }
  }
};

// The first n rows of hs columns become zero.
template <class S>
static void clear(const Rows<S>& rows, int64_t n, int64_t hs) {
  for (int64_t c = 0; c < hs; c += NR)
    rows.each(0, n, c, [&](int64_t, S* p) { __builtin_memset(p, 0, sizeof(S) * static_cast<size_t>(hs - c < NR ? hs - c : NR)); });
}

// Head `task` of all B * heads. In memory numbers are float32 or, where Head<P> takes them, of another type S.
template <class P, class S>
static void attend_forward(int64_t task, const Rows<const S>& qkv, const int32_t* start, const Rows<S>& out, float* lse, int64_t T, int64_t C, int64_t heads) {
  const int64_t hs = C / heads, b = task / heads, h = task % heads, s = start[b] < T ? start[b] : T;
  const Rows<S> o = out.from(b * T, h * hs);
  float* l = lse + task * T;
  clear(o, s, hs);
  for (int64_t t = 0; t < s; t++) l[t] = 0;
  if (s < T) Head<P>::forward(qkv.from(b * T + s, h * hs), T - s, C, hs, o.from(s, 0), l + s);
}
// dout and dqkv hold the rows from `base` on.
template <class P, class S>
static void attend_backward(int64_t task, int64_t base, const Rows<const S>& dout, const Rows<const S>& qkv, const Rows<const S>& out, const float* lse, const int32_t* start, const Rows<S>& dqkv, int64_t T, int64_t C, int64_t heads) {
  const int64_t hs = C / heads, b = task / heads, h = task % heads, s = start[b] < T ? start[b] : T, first = b * T + s;
  for (int part = 0; part < 3; part++) clear(dqkv.from(b * T - base, part * C + h * hs), s, hs);
  if (s < T) Head<P>::backward(dout.from(first - base, h * hs), qkv.from(first, h * hs), out.from(first, h * hs), lse + task * T + s, T - s, C, hs, dqkv.from(first - base, h * hs));
}

template <class P>
static void attention_forward(const float* qkv, const int32_t* start, float* out, float* lse, int64_t B, int64_t T, int64_t C, int64_t heads) {
  const auto rows = Rows<const float>::plain(qkv, 3 * C);
  const auto out_rows = Rows<float>::plain(out, C);
  parallel(B * heads, [&](int64_t task) { attend_forward<P>(task, rows, start, out_rows, lse, T, C, heads); });
}
template <class P>
static void attention_backward(const float* dout, const float* qkv, const float* out, const float* lse, const int32_t* start, float* dqkv, int64_t B, int64_t T, int64_t C, int64_t heads) {
  const auto rows = Rows<const float>::plain(qkv, 3 * C), out_rows = Rows<const float>::plain(out, C), dout_rows = Rows<const float>::plain(dout, C);
  const auto dqkv_rows = Rows<float>::plain(dqkv, 3 * C);
  parallel(B * heads, [&](int64_t task) { attend_backward<P>(task, 0, dout_rows, rows, out_rows, lse, start, dqkv_rows, T, C, heads); });
}
