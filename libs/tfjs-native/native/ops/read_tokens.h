// Tokens read into a cache, from their embeddings to the logits after the last of each text, in one call. In a small model
// its dozens of calls from JavaScript take as long as their work; and the matrices are read once for texts that go on and
// prompts that join them. Each step leaves its rows as the next product's operand, and the steps of all layers are stages
// of one round of the threads. The bits are those of a training pass over the same text (transformer.h).

// A block's parameters, and the keys and values of its slots.
struct CachedLayer : BlockParameters {
  float *keys, *values;
};
// As in block.h, wpe and biases may be null. `output` is what logits are products with: wte, where it is tied.
struct CachedModel {
  const float *wte, *wpe, *ln_f_weight, *ln_f_bias, *output;
  std::vector<CachedLayer> layers;
  int64_t C, V, P, I;  // P positions a slot, I the width inside of the MLP
  HeadShape heads;
  bool swiglu;
  float epsilon;
  int64_t F() const { return swiglu ? 2 * I : I; }
};
// R texts: text r has counts[r] tokens that follow the positions[r] of its slot. Texts of one token come
// first; those of more are whole prompts, at position 0. turns: a row of cosines and sines for each token, or null.
struct ReadTexts {
  const int32_t *tokens, *slots, *positions, *counts;
  const float* turns;
};

// The rows of texts, one after the other: text r has begins[r] .. begins[r + 1].
struct TextRows {
  int64_t* begins;
  int64_t R, single = 0;  // texts, and those of one token
  TextRows(Scratch& scratch, const ReadTexts& texts, int64_t count) : begins(scratch.take<int64_t>(count + 1)), R(count) {
    begins[0] = 0;
    for (int64_t r = 0; r < R; r++) {
      begins[r + 1] = begins[r] + texts.counts[r];
      if (texts.counts[r] == 1) single++;
    }
  }
  int64_t all() const { return begins[R]; }
};

// Of text r, its embeddings.
static void embed_text(const CachedModel& m, const ReadTexts& texts, const TextRows& rows, int64_t r, float* x) {
  for (int64_t n = rows.begins[r]; n < rows.begins[r + 1]; n++) embed(m.wte + texts.tokens[n] * m.C, m.wpe == nullptr ? nullptr : m.wpe + (texts.positions[r] + n - rows.begins[r]) * m.C, x + n * m.C, m.C);
}
// Queries and keys of a row of qkv to their places; before that they become numbers as a training pass keeps them.
template <class P>
static void place_row(const CachedModel& m, const CachedLayer& layer, float* row, const float* turns) {
  const int64_t hs = m.heads.hs;
  Scratch scratch;
  const auto kept = Rows<typename P::Number>::plain(scratch.take<typename P::Number>(hs + NR), hs);
  for (int64_t h = 0; h < m.heads.heads + m.heads.kv_heads; h++) {
    put_head(row + h * hs, hs, kept, 0, 0);
    take_head(kept, 0, 0, hs, row + h * hs);
    place_head(row + h * hs, hs, h < m.heads.heads ? layer.q_norm : layer.k_norm, m.epsilon, turns);
  }
}
// A head of a whole prompt, text r, in its rows of qkv (.., W) and out (.., C): every token attends to those before it;
// keys and values are put into the cache. `l` has room for a number of each token.
template <class P, class S>
static void prompt_head(const CachedModel& m, const CachedLayer& layer, const ReadTexts& texts, const TextRows& rows, int64_t r, int64_t h, const float* qkv, const Rows<S>& out, float* l) {
  const int64_t hs = m.heads.hs, W = m.heads.W(), begin = rows.begins[r], n = rows.begins[r + 1] - begin;
  const float *q = qkv + begin * W + h * hs, *k = qkv + begin * W + m.heads.key(h), *v = qkv + begin * W + m.heads.value(h);
  if (h % m.heads.group() == 0) put_prompt<P>(k, v, n, W, HeadCache<P>(layer.keys, layer.values, texts.slots[r] * m.heads.kv_heads + h / m.heads.group(), m.P, hs));
  const auto column = [=](const float* first) { return Rows<const float>::plain(first, W); };
  Head<P>::forward(column(q), column(k), column(v), n, hs, out.from(begin, h * hs), l);
}

// out: logits (R, V). The rows of all texts must fit into memory at once.
template <class P>
static void read_texts(const CachedModel& m, const ReadTexts& texts, float* out, int64_t R) {
  using Number = typename P::Number;
  const int64_t C = m.C, I = m.I, V = m.V, F = m.F(), heads = m.heads.heads, kv_heads = m.heads.kv_heads, hs = m.heads.hs, A = m.heads.A(), W = m.heads.W();
  Scratch scratch;
  const TextRows rows(scratch, texts, R);
  const int64_t N = rows.all(), single = rows.single;
  float *x = scratch.take<float>(N * C), *qkv = scratch.take<float>(N * W), *rstd = scratch.take<float>(N), *lse = scratch.take<float>(N * heads);
  const OperandRows<P> normal(scratch, C, N), inner(scratch, I, N), pre(scratch, m.swiglu ? F : 0, N);
  Number* of_heads = scratch.take<Number>(ceil_div(N, NR) * NR * A);
  const Rows<Number> attended = hs % NR == 0 ? Rows<Number>::in_blocks(of_heads, A) : Rows<Number>::plain(of_heads, A);
  const OperandRows<P> operand = attended.blocked() ? OperandRows<P>(reinterpret_cast<typename P::Word*>(of_heads), P::words(A)) : OperandRows<P>(scratch, A, N);

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
    next(ceil_div(count, VF), [=, &m](int64_t i) {
      const int64_t begin = i * VF, here = count - begin < VF ? count - begin : VF;
      normal_rows<P>(x + begin * C, false, here, C, weight, bias, m.epsilon, rstd + begin, nullptr, normal.from(begin));
    });
  };
  // put(row, n, first, second): the two vectors of a row's sums from column n on.
  const auto product = [&](const OperandRows<P>& A, int64_t count, const typename P::Word* B, int64_t width, auto put) {
    const int64_t parts = count * width * A.K < Products<P>::kAlone ? 1 : shares;
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
      load_bias(bias, n, C, b0, b1);
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
    product(normal, N, packed_weight<P>(w.c_attn_weight, W, false, C, W), W, [=, bias = w.c_attn_bias](int64_t row, int64_t n, vf v0, vf v1) {
      vf b0, b1;
      load_bias(bias, n, W, b0, b1);
      store_two(qkv + row * W + n, W - n, v0 + b0, v1 + b1);
    });
    if (texts.turns != nullptr) next(ceil_div(N, VF), [=, &m, &w](int64_t i) {
      for (int64_t row = i * VF; row < (i + 1) * VF && row < N; row++) place_row<P>(m, w, qkv + row * W, texts.turns + row * hs);
    });
    next(shares + (R - single) * heads, [&, shares](int64_t task) {
      const int64_t all = single * kv_heads;
      if (task < shares) return decode_heads<P>(qkv, texts.slots, texts.positions, w.keys, w.values, attended, m.heads, m.P, all * task / shares, all * (task + 1) / shares);
      const int64_t r = single + (task - shares) / heads, head = (task - shares) % heads, begin = rows.begins[r];
      prompt_head<P>(m, w, texts, rows, r, head, qkv, attended, lse + begin * heads + head * (rows.begins[r + 1] - begin));
    });
    if (&w == &m.layers.back() && N > R) {
      // Nothing looks at the rows but the last of each text any more.
      next(1, [&](int64_t) {
        for (int64_t r = single; r < R; r++) {
          __builtin_memmove(x + r * C, x + (rows.begins[r + 1] - 1) * C, sizeof(float) * static_cast<size_t>(C));
          copy_row(attended, rows.begins[r + 1] - 1, attended, r, A);
        }
      });
      count = R;
    }
    if (!attended.blocked()) next(ceil_div(count, VF), [=](int64_t i) {
      const int64_t begin = i * VF, here = count - begin < VF ? count - begin : VF;
      put_rows<P>(Matrix<Number>{attended.from(begin, 0), here, A}, 0, operand.line(begin, 0));
    });
    product(operand, count, packed_weight<P>(w.attn_c_proj_weight, C, false, A, C), C, added(w.attn_c_proj_bias));
    norm(count, w.ln_2_weight, w.ln_2_bias);
    if (m.swiglu) {
      product(normal, count, packed_weight<P>(w.c_fc_weight, F, false, C, F), F, [=](int64_t row, int64_t n, vf v0, vf v1) { P::template store_kept<false>(pre.line(row, n), P::keep(v0, v1)); });
      next(ceil_div(count, VF), [=](int64_t i) {
        for (int64_t row = i * VF; row < (i + 1) * VF && row < count; row++) swiglu_line<P>(pre, row, I, inner, row);
      });
    } else {
      product(normal, count, packed_weight<P>(w.c_fc_weight, I, false, C, I), I, [=, bias = w.c_fc_bias](int64_t row, int64_t n, vf v0, vf v1) {
        vf b0, b1;
        load_bias(bias, n, I, b0, b1);
        // As a training pass keeps them.
        P::kept(P::keep(v0 + b0, v1 + b1), v0, v1);
        P::put_line(inner.line(row, n), P::gelu(v0), P::gelu(v1));
      });
    }
    product(inner, count, packed_weight<P>(w.mlp_c_proj_weight, C, false, I, C), C, added(w.mlp_c_proj_bias));
  }
  norm(count, m.ln_f_weight, m.ln_f_bias);
  product(normal, count, packed_weight<P>(m.output, C, true, C, V), V, [=](int64_t row, int64_t n, vf v0, vf v1) { store_two(out + row * V + n, V - n, v0, v1); });
  stages.run();
}

// The same for as many texts as there are: so many tokens at once that the matrices are well used, and
// not more, since every one needs room in every kernel.
template <class P>
static void read_tokens(const CachedModel& m, ReadTexts texts, float* out, int64_t R) {
  constexpr int64_t kMost = 4096;
  for (int64_t from = 0, to = 0; from < R; from = to) {
    int64_t rows = 0;
    for (; to < R && (to == from || rows + texts.counts[to - from] <= kMost); to++) rows += texts.counts[to - from];
    read_texts<P>(m, texts, out + from * m.V, to - from);
    texts = {texts.tokens + rows, texts.slots + to - from, texts.positions + to - from, texts.counts + to - from, texts.turns == nullptr ? nullptr : texts.turns + rows * m.heads.hs};
  }
}
