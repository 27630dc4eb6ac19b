// A block's forward pass in tiles (block_tiled.h), in three parts: of rows what comes before attention, a head of a text,
// of kept rows what comes after. What these need of each other lies in the activations.
struct BlockForward {
  const BlockShape s;
  const BlockParameters w;
  const float* const x;
  const int32_t* const start;
  float* const y;  // of the kept rows; x itself where all are kept
  const bool keep;
  const float epsilon;
  const BlockActivations<TiledBFloat16> a;
  const int64_t C = s.C, I = s.I, words = TiledBFloat16::elements(C), inner_words = TiledBFloat16::elements(I);
  const TilePair *const c_attn = weight(w.c_attn_weight, C, 3 * C), *const c_proj = weight(w.attn_c_proj_weight, C, C), *const c_fc = weight(w.c_fc_weight, C, I), *const mlp_c_proj = weight(w.mlp_c_proj_weight, I, C);

  static const TilePair* weight(const float* matrix, int64_t K, int64_t N) { return packed_weight<TiledBFloat16>(matrix, N, false, K, N); }

  int64_t rows_before() const { return s.M(); }
  int64_t rows_after() const { return s.kept(); }

  void before(const NoWork&, int64_t, int64_t begin, int64_t rows) const {
    Scratch local;
    const OperandRows normal(local, C);
    normal_rows(x + begin * C, true, rows, C, w.ln_1_weight, w.ln_1_bias, epsilon, a.rstd_1 + begin, keep ? a.hat_1 + begin * words : nullptr, normal);
    times_panels(normal.matrix(), rows, c_attn, 3 * C, [&](const Strip& strip, int64_t from, int64_t to) {
      const int64_t n = strip.n0, left = 3 * C - n;
      bf16* out = a.qkv.at(begin + strip.m0, n);
      vf b0, b1;
      load_two(w.c_attn_bias + n, left, b0, b1);
      for (int64_t r = from; r < to; r++) {
        prefetch(out + r * a.qkv.row + a.qkv.column);
        store_two(out + r * a.qkv.row, left, load(strip.data + r * NR) + b0, load(strip.data + r * NR + VF) + b1);
      }
    });
  }

  void attend(const NoWork&, int64_t task) const { attend_forward<TiledBFloat16, bf16>(task, a.qkv, start, a.heads, a.lse, s.T, C, s.heads); }

  void after(const NoWork&, int64_t, int64_t begin, int64_t rows) const {
    Scratch local;
    const OperandRows narrow(local, C), inner(local, I);
    float* out = y + begin * C;  // first middle, then y
    const int64_t room = s.whole() ? 0 : rows * C;
    const float* x_here = kept_rows(s, x, begin, rows, local.take<float>(room));
    const auto residual = [&](const float* bias, const float* before, float* after) {
      return [=](const Strip& strip, int64_t from, int64_t to) {
        const int64_t n = strip.n0, left = C - n;
        vf b0, b1, x0, x1;
        load_two(bias + n, left, b0, b1);
        for (int64_t r = from; r < to; r++) {
          const int64_t at = (strip.m0 + r) * C + n;
          prefetch_two(after + at + NR);
          load_two(before + at, left, x0, x1);
          store_two(after + at, left, load(strip.data + r * NR) + b0 + x0, load(strip.data + r * NR + VF) + b1 + x1);
        }
      };
    };
    times_panels(kept_heads(local, s, a.heads, begin, rows).matrix(local), rows, c_proj, C, residual(w.attn_c_proj_bias, x_here, out));
    normal_rows(out, false, rows, C, w.ln_2_weight, w.ln_2_bias, epsilon, a.rstd_2 + begin, keep ? a.hat_2 + begin * words : nullptr, narrow);
    times_panels(narrow.matrix(), rows, c_fc, I, [&](const Strip& strip, int64_t from, int64_t to) {
      const int64_t n = strip.n0;
      uint32_t *pre = a.pre + (begin + strip.m0) * inner_words + n / 2 * kBlock, *values = inner.at(strip.m0, n);
      vf b0, b1, p0, p1;
      load_two(w.c_fc_bias + n, I - n, b0, b1);
      for (int64_t r = from; r < to; r++) {
        // Rounded first, so that the backward pass finds the very numbers.
        const vu words = bf16_pair(load(strip.data + r * NR) + b0, load(strip.data + r * NR + VF) + b1);
        if (keep) store_away(pre + r * kTile, words);
        unzip_words(words, p0, p1);
        store(values + r * kTile, bf16_words(gelu_for_bf16(p0), gelu_for_bf16(p1)));
      }
    });
    times_panels(inner.matrix(), rows, mlp_c_proj, C, residual(w.mlp_c_proj_bias, out, out));
  }
};
