// Tokens read into a cache, from their embeddings to the logits after the last of each text: the kernels
// of the other files in one call. In a small model its dozens of calls from JavaScript take as long as
// their work; and the matrices are read once for texts that go on and prompts that join them.

// A block's parameters, and the keys and values of its slots.
struct CachedLayer : BlockParameters {
  float *keys, *values;
};
struct CachedModel {
  const float *wte, *wpe, *ln_f_weight, *ln_f_bias;
  std::vector<CachedLayer> layers;
  int64_t C, V, heads, P, I;  // P positions a slot, I the width inside of the MLP
  float epsilon;
};
// R texts: text r has counts[r] tokens that follow the positions[r] of its slot. Texts of one token come
// first; those of more are whole prompts, at position 0.
struct ReadTexts {
  const int32_t *tokens, *slots, *positions, *counts;
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
  for (int64_t n = rows.begins[r]; n < rows.begins[r + 1]; n++) embed(m.wte + texts.tokens[n] * m.C, m.wpe + (texts.positions[r] + n - rows.begins[r]) * m.C, x + n * m.C, m.C);
}
// A head of a whole prompt, text r, in its rows of qkv (.., 3C) and out (.., C): every token attends to those before it;
// keys and values are put into the cache. `l` has room for a number of each token.
template <class P, class S>
static void prompt_head(const CachedModel& m, const CachedLayer& layer, const ReadTexts& texts, const TextRows& rows, int64_t r, int64_t head, const float* qkv, const Rows<S>& out, float* l) {
  const int64_t C = m.C, hs = C / m.heads, begin = rows.begins[r], n = rows.begins[r + 1] - begin;
  const float* q = qkv + begin * 3 * C + head * hs;
  using Row = typename P::Row;
  put_prompt<Row>(q, n, C, HeadCache<Row>(layer.keys, layer.values, texts.slots[r] * m.heads + head, m.P, hs));
  Head<P>::forward(Rows<const float>::plain(q, 3 * C), n, C, hs, out.from(begin, head * hs), l);
}

// out: logits (R, V). The rows of all texts must fit into memory at once.
template <class P>
static void read_texts(const CachedModel& m, const ReadTexts& texts, float* out, int64_t R) {
  const int64_t C = m.C, I = m.I;
  Scratch scratch;
  const TextRows rows(scratch, texts, R);
  const int64_t single = rows.single, prompts = R - single;
  int64_t N = rows.all();
  float *x = scratch.take<float>(N * C), *normed = scratch.take<float>(N * C), *attended = scratch.take<float>(N * C);
  float *qkv = scratch.take<float>(N * 3 * C), *inner = scratch.take<float>(N * I);
  float *mean = scratch.take<float>(N), *rstd = scratch.take<float>(N), *lse = scratch.take<float>(N * m.heads);
  parallel_ranges(R, N * C < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t r = from; r < to; r++) embed_text(m, texts, rows, r, x);
  });
  for (const CachedLayer& w : m.layers) {
    layer_norm_forward(x, w.ln_1_weight, w.ln_1_bias, normed, mean, rstd, N, C, m.epsilon);
    linear_forward<P>(Activation::kNone, normed, w.c_attn_weight, w.c_attn_bias, nullptr, qkv, nullptr, N, C, 3 * C);
    decode_attention<typename P::Row>(qkv, texts.slots, texts.positions, w.keys, w.values, attended, single, C, m.heads, m.P);
    parallel(prompts * m.heads, [&](int64_t task) {
      const int64_t r = single + task / m.heads, head = task % m.heads, begin = rows.begins[r];
      prompt_head<P>(m, w, texts, rows, r, head, qkv, Rows<float>::plain(attended, C), lse + begin * m.heads + head * (rows.begins[r + 1] - begin));
    });
    if (&w == &m.layers.back()) {
      // Nothing looks at the rows but the last of each text any more.
      for (int64_t r = single; r < R; r++)
        for (float* matrix : {x, attended}) __builtin_memmove(matrix + r * C, matrix + (rows.begins[r + 1] - 1) * C, sizeof(float) * static_cast<size_t>(C));
      N = R;
    }
    linear_forward<P>(Activation::kNone, attended, w.attn_c_proj_weight, w.attn_c_proj_bias, x, x, nullptr, N, C, C);
    layer_norm_forward(x, w.ln_2_weight, w.ln_2_bias, normed, mean, rstd, N, C, m.epsilon);
    linear_forward<P>(Activation::kGelu, normed, w.c_fc_weight, w.c_fc_bias, nullptr, inner, nullptr, N, C, I);
    linear_forward<P>(Activation::kNone, inner, w.mlp_c_proj_weight, w.mlp_c_proj_bias, x, x, nullptr, N, I, C);
  }
  layer_norm_forward(x, m.ln_f_weight, m.ln_f_bias, normed, mean, rstd, N, C, m.epsilon);
  logits<P>(normed, m.wte, out, N, C, m.V);
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
    texts = {texts.tokens + rows, texts.slots + to - from, texts.positions + to - from, texts.counts + to - from};
  }
}
