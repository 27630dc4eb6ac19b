// A block's backward pass (block.h).

// Gradients of what attention gives and takes, of the rows from `first` on.
template <class P>
struct GradientWork {
  using Number = typename P::Number;
  int64_t first;
  Rows<Number> heads, qkv;
  GradientWork(Scratch& scratch, const BlockShape& s, int64_t first_row, int64_t rows)
      : first(first_row), heads(head_rows(s, scratch.take<Number>(rows * s.A()), s.A())), qkv(head_rows(s, scratch.take<Number>(rows * s.W()), s.W())) {
    // Of rows that are not kept there is no gradient from beyond attention.
    if (!s.whole()) __builtin_memset(heads.data, 0, sizeof(Number) * static_cast<size_t>(rows * s.A()));
  }
};

// A gradient of a product's output (M, N) as what the weight's gradient needs of it: its panels, and sums by chunk.
template <class P>
struct OutputGradient {
  int64_t M, chunks;
  typename P::Word* panels;
  float* sums;
  OutputGradient(Scratch& scratch, int64_t rows, int64_t N, int64_t most) : M(rows), chunks(ceil_div(rows, most)), panels(scratch.take<typename P::Word>(b_size<P>(M, N))), sums(scratch.take<float>(chunks * N)) { fill_panels<P>(M, N, panels); }
};

// What the backward pass leaves for the gradients of a block's parameters: operands, past the caches, since they are
// read much later, and sums by chunk.
template <class P>
struct BlockGradients {
  using Word = typename P::Word;
  OutputGradient<P> of_qkv, of_middle, of_pre, of_y;
  Word *normal_1, *heads, *normal_2, *inner;
  float* of_norms[4];       // LN1's weight and bias, LN2's
  float* of_head_norms[2];  // those of queries and of keys
  BlockGradients(Scratch& scratch, const BlockShape& s)
      : of_qkv(scratch, s.M(), s.W(), chunk_rows(s)), of_middle(scratch, s.kept(), s.C, chunk_rows(s)), of_pre(scratch, s.kept(), s.F(), chunk_rows(s)), of_y(scratch, s.kept(), s.C, chunk_rows(s)) {
    const auto columns = [&](int64_t width, int64_t rows) { return scratch.take<Word>(a_size<P>(width, rows)); };
    normal_1 = columns(s.C, s.M());
    heads = columns(s.A(), s.kept());
    normal_2 = columns(s.C, s.kept());
    inner = columns(s.I, s.kept());
    for (int i = 0; i < 4; i++) of_norms[i] = scratch.take<float>((i < 2 ? of_qkv : of_y).chunks * s.C);
    for (float*& sums : of_head_norms) sums = scratch.take<float>(of_qkv.chunks * s.heads.hs);
  }
};

// In the same three parts as the forward pass, and a fourth: the gradients of the parameters.
template <class P>
struct BlockBackward {
  using Number = typename P::Number;
  using Word = typename P::Word;
  const BlockShape s;
  const BlockParameters w;
  const float* const dy;
  const int32_t* const start;
  const float* const turns;  // null where positions are learned
  const float epsilon;
  const BlockActivations<P> a;
  // Becomes first middle's gradient, which is zero where rows are not kept, then dx: one place for both, and for dy too
  // if all rows are kept, is a line less to wait for.
  float* const dx;
  const BlockParameters d;
  const BlockGradients<P> g;
  const int64_t M = s.M(), kept = s.kept(), C = s.C, I = s.I, A = s.A(), W = s.W(), F = s.F(), most = chunk_rows(s), words = P::words(C), along = P::words(kept);
  const int64_t weight_parts = threads() * 2;
  const Word *const c_attn = transposed(w.c_attn_weight, C, W), *const c_proj = transposed(w.attn_c_proj_weight, A, C), *const c_fc = transposed(w.c_fc_weight, C, F), *const mlp_c_proj = transposed(w.mlp_c_proj_weight, I, C);

  // Of a product's output back to its input.
  static const Word* transposed(const float* matrix, int64_t K, int64_t N) { return packed_weight<P>(matrix, N, true, N, K); }

  // Of a layer norm of `all` rows those from `begin` on: the gradient of its input, and its output as columns. dnormal, residual and out begin there.
  void norm_backward(int64_t all, int64_t chunk, int64_t begin, int64_t rows, const float* dnormal, const Word* hat, const float* weight, const float* bias, const float* rstd, const float* residual, float* out, float* const* sums, Word* normal) const {
    float *dweight = sums[0] + chunk * C, *dbias = sums[1] + chunk * C;  // of an RMS norm nobody reads the latter
    for (float* sum : {dweight, dbias}) __builtin_memset(sum, 0, sizeof(float) * static_cast<size_t>(C));
    for (int64_t r0 = 0; r0 < rows; r0 += NR) {
      const int64_t height = rows - r0 < NR ? rows - r0 : NR, first = begin + r0;
      for (int64_t r = r0; r < r0 + height; r++) {
        for (int64_t c = 0; c < C; c += VF) prefetch(residual + (r + 4) * C + c);
        for (int64_t c = 0; c < words; c += 16) prefetch(hat + (begin + r + 4) * words + c);
        norm_row_gradient(dnormal + r * C, hat + (begin + r) * words, weight, bias == nullptr, rstd[begin + r], residual + r * C, out + r * C);
      }
      for (int64_t c = 0; c < C; c += NR) {
        const int64_t left = C - c;
        vf w0, w1, b0, b1, dw0, dw1, db0, db1;
        load_two(weight + c, left, w0, w1);
        load_bias(bias, c, C, b0, b1);
        load_two(dweight + c, left, dw0, dw1);
        load_two(dbias + c, left, db0, db1);
        columns_square<P, true>(height, normal + c * P::words(all) + first / NR * P::kSquare, [&](auto&& put) {
          for (int64_t r = 0; r < height; r++) {
            vf x0, x1, g0, g1;
            P::kept(P::load_kept(hat + (first + r) * words + c / NR * P::kLine), x0, x1);
            load_two(dnormal + (r0 + r) * C + c, left, g0, g1);
            dw0 += g0 * x0;
            dw1 += g1 * x1;
            db0 += g0;
            db1 += g1;
            put(r, x0 * w0 + b0, x1 * w1 + b1);
          }
        });
        store_two(dweight + c, left, dw0, dw1);
        store_two(dbias + c, left, db0, db1);
      }
    }
  }
  // Of a row, plus the residual.
  void norm_row_gradient(const float* dnormal, const Word* hat, const float* weight, bool rms, float rstd, const float* residual, float* out) const {
    const auto each = [&](auto&& f) {
      for (int64_t c = 0; c < C; c += NR) {
        vf x0, x1, g0, g1, w0, w1;
        P::kept(P::load_kept(hat + c / NR * P::kLine), x0, x1);
        load_two(dnormal + c, C - c, g0, g1);
        load_two(weight + c, C - c, w0, w1);
        f(c, x0, x1, g0 * w0, g1 * w1);
      }
    };
    vf s{}, q{};
    each([&](int64_t, vf x0, vf x1, vf g0, vf g1) {
      s += g0 + g1;
      q += g0 * x0 + g1 * x1;
    });
    const float a = rms ? 0 : sum(s) / static_cast<float>(C), d = sum(q) / static_cast<float>(C);
    each([&](int64_t c, vf x0, vf x1, vf g0, vf g1) {
      vf r0, r1;
      load_two(residual + c, C - c, r0, r1);
      store_two(out + c, C - c, (g0 - a - x0 * d) * rstd + r0, (g1 - a - x1 * d) * rstd + r1);
    });
  }

  // What takes the strips of a product.
  template <class T>
  static auto into(const Rows<T>& out, int64_t width) {
    return [=](const Strip& strip, int64_t from, int64_t to) {
      auto* at = out.at(strip.m0, strip.n0);
      for (int64_t r = from; r < to; r++) {
        prefetch_two(at + r * out.row + out.column);
        store_two(at + r * out.row, width - strip.n0, load(strip.data + r * NR), load(strip.data + r * NR + VF));
      }
    };
  }

  int64_t rows_before() const { return kept; }
  int64_t rows_after() const { return M; }

  void before(const GradientWork<P>& work, int64_t chunk, int64_t begin, int64_t rows) const {
    Scratch local;
    const OperandRows<P> narrow(local, C, kMostRows), gradient(local, F, kMostRows);
    const int64_t room = s.whole() ? 0 : rows * C;
    float* dnormal = local.take<float>(most * C);
    float* middle = s.whole() ? dx + begin * C : local.take<float>(room);
    const Rows<Number> dheads = s.whole() ? work.heads.from(begin - work.first, 0) : head_rows(s, local.take<Number>(ceil_div(rows, NR) * NR * A), A);
    rows_and_panels<P>(begin, begin + rows, kept, C, [&](int64_t m, int64_t n, vf& a0, vf& a1) {
      prefetch_two(dy + m * C + n + NR);
      load_two(dy + m * C + n, C - n, a0, a1);
    }, narrow, g.of_y.panels, g.of_y.sums + chunk * C);
    if (s.swiglu) swiglu_backward(narrow, chunk, begin, rows, gradient);
    else gelu_backward(narrow, chunk, begin, rows, gradient);
    times_panels(gradient.matrix(), rows, c_fc, C, into(Rows<float>::plain(dnormal, C), C));
    norm_backward(kept, chunk, begin, rows, dnormal, a.hat_2, w.ln_2_weight, w.ln_2_bias, a.rstd_2, dy + begin * C, middle, g.of_norms + 2, g.normal_2);
    rows_and_panels<P>(begin, begin + rows, kept, C, [&](int64_t m, int64_t n, vf& a0, vf& a1) { load_two(middle + (m - begin) * C + n, C - n, a0, a1); }, narrow, g.of_middle.panels, g.of_middle.sums + chunk * C);
    times_panels(narrow.matrix(), rows, c_proj, A, into(dheads, A));
    const Matrix<Number> heads_here = kept_heads(local, s, a.heads, begin, rows);
    for (int64_t r = 0; r < rows; r += NR)
      for (int64_t c = 0; c < A; c += NR) P::template columns<false>(heads_here, r, c, g.heads + c * along + (begin + r) / NR * P::kSquare);
    stored_away();
    if (s.whole()) return;
    put_kept_rows(s, middle, begin, rows, dx);
    for (int64_t r = 0; r < rows; r++) copy_row(dheads, r, work.heads, s.row(begin + r), A);
  }

  // All heads that share keys are one task.
  int64_t heads_of_text() const { return s.heads.kv_heads; }
  void attend(const GradientWork<P>& work, int64_t task) const { attend_backward<P, Number>(task, work.first, work.heads, a.qkv, a.heads, a.lse, start, work.qkv, s.T, s.heads); }

  void after(const GradientWork<P>& work, int64_t chunk, int64_t begin, int64_t rows) const {
    Scratch local;
    const Rows<Number> here = work.qkv.from(begin - work.first, 0);
    if (turns != nullptr) unplace(local, here, chunk, begin, rows);
    const Matrix<Number> gradient{here, rows, W};
    float* dnormal = local.take<float>(most * C);
    put_panels<P>(gradient, begin, M, g.of_qkv.panels, g.of_qkv.sums + chunk * W);
    times_panels(matrix_of<P>(local, gradient), rows, c_attn, C, into(Rows<float>::plain(dnormal, C), C));
    norm_backward(M, chunk, begin, rows, dnormal, a.hat_1, w.ln_1_weight, w.ln_1_bias, a.rstd_1, dx + begin * C, dx + begin * C, g.of_norms, g.normal_1);
    stored_away();
  }

  // The weights' gradients in tasks, the largest first, and one more for all that is summed by chunk.
  int64_t weight_tasks() const { return 4 * weight_parts + 1; }
  void weights(int64_t task) const {
    const struct {
      const Word* in;
      int64_t K;
      const OutputGradient<P>& out;
      int64_t N;
      float *weight, *bias;
    } products[] = {{g.inner, I, g.of_y, C, d.mlp_c_proj_weight, d.mlp_c_proj_bias},
                    {g.normal_2, C, g.of_pre, F, d.c_fc_weight, d.c_fc_bias},
                    {g.normal_1, C, g.of_qkv, W, d.c_attn_weight, d.c_attn_bias},
                    {g.heads, A, g.of_middle, C, d.attn_c_proj_weight, d.attn_c_proj_bias}};
    if (task < 4 * weight_parts) {
      const auto& p = products[task / weight_parts];
      auto done = rows_away(p.weight, p.N);
      return gemm_share(kRowsInCache, AMatrix<P>{p.in, P::words(p.out.M), P::kTurned}, p.out.panels, p.K, p.N, task % weight_parts, weight_parts, done);
    }
    for (const auto& p : products)
      if (p.bias != nullptr) add_chunks(p.out.sums, p.out.chunks, p.N, p.bias);
    float* const of_norm[] = {d.ln_1_weight, d.ln_1_bias, d.ln_2_weight, d.ln_2_bias};
    for (int i = 0; i < 4; i++)
      if (of_norm[i] != nullptr) add_chunks(g.of_norms[i], (i < 2 ? g.of_qkv : g.of_y).chunks, C, of_norm[i]);
    float* const of_head_norm[] = {d.q_norm, d.k_norm};
    for (int i = 0; i < 2; i++)
      if (of_head_norm[i] != nullptr) add_chunks(g.of_head_norms[i], g.of_qkv.chunks, s.heads.hs, of_head_norm[i]);
  }
 private:
  // The gradients of queries and keys, rows that begin at `begin` of all, from those of where they are placed.
  void unplace(Scratch& scratch, const Rows<Number>& gradient, int64_t chunk, int64_t begin, int64_t rows) const {
    const int64_t hs = s.heads.hs;
    float *head = scratch.take<float>(hs + NR), *raw = scratch.take<float>(hs + NR), *sums[2];
    for (int i = 0; i < 2; i++) {
      sums[i] = g.of_head_norms[i] + chunk * hs;
      __builtin_memset(sums[i], 0, sizeof(float) * static_cast<size_t>(hs));
    }
    each_placed(s, turns, start, begin, rows, [&](int64_t m, int64_t h, const float* turns_here) {
      const bool key = h >= s.heads.heads;
      take_head(gradient, m, h * hs, hs, head);
      if (s.head_norms) take_head(a.raw, begin + m, h * hs, hs, raw);
      place_head_backward(head, raw, hs, key ? w.k_norm : w.q_norm, epsilon, turns_here, sums[key]);
      put_head(head, hs, gradient, m, h * hs);
    });
  }
  // From the gradient of what mlp.c_proj writes to that of what c_fc writes: its rows, its panels and its sums.
  void gelu_backward(const OperandRows<P>& narrow, int64_t chunk, int64_t begin, int64_t rows, const OperandRows<P>& gradient) const {
    float* sums = g.of_pre.sums + chunk * I;
    __builtin_memset(sums, 0, sizeof(float) * static_cast<size_t>(I));
    typename P::template Columns<true> columns;  // of a strip: GELU's values
    times_panels(narrow.matrix(), rows, mlp_c_proj, I, [&](const Strip& strip, int64_t from, int64_t to) {
      const int64_t n = strip.n0, row = begin + strip.m0;
      const Word* pre = a.pre.line(row, n);
      Word *out = gradient.line(strip.m0, n), *panel = g.of_pre.panels + n * along + row / NR * P::kSquare, *square = g.inner + n * along + row / NR * P::kSquare;
      vf s0, s1;
      load_two(sums + n, I - n, s0, s1);
      // Of the last rows of all there may be fewer than a strip has: zeros follow.
      const int64_t end = to == strip.rows ? NR : to;
      for (int64_t r = from; r < end; r += 2) {
        vf gradients[2][2] = {}, values[2][2] = {};
        for (int64_t odd = 0; odd < 2 && r + odd < strip.rows; odd++) {
          const float* from_y = strip.data + (r + odd) * NR;
          vf p0, p1, g0, g1;
          P::kept(P::load_kept(pre + (r + odd) * P::kLine), p0, p1);
          P::gelu(p0, values[odd][0], g0);
          P::gelu(p1, values[odd][1], g1);
          gradients[odd][0] = load(from_y) * g0;
          gradients[odd][1] = load(from_y + VF) * g1;
          s0 += gradients[odd][0];
          s1 += gradients[odd][1];
          P::put_line(out + (r + odd) * P::kLine, gradients[odd][0], gradients[odd][1]);
        }
        P::template put_panel<true>(panel, r, gradients[0], gradients[1]);
        columns.put(square, r, values[0], values[1]);
      }
      store_two(sums + n, I - n, s0, s1);
      if (end == NR) columns.end(square);
    });
  }
  // The same of SwiGLU: each strip is the gradient of a gate and of its values, which lie I columns apart.
  void swiglu_backward(const OperandRows<P>& narrow, int64_t chunk, int64_t begin, int64_t rows, const OperandRows<P>& gradient) const {
    float* sums = g.of_pre.sums + chunk * F;
    __builtin_memset(sums, 0, sizeof(float) * static_cast<size_t>(F));
    typename P::template Columns<true> columns;
    times_panels(narrow.matrix(), rows, mlp_c_proj, I, [&](const Strip& strip, int64_t from, int64_t to) {
      const int64_t n = strip.n0, row = begin + strip.m0, place = row / NR * P::kSquare;
      Word* square = g.inner + n * along + place;
      vf totals[2][2];
      for (int64_t part = 0; part < 2; part++) load_two(sums + part * I + n, NR, totals[part][0], totals[part][1]);
      const int64_t end = to == strip.rows ? NR : to;
      for (int64_t r = from; r < end; r += 2) {
        vf gradients[2][2][2] = {}, values[2][2] = {};  // of the gate and the values, of two rows, two vectors each
        for (int64_t odd = 0; odd < 2 && r + odd < strip.rows; odd++) {
          const float* from_y = strip.data + (r + odd) * NR;
          vf gate[2], value[2];
          P::kept(P::load_kept(a.pre.line(row + r + odd, n)), gate[0], gate[1]);
          P::kept(P::load_kept(a.pre.line(row + r + odd, I + n)), value[0], value[1]);
          for (int i = 0; i < 2; i++) {
            const vf at_gate = sigmoid(gate[i]), silu = gate[i] * at_gate, d = load(from_y + i * VF);
            values[odd][i] = silu * value[i];
            gradients[0][odd][i] = d * value[i] * (at_gate + silu * (1.0f - at_gate));
            gradients[1][odd][i] = d * silu;
          }
          for (int64_t part = 0; part < 2; part++) {
            const vf* of_row = gradients[part][odd];
            totals[part][0] += of_row[0];
            totals[part][1] += of_row[1];
            P::put_line(gradient.line(strip.m0 + r + odd, part * I + n), of_row[0], of_row[1]);
          }
        }
        for (int64_t part = 0; part < 2; part++) P::template put_panel<true>(g.of_pre.panels + (part * I + n) * along + place, r, gradients[part][0], gradients[part][1]);
        columns.put(square, r, values[0], values[1]);
      }
      for (int64_t part = 0; part < 2; part++) store_two(sums + part * I + n, NR, totals[part][0], totals[part][1]);
      if (end == NR) columns.end(square);
    });
  }
};
