// Causal attention over packed qkv (B, T, 3C), without the T x T matrix: one strip of MR rows at a
// time. Query t of row b sees keys start[b] <= j <= t. out (B, T, C), lse (B, heads, T).
//
// One task is one head of one row; all its operands are packed once and stay in L2. The backward
// pass goes over stretches of keys: the probabilities of a stretch and their gradients are made by
// strips of queries and kept, in bf16, until dk and dv of the stretch are summed over all queries.

// On this thread: panels of B, and rows as elements.
template <class P>
static void pack_here(const float* source, int64_t ld, bool transposed, int64_t K, int64_t N, typename P::T* out) {
  const int64_t size = P::elements(K) * NR;
  for (int64_t p = 0; p * NR < N; p++) {
    if (transposed) P::panel_transposed(source, ld, K, p * NR, N, out + p * size);
    else P::panel(source, ld, K, p * NR, N, out + p * size);
  }
}
static AMatrix<float> rows_here(const float* source, int64_t ld, int64_t, int64_t, float*) { return {source, ld, 1}; }
#ifdef HAVE_BF16
static AMatrix<uint32_t> rows_here(const float* source, int64_t ld, int64_t M, int64_t K, uint32_t* out) {
  const int64_t pairs = (K + 1) / 2;
  for (int64_t m = 0; m < M; m++) pair_row(source + m * ld, K, out + m * pairs);
  return {out, pairs, 1};
}
#endif

// strip (rows, from panel p0 up to p1) = A . B, times `scale`; strip's columns begin at p0 * NR.
template <class T>
static inline void strip_product(const AMatrix<T>& A, int64_t m0, int rows, const T* B, int64_t K, int64_t p0, int64_t p1, float scale, float* strip, int64_t ld) {
  vf acc[MR][2];
  for (int64_t p = p0; p < p1; p++) {
    tile_rows<T>(rows, A.at(m0), A.row, A.step, B + p * K * NR, K, acc);
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

// y (rows, hs) = S . B from element `offset` of K on, `used` elements; added to y unless it is `first`.
template <class E>
static void strip_times(const AMatrix<E>& S, int rows, const E* B, int64_t offset, int64_t K, int64_t used, bool first, int64_t hs, float* y, int64_t ld) {
  vf acc[MR][2];
  for (int64_t p = 0; p * NR < hs; p++) {
    tile_rows<E>(rows, S.data, S.row, S.step, B + (p * K + offset) * NR, used, acc);
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
struct Head {
  // One head of one text of n tokens: its queries in packed qkv, and its part of the output;
  // l (n) gets the log of each query's sum of exponentials.
  static void forward(const Rows<const float>& queries, int64_t n, int64_t C, int64_t hs, const Rows<float>& out, float* l) {
    using E = typename P::T;
    const float* q = queries.at(0);
    float* o = out.at(0);
    const int64_t ld = 3 * C, Kh = P::elements(hs), Kv = P::elements(n), width = ceil_div(n, NR) * NR;
    const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(hs));
    Scratch scratch;
    E* kt = scratch.take<E>(packed_b_size<P>(hs, n));
    E* v = scratch.take<E>(packed_b_size<P>(n, hs));
    E* qr = scratch.take<E>(n * Kh);
    float* strip = scratch.take<float>(MR * width);
    E* weights = scratch.take<E>(MR * width);
    pack_here<P>(q + C, ld, true, hs, n, kt);
    pack_here<P>(q + 2 * C, ld, false, n, hs, v);
    const auto Q = rows_here(q, ld, n, hs, qr);
    for (int64_t q0 = 0; q0 < n; q0 += MR) {
      const int rows = static_cast<int>(n - q0 < MR ? n - q0 : MR);
      const int64_t panels = ceil_div(q0 + rows, NR), seen = panels * NR;
      strip_product(Q, q0, rows, kt, Kh, 0, panels, scale, strip, width);
      float inverse[MR];
      for (int r = 0; r < rows; r++) {
        float* row = strip + r * width;
        hide(row, q0 + r + 1, seen, -__builtin_inff());
        float top;
        const float z = softmax_terms(row, seen, top);
        inverse[r] = 1.0f / z;
        l[q0 + r] = top + __builtin_logf(z);
      }
      const int64_t used = P::elements(seen < n ? seen : n);
      const auto W = rows_here(strip, width, rows, seen, weights);
      vf acc[MR][2];
      for (int64_t p = 0; p * NR < hs; p++) {
        tile_rows<E>(rows, W.data, W.row, W.step, v + p * Kv * NR, used, acc);
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
    using E = typename P::T;
    const float *dout = dout_rows.at(0), *q = queries.at(0);
    float* dq = dqueries.at(0);
    constexpr int64_t kStretch = 8 * NR;
    const int64_t ld = 3 * C, Kh = P::elements(hs), whole = ceil_div(n, NR) * NR, width = whole < kStretch ? whole : kStretch;
    const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(hs));
    const float *k = q + C, *v = q + 2 * C;
    const int64_t across = packed_b_size<P>(hs, n), along = packed_b_size<P>(n, hs), kept = P::elements(n + MR) * width;
    Scratch scratch;
    E *kt = scratch.take<E>(across), *vt = scratch.take<E>(across);
    E *kb = scratch.take<E>(along), *qb = scratch.take<E>(along), *gb = scratch.take<E>(along);
    E *qr = scratch.take<E>(n * Kh), *gr = scratch.take<E>(n * Kh);
    float *probabilities = scratch.take<float>(MR * width), *gradients = scratch.take<float>(MR * width);
    E* row_elements = scratch.take<E>(MR * width);
    E *kept_probabilities = scratch.take<E>(kept), *kept_gradients = scratch.take<E>(kept);
    float* delta = scratch.take<float>(n);
    pack_here<P>(k, ld, true, hs, n, kt);
    pack_here<P>(v, ld, true, hs, n, vt);
    pack_here<P>(k, ld, false, n, hs, kb);
    pack_here<P>(q, ld, false, n, hs, qb);
    pack_here<P>(dout, C, false, n, hs, gb);
    const auto Q = rows_here(q, ld, n, hs, qr), G = rows_here(dout, C, n, hs, gr);
    query_deltas(dout_rows, out, n, hs, delta);
    const int64_t Kn = P::elements(n);
    for (int64_t k0 = 0; k0 < n; k0 += kStretch) {
      const int64_t k1 = k0 + kStretch < n ? k0 + kStretch : n;
      // By queries, from the strip that holds the first to see a key: ds = p * (dp - delta) * scale, dq += ds . k
      const int64_t first = k0 / MR * MR;
      for (int64_t q0 = first; q0 < n; q0 += MR) {
        const int rows = static_cast<int>(n - q0 < MR ? n - q0 : MR);
        const int64_t p1 = ceil_div(q0 + rows < k1 ? q0 + rows : k1, NR), seen = p1 * NR - k0;
        strip_product(Q, q0, rows, kt, Kh, k0 / NR, p1, scale, probabilities, width);
        strip_product(G, q0, rows, vt, Kh, k0 / NR, p1, 1.0f, gradients, width);
        for (int r = 0; r < rows; r++) {
          float *p = probabilities + r * width, *d = gradients + r * width;
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
        const int64_t at = P::elements(q0 - first) * width, columns = seen + NR < width ? seen + NR : width;
        P::columns(probabilities, width, rows, columns, kept_probabilities + at);
        P::columns(gradients, width, rows, columns, kept_gradients + at);
        const int64_t keys = seen < k1 - k0 ? seen : k1 - k0;
        const auto S = rows_here(gradients, width, rows, keys, row_elements);
        strip_times(S, rows, kb, P::elements(k0), Kn, P::elements(keys), k0 == 0, hs, dq + q0 * ld, ld);
      }
      // By keys: the same numbers, read along the queries.
      for (int64_t j = k0; j < k1; j += MR) {
        const int rows = static_cast<int>(k1 - j < MR ? k1 - j : MR);
        const int64_t begin = j / MR * MR > first ? j / MR * MR : first, from = P::elements(begin), used = Kn - from;
        const int64_t at = P::elements(begin - first) * width + j - k0;
        strip_times(AMatrix<E>{kept_gradients + at, 1, width}, rows, qb, from, Kn, used, true, hs, dq + C + j * ld, ld);
        strip_times(AMatrix<E>{kept_probabilities + at, 1, width}, rows, gb, from, Kn, used, true, hs, dq + 2 * C + j * ld, ld);
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
