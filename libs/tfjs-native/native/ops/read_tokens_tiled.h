// read_tokens.h for products of bfloat16 in tiles: each step leaves its rows as the next product's operand, and the steps of
// all layers are stages of one round of the threads. The bits are those of the kernels one by one.
template <>
void read_texts<TiledBFloat16>(const CachedModel& m, const ReadTexts& texts, float* out, int64_t R) {
  const int64_t C = m.C, I = m.I, V = m.V, heads = m.heads, hs = C / heads;
  Scratch scratch;
  const TextRows rows(scratch, texts, R);
  const int64_t N = rows.all(), single = rows.single;
  float *x = scratch.take<float>(N * C), *qkv = scratch.take<float>(N * 3 * C), *rstd = scratch.take<float>(N), *lse = scratch.take<float>(N * heads);
  const OperandRows normal(scratch, C, N), inner(scratch, I, N);
  bf16* of_heads = scratch.take<bf16>(ceil_div(N, kBlock) * kBlock * C);
  const Rows<bf16> attended = hs % NR == 0 ? Rows<bf16>::in_blocks(of_heads, C) : Rows<bf16>::plain(of_heads, C);
  const OperandRows operand = attended.blocked() ? OperandRows(reinterpret_cast<uint32_t*>(of_heads), TiledBFloat16::elements(C)) : OperandRows(scratch, C, N);

  Stages stages;
  const Stage* earlier = nullptr;
  // Each needs all of the one before.
  const auto next = [&](int64_t count, std::function<void(int64_t)> task) {
    Stage& stage = stages.make(count, 0, std::move(task));
    if (earlier != nullptr) stage.needs(*earlier);
    stages.put(stage);
    earlier = &stage;
  };
  // The fewer tasks, the less the threads have to tell each other, which counts where a stage takes some microseconds.
  constexpr int64_t kFew = 8;
  const int64_t shares = threads() == 1 || N <= kFew ? threads() : 2 * threads();
  const auto norm = [&](int64_t count, const float* weight, const float* bias) {
    next(ceil_div(count, kTile), [=, &m](int64_t i) {
      const int64_t begin = i * kTile, here = count - begin < kTile ? count - begin : kTile;
      normal_rows(x + begin * C, false, here, C, weight, bias, m.epsilon, rstd + begin, nullptr, normal.from(begin));
    });
  };
  // put(row, n, first, second): the two vectors of a row's sums from column n on.
  const auto product = [&](const OperandRows& A, int64_t count, const TilePair* B, int64_t width, auto put) {
    const int64_t parts = count * width * A.K < kAlone ? 1 : shares;
    next(parts, [=](int64_t part) {
      const auto done = [&](const Strip& strip, int64_t from, int64_t to) {
        for (int64_t r = from; r < to; r++) put(strip.m0 + r, strip.n0, load(strip.data + r * NR), load(strip.data + r * NR + VF));
      };
      gemm_share(kPlain, A.matrix(), B, count, width, part, parts, done);
    });
  };
  const auto added = [=](const float* bias) {
    return [=](int64_t row, int64_t n, vf v0, vf v1) {
      float* to = x + row * C + n;
      vf b0, b1, x0, x1;
      load_two(bias + n, C - n, b0, b1);
      load_two(to, C - n, x0, x1);
      store_two(to, C - n, v0 + b0 + x0, v1 + b1 + x1);
    };
  };

  next(shares, [&](int64_t i) {
    for (int64_t r = R * i / shares; r < R * (i + 1) / shares; r++) embed_text(m, texts, rows, r, x);
  });
  int64_t count = N;
  for (const CachedLayer& w : m.layers) {
    norm(N, w.ln_1_weight, w.ln_1_bias);
    product(normal, N, packed_weight<TiledBFloat16>(w.c_attn_weight, 3 * C, false, C, 3 * C), 3 * C, [=, bias = w.c_attn_bias](int64_t row, int64_t n, vf v0, vf v1) {
      vf b0, b1;
      load_two(bias + n, 3 * C - n, b0, b1);
      store_two(qkv + row * 3 * C + n, 3 * C - n, v0 + b0, v1 + b1);
    });
    next(shares + (R - single) * heads, [&, shares](int64_t task) {
      const int64_t all = single * heads;
      if (task < shares) return decode_heads<BFloat16>(qkv, texts.slots, texts.positions, w.keys, w.values, attended, C, heads, m.P, all * task / shares, all * (task + 1) / shares);
      const int64_t r = single + (task - shares) / heads, head = (task - shares) % heads, begin = rows.begins[r];
      prompt_head<TiledBFloat16>(m, w, texts, rows, r, head, qkv, attended, lse + begin * heads + head * (rows.begins[r + 1] - begin));
    });
    if (&w == &m.layers.back() && N > R) {
      // Nothing looks at the rows but the last of each text any more.
      next(1, [&](int64_t) {
        for (int64_t r = single; r < R; r++) {
          __builtin_memmove(x + r * C, x + (rows.begins[r + 1] - 1) * C, sizeof(float) * static_cast<size_t>(C));
          copy_row(attended, rows.begins[r + 1] - 1, attended, r, C);
        }
      });
      count = R;
    }
    if (!attended.blocked()) next(ceil_div(count, kTile), [=](int64_t i) {
      const int64_t begin = i * kTile, here = count - begin < kTile ? count - begin : kTile;
      put_tiles(TileRows<bf16>{attended.from(begin, 0), here, C}, 0, operand.at(begin, 0));
    });
    product(operand, count, packed_weight<TiledBFloat16>(w.attn_c_proj_weight, C, false, C, C), C, added(w.attn_c_proj_bias));
    norm(count, w.ln_2_weight, w.ln_2_bias);
    product(normal, count, packed_weight<TiledBFloat16>(w.c_fc_weight, I, false, C, I), I, [=, bias = w.c_fc_bias](int64_t row, int64_t n, vf v0, vf v1) {
      vf b0, b1;
      load_two(bias + n, I - n, b0, b1);
      store(inner.at(row, n), bf16_words(gelu(v0 + b0), gelu(v1 + b1)));
    });
    product(inner, count, packed_weight<TiledBFloat16>(w.mlp_c_proj_weight, C, false, I, C), C, added(w.mlp_c_proj_bias));
  }
  norm(count, m.ln_f_weight, m.ln_f_bias);
  product(normal, count, packed_weight<TiledBFloat16>(m.wte, C, true, C, V), V, [=](int64_t row, int64_t n, vf v0, vf v1) { store_two(out + row * V + n, V - n, v0, v1); });
  stages.run();
}
