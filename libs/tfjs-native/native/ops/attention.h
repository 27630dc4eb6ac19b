// Causal attention over packed qkv (B, T, W), without the T x T matrix. Query t of row b sees keys start[b] <= j <= t.
// out (B, T, A), lse (B, heads, T).
//
// One task is one head of one row, and in the backward pass all heads of queries that see one head of keys; all its operands are packed once and stay in L2. It goes by blocks of NR keys and NR
// queries. Scores lie transposed, [key][query]: sums and maxima over keys are then sums of vectors, never of the lanes of
// one, and what the next products read needs no transposing. The backward pass goes over stretches of keys: the
// probabilities of a stretch and their gradients are made by blocks of queries and kept until dk and dv of the stretch
// are summed over all queries.

// The heads of queries, and of keys and values: query head h sees the keys of head h / group().
struct HeadShape {
  int64_t heads, kv_heads, hs;
  int64_t group() const { return heads / kv_heads; }
  int64_t A() const { return heads * hs; }                   // columns of the queries, and of the output
  int64_t W() const { return (heads + 2 * kv_heads) * hs; }  // of queries, keys and values
  // Where a query head's keys and values begin.
  int64_t key(int64_t h) const { return A() + h / group() * hs; }
  int64_t value(int64_t h) const { return key(h) + kv_heads * hs; }
};

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

// Of a square of NR x NR numbers the columns, each times its factor, become rows of y: `columns` of them from m on, each of
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

// One head of one text of n tokens: queries q, keys k, values v, (n, hs) each, and its part of the output. S, O: what numbers
// are in memory.
template <class P>
struct Head {
  using Word = typename P::Word;

  // l (n) gets the log of each query's sum of exponentials.
  template <class S, class O>
  static void forward(const Rows<const S>& q, const Rows<const S>& k, const Rows<const S>& v, int64_t n, int64_t hs, const Rows<O>& out, float* l) {
    const int64_t Kh = P::words(hs), Kn = P::words(n), blocks = ceil_div(n, NR), columns = ceil_div(hs, NR);
    const float to_exponent = kLog2E / __builtin_sqrtf(static_cast<float>(hs));  // exponents are those of 2
    Scratch scratch;
    const Word* queries = panels_of<P>(scratch, Matrix<S>{q, n, hs}, true);
    const AMatrix<P> values = columns_of<P>(scratch, Matrix<S>{v, n, hs});
    const RowBlocks<P> keys = rows_of<P>(scratch, Matrix<S>{k, n, hs});
    float *scores = scratch.take<float>(blocks * kScores), *sums = scratch.take<float>(kScores);
    Word* weights = scratch.take<Word>(Kn * NR);
    Tiles<P> tiles;
    for (int64_t b = 0; b < blocks; b++) {
      const int64_t q0 = b * NR, seen = n < q0 + NR ? n : q0 + NR;  // keys
      const Word* panel = queries + b * Kh * NR;
      for (int64_t p = 0; p <= b; p++) block_times_panel<P>(tiles, seen - p * NR < NR ? seen - p * NR : NR, keys.block(p), false, panel, Kh / P::kLine, false, scores + p * kScores);
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
        vf weight[2][2] = {{P::exp2(load(s) * to_exponent - top0), P::exp2(load(s + VF) * to_exponent - top1)}};
        if (j + 1 < seen) {
          weight[1][0] = P::exp2(load(s + NR) * to_exponent - top0);
          weight[1][1] = P::exp2(load(s + NR + VF) * to_exponent - top1);
        }
        total0 += weight[0][0] + weight[1][0];
        total1 += weight[0][1] + weight[1][1];
        P::template put_panel<false>(weights, j, weight[0], weight[1]);
      }
      clear_panel<P>(weights, (seen + 1) / 2 * 2, (b + 1) * NR);
      for (int64_t c = 0; c < columns; c++) {
        block_times_panel<P>(tiles, hs - c * NR < NR ? hs - c * NR : NR, values.block(c), values.turned, weights, b + 1, false, sums);
        put_columns(sums, n - q0 < NR ? n - q0 : NR, hs - c * NR, 1.0f / total0, 1.0f / total1, out, q0, c * NR);
      }
      store_two(l + q0, n - q0, top0 / kLog2E + log(total0), top1 / kLog2E + log(total1));
    }
  }

  // The gradients, those of keys and values added to dk and dv where `add` says so; level: the log sums of the forward pass.
  template <class S, class D>
  static void backward(const Rows<const S>& dout, const Rows<const S>& q, const Rows<const S>& k, const Rows<const S>& v, const Rows<const S>& out, const float* level, int64_t n, int64_t hs, const Rows<S>& dq, const Rows<D>& dk, const Rows<D>& dv, bool add) {
    constexpr int64_t kStretch = 8;  // blocks of keys whose tiles are kept
    const int64_t Kh = P::words(hs), Kn = P::words(n), blocks = ceil_div(n, NR), columns = ceil_div(hs, NR);
    const int64_t most = blocks < kStretch ? blocks : kStretch, kept = most * blocks * P::kSquare;
    const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(hs)), to_exponent = scale * kLog2E;
    Scratch scratch;
    const Matrix<S> all_queries{q, n, hs}, all_keys{k, n, hs}, all_values{v, n, hs}, all_grads{dout, n, hs};
    const Word *queries_across = panels_of<P>(scratch, all_queries, true), *grads_across = panels_of<P>(scratch, all_grads, true);
    const Word *queries = panels_of<P>(scratch, all_queries, false), *grads = panels_of<P>(scratch, all_grads, false);
    const AMatrix<P> key_columns = columns_of<P>(scratch, all_keys);
    const RowBlocks<P> keys = rows_of<P>(scratch, all_keys), values = rows_of<P>(scratch, all_values);
    float *probabilities[] = {scratch.take<float>(kScores), scratch.take<float>(kScores)}, *gradients[] = {scratch.take<float>(kScores), scratch.take<float>(kScores)};
    Word *panel_of_gradients = scratch.take<Word>(most * P::kSquare), *kept_probabilities = scratch.take<Word>(kept), *kept_gradients = scratch.take<Word>(kept);
    float *sums = scratch.take<float>(kScores), *delta = scratch.take<float>(n);
    float* waiting = scratch.take<float>(blocks > kStretch ? blocks * columns * kScores : 0);  // sums of dq until the last stretch
    query_deltas(dout, out, n, hs, delta);
    const auto panel = [](const Word* packed, int64_t p, int64_t K) { return packed + p * K * NR; };
    const auto rows_from = [&](int64_t first) { return n - first < NR ? n - first : NR; };
    const vf one = splat(1.0f);
    Tiles<P> tiles;
    for (int64_t k0 = 0; k0 < blocks; k0 += kStretch) {
      const int64_t k1 = k0 + kStretch < blocks ? k0 + kStretch : blocks;
      // By queries: ds = p * (dp - delta) * scale, dq += ds . k
      for (int64_t b = k0; b < blocks; b++) {
        const int64_t q0 = b * NR, end = b < k1 ? b + 1 : k1;
        vf level0, level1, delta0, delta1;
        load_two(level + q0, n - q0, level0, level1);
        load_two(delta + q0, n - q0, delta0, delta1);
        level0 *= kLog2E;
        level1 *= kLog2E;
        delta0 *= scale;
        delta1 *= scale;
        const auto multiply = [&](int64_t p) {
          block_times_panel<P>(tiles, rows_from(p * NR), keys.block(p), false, panel(queries_across, b, Kh), Kh / P::kLine, false, probabilities[p % 2]);
          block_times_panel<P>(tiles, rows_from(p * NR), values.block(p), false, panel(grads_across, b, Kh), Kh / P::kLine, false, gradients[p % 2]);
        };
        multiply(k0);
        for (int64_t p = k0; p < end; p++) {
          if (p + 1 < end) multiply(p + 1);  // while it lasts, this block goes on
          const int64_t rows = rows_from(p * NR), at = ((p - k0) * blocks + b) * P::kSquare;
          for (int64_t r = 0; r < NR; r += 2) {
            vf d[2][2] = {};
            for (int64_t odd = 0; odd < 2 && r + odd < rows; odd++) {
              float *s = probabilities[p % 2] + (r + odd) * NR, *g = gradients[p % 2] + (r + odd) * NR;
              if (p == b) hide_before(s, r + odd, -__builtin_inff());
              const vf p0 = P::exp2(load(s) * to_exponent - level0), p1 = P::exp2(load(s + VF) * to_exponent - level1);
              d[odd][0] = p0 * (load(g) * scale - delta0);
              d[odd][1] = p1 * (load(g + VF) * scale - delta1);
              P::put_line(kept_probabilities + at + (r + odd) * P::kLine, p0, p1);
              P::put_line(kept_gradients + at + (r + odd) * P::kLine, d[odd][0], d[odd][1]);
            }
            P::template put_panel<false>(panel_of_gradients + (p - k0) * P::kSquare, r, d[0], d[1]);
          }
        }
        for (int64_t c = 0; c < columns; c++) {
          block_times_panel<P>(tiles, hs - c * NR < NR ? hs - c * NR : NR, key_columns.block(c) + k0 * P::kSquare, key_columns.turned, panel_of_gradients, end - k0, false, sums);
          float* before = waiting + (b * columns + c) * kScores;
          for (int64_t i = 0; k0 > 0 && i < kScores; i += VF) store(sums + i, load(before + i) + load(sums + i));
          if (b < k1) put_columns(sums, rows_from(q0), hs - c * NR, one, one, dq, q0, c * NR);
          else __builtin_memcpy(before, sums, sizeof(float) * kScores);
        }
      }
      // By keys, over the queries that see them: dk = ds^T . q, dv = p^T . dout
      for (int64_t p = k0; p < k1; p++) {
        const int64_t j = p * NR, rows = rows_from(j), at = ((p - k0) * blocks + p) * P::kSquare;
        const auto put = [&](const Rows<D>& to, int64_t c) {
          to.each(j, rows, c * NR, [&](int64_t r, D* p) {
            vf first = load(sums + r * NR), second = load(sums + r * NR + VF);
            if (add) {
              vf before0, before1;
              load_two(p, hs - c * NR, before0, before1);
              first += before0;
              second += before1;
            }
            store_two(p, hs - c * NR, first, second);
          });
        };
        for (int64_t c = 0; c < columns; c++) {
          block_times_panel<P>(tiles, rows, kept_gradients + at, false, panel(queries, c, Kn) + p * P::kSquare, blocks - p, false, sums);
          put(dk, c);
          block_times_panel<P>(tiles, rows, kept_probabilities + at, false, panel(grads, c, Kn) + p * P::kSquare, blocks - p, false, sums);
          put(dv, c);
        }
      }
    }
  }

 private:
  static constexpr int64_t kScores = NR * NR;  // of a square
  // Keys are not seen by the queries before them: those of the first `hidden` columns.
  static void hide_before(float* scores, int64_t hidden, float value) {
    const vi lane = lanes();
    store(scores, lane < static_cast<int32_t>(hidden) ? splat(value) : load(scores));
    store(scores + VF, lane < static_cast<int32_t>(hidden - VF) ? splat(value) : load(scores + VF));
  }
};

// The first n rows of hs columns become zero.
template <class S>
static void clear(const Rows<S>& rows, int64_t n, int64_t hs) {
  for (int64_t c = 0; c < hs; c += NR)
    rows.each(0, n, c, [&](int64_t, S* p) { __builtin_memset(p, 0, sizeof(S) * static_cast<size_t>(hs - c < NR ? hs - c : NR)); });
}

// Head `task` of all B * heads. In memory numbers are S.
template <class P, class S>
static void attend_forward(int64_t task, const Rows<const S>& qkv, const int32_t* start, const Rows<S>& out, float* lse, int64_t T, const HeadShape& shape) {
  const int64_t hs = shape.hs, b = task / shape.heads, h = task % shape.heads, s = start[b] < T ? start[b] : T, first = b * T + s;
  const Rows<S> o = out.from(b * T, h * hs);
  float* l = lse + task * T;
  clear(o, s, hs);
  for (int64_t t = 0; t < s; t++) l[t] = 0;
  if (s < T) Head<P>::forward(qkv.from(first, h * hs), qkv.from(first, shape.key(h)), qkv.from(first, shape.value(h)), T - s, hs, o.from(s, 0), l + s);
}
// Head of keys `task` of all B * kv_heads. dout and dqkv hold the rows from `base` on.
template <class P, class S>
static void attend_backward(int64_t task, int64_t base, const Rows<const S>& dout, const Rows<const S>& qkv, const Rows<const S>& out, const float* lse, const int32_t* start, const Rows<S>& dqkv, int64_t T, const HeadShape& shape) {
  const int64_t hs = shape.hs, b = task / shape.kv_heads, s = start[b] < T ? start[b] : T, n = T - s, first = b * T + s;
  const int64_t from = task % shape.kv_heads * shape.group(), key = shape.key(from), value = shape.value(from);
  for (const int64_t column : {key, value}) clear(dqkv.from(b * T - base, column), s, hs);
  for (int64_t h = from; h < from + shape.group(); h++) clear(dqkv.from(b * T - base, h * hs), s, hs);
  if (n == 0) return;
  const auto head = [&](int64_t h, const auto& dk, const auto& dv) {
    const auto column = [&](int64_t c) { return qkv.from(first, c); };
    Head<P>::backward(dout.from(first - base, h * hs), column(h * hs), column(key), column(value), out.from(first, h * hs), lse + (b * shape.heads + h) * T + s, n, hs, dqkv.from(first - base, h * hs), dk, dv, h > from);
  };
  const Rows<S> dk = dqkv.from(first - base, key), dv = dqkv.from(first - base, value);
  if (shape.group() == 1) return head(from, dk, dv);
  // Sums over heads are made in float32.
  Scratch scratch;
  const auto sums_of_keys = Rows<float>::plain(scratch.take<float>(n * hs), hs), sums_of_values = Rows<float>::plain(scratch.take<float>(n * hs), hs);
  for (int64_t h = from; h < from + shape.group(); h++) head(h, sums_of_keys, sums_of_values);
  const auto put = [&](const Rows<float>& sums, const Rows<S>& to) {
    for (int64_t c = 0; c < hs; c += NR)
      to.each(0, n, c, [&](int64_t r, S* p) {
        vf first_half, second_half;
        load_two(sums.at(r, c), hs - c, first_half, second_half);
        store_two(p, hs - c, first_half, second_half);
      });
  };
  put(sums_of_keys, dk);
  put(sums_of_values, dv);
}

template <class P>
static void attention_forward(const float* qkv, const int32_t* start, float* out, float* lse, int64_t B, int64_t T, const HeadShape& shape) {
  const auto rows = Rows<const float>::plain(qkv, shape.W());
  const auto out_rows = Rows<float>::plain(out, shape.A());
  parallel(B * shape.heads, [&](int64_t task) { attend_forward<P>(task, rows, start, out_rows, lse, T, shape); });
}
template <class P>
static void attention_backward(const float* dout, const float* qkv, const float* out, const float* lse, const int32_t* start, float* dqkv, int64_t B, int64_t T, const HeadShape& shape) {
  const auto rows = Rows<const float>::plain(qkv, shape.W()), out_rows = Rows<const float>::plain(out, shape.A()), dout_rows = Rows<const float>::plain(dout, shape.A());
  const auto dqkv_rows = Rows<float>::plain(dqkv, shape.W());
  parallel(B * shape.kv_heads, [&](int64_t task) { attend_backward<P>(task, 0, dout_rows, rows, out_rows, lse, start, dqkv_rows, T, shape); });
}
