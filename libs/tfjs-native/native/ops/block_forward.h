// A block's forward pass (block.h), in three parts: of rows what comes before attention, a head of a text,
// of kept rows what comes after. What these need of each other lies in the activations.
template <class P>
struct BlockForward {
  using Number = typename P::Number;
  using Word = typename P::Word;
  const BlockShape s;
  const BlockParameters w;
  const float* const x;
  const int32_t* const start;
  const float* const turns;  // null where positions are learned
  float* const y;  // of the kept rows; x itself where all are kept
  const bool keep;
  const float epsilon;
  const BlockActivations<P> a;
  const int64_t C = s.C, I = s.I, A = s.A(), W = s.W(), F = s.F(), words = P::words(C);
  const Word *const c_attn = weight(w.c_attn_weight, C, W), *const c_proj = weight(w.attn_c_proj_weight, A, C), *const c_fc = weight(w.c_fc_weight, C, F), *const mlp_c_proj = weight(w.mlp_c_proj_weight, I, C);

  static const Word* weight(const float* matrix, int64_t K, int64_t N) { return packed_weight<P>(matrix, N, false, K, N); }

  int64_t rows_before() const { return s.M(); }
  int64_t rows_after() const { return s.kept(); }

  void before(const NoWork&, int64_t, int64_t begin, int64_t rows) const {
    Scratch local;
    const OperandRows<P> normal(local, C, kMostRows);
    normal_rows(x + begin * C, true, rows, C, w.ln_1_weight, w.ln_1_bias, epsilon, a.rstd_1 + begin, keep ? a.hat_1 + begin * words : nullptr, normal);
    times_panels(normal.matrix(), rows, c_attn, W, [&](const Strip& strip, int64_t from, int64_t to) {
      const int64_t n = strip.n0, left = W - n;
      Number* out = a.qkv.at(begin + strip.m0, n);
      vf b0, b1;
      load_bias(w.c_attn_bias, n, W, b0, b1);
      for (int64_t r = from; r < to; r++) {
        prefetch(out + r * a.qkv.row + a.qkv.column);
        store_two(out + r * a.qkv.row, left, load(strip.data + r * NR) + b0, load(strip.data + r * NR + VF) + b1);
      }
    });
    if (turns == nullptr) return;
    const int64_t hs = s.heads.hs;
    float* head = local.take<float>(hs + NR);
    each_placed(s, turns, start, begin, rows, [&](int64_t m, int64_t h, const float* turns_here) {
      take_head(a.qkv, begin + m, h * hs, hs, head);
      if (s.head_norms) put_head(head, hs, a.raw, begin + m, h * hs);
      place_head(head, hs, h < s.heads.heads ? w.q_norm : w.k_norm, epsilon, turns_here);
      put_head(head, hs, a.qkv, begin + m, h * hs);
    });
  }

  int64_t heads_of_text() const { return s.heads.heads; }
  void attend(const NoWork&, int64_t task) const { attend_forward<P, Number>(task, a.qkv, start, a.heads, a.lse, s.T, s.heads); }

  void after(const NoWork&, int64_t, int64_t begin, int64_t rows) const {
    Scratch local;
    const OperandRows<P> narrow(local, C, kMostRows), inner(local, I, kMostRows);
    float* out = y + begin * C;  // first middle, then y
    const int64_t room = s.whole() ? 0 : rows * C;
    const float* x_here = kept_rows(s, x, begin, rows, local.take<float>(room));
    const auto residual = [&](const float* bias, const float* before, float* after) {
      return [=](const Strip& strip, int64_t from, int64_t to) {
        const int64_t n = strip.n0, left = C - n;
        vf b0, b1, x0, x1;
        load_bias(bias, n, C, b0, b1);
        for (int64_t r = from; r < to; r++) {
          const int64_t at = (strip.m0 + r) * C + n;
          prefetch_two(after + at + NR);
          load_two(before + at, left, x0, x1);
          store_two(after + at, left, load(strip.data + r * NR) + b0 + x0, load(strip.data + r * NR + VF) + b1 + x1);
        }
      };
    };
    times_panels(matrix_of<P>(local, kept_heads(local, s, a.heads, begin, rows)), rows, c_proj, C, residual(w.attn_c_proj_bias, x_here, out));
    normal_rows(out, false, rows, C, w.ln_2_weight, w.ln_2_bias, epsilon, a.rstd_2 + begin, keep ? a.hat_2 + begin * words : nullptr, narrow);
    if (s.swiglu) swiglu_rows(narrow, begin, rows, inner);
    else gelu_rows(narrow, begin, rows, inner);
    times_panels(inner.matrix(), rows, mlp_c_proj, C, residual(w.mlp_c_proj_bias, out, out));
  }
 private:
  // From what c_fc reads to what mlp.c_proj reads.
  void gelu_rows(const OperandRows<P>& narrow, int64_t begin, int64_t rows, const OperandRows<P>& inner) const {
    times_panels(narrow.matrix(), rows, c_fc, I, [&](const Strip& strip, int64_t from, int64_t to) {
      const int64_t n = strip.n0;
      Word *pre = a.pre.line(begin + strip.m0, n), *values = inner.line(strip.m0, n);
      vf b0, b1, p0, p1;
      load_bias(w.c_fc_bias, n, I, b0, b1);
      for (int64_t r = from; r < to; r++) {
        // As it is kept, so that the backward pass finds the very numbers.
        const typename P::Kept line = P::keep(load(strip.data + r * NR) + b0, load(strip.data + r * NR + VF) + b1);
        if (keep) P::template store_kept<true>(pre + r * P::kLine, line);
        P::kept(line, p0, p1);
        P::put_line(values + r * P::kLine, P::gelu(p0), P::gelu(p1));
      }
    });
  }
  void swiglu_rows(const OperandRows<P>& narrow, int64_t begin, int64_t rows, const OperandRows<P>& inner) const {
    times_panels(narrow.matrix(), rows, c_fc, F, [&](const Strip& strip, int64_t from, int64_t to) {
      Word* pre = a.pre.line(begin + strip.m0, strip.n0);
      for (int64_t r = from; r < to; r++) P::template store_kept<false>(pre + r * P::kLine, P::keep(load(strip.data + r * NR), load(strip.data + r * NR + VF)));
    });
    for (int64_t r = 0; r < rows; r++) swiglu_line<P>(a.pre, begin + r, I, inner, r);
  }
};
