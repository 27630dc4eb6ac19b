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

// Whole prompts, text b in the rows begins[b] .. begins[b + 1] of qkv (.., 3C) and out (.., C): every token
// attends to those before it; keys and values are put into the cache.
template <class MatrixProduct, class Product>
static void prompt_attention(const float* qkv, const int32_t* slots, const int64_t* begins, float* keys, float* values, float* out, int64_t B, int64_t C, int64_t heads, int64_t P) {
  const int64_t hs = C / heads;
  Scratch scratch;
  float* lse = scratch.take<float>((begins[B] - begins[0]) * heads);
  parallel(B * heads, [&](int64_t task) {
    const int64_t b = task / heads, h = task % heads, n = begins[b + 1] - begins[b];
    const float* q = qkv + begins[b] * 3 * C + h * hs;
    put_prompt<Product>(q, n, C, HeadCache<Product>(keys, values, slots[b] * heads + h, P, hs));
    Head<MatrixProduct>::forward(Rows<const float>::plain(q, 3 * C), n, C, hs, Rows<float>::plain(out + begins[b] * C + h * hs, C), lse + (begins[b] - begins[0]) * heads + h * n);
  });
}

// out: logits (R, V). The rows of all texts must fit into memory at once.
template <class MatrixProduct, class Product>
static void read_texts(const CachedModel& m, const ReadTexts& texts, float* out, int64_t R) {
  const int64_t C = m.C, I = m.I;
  Scratch scratch;
  int64_t* begins = scratch.take<int64_t>(R + 1);
  int64_t single = 0;
  begins[0] = 0;
  for (int64_t r = 0; r < R; r++) {
    begins[r + 1] = begins[r] + texts.counts[r];
    if (texts.counts[r] == 1) single++;
  }
  int64_t N = begins[R];
  float *x = scratch.take<float>(N * C), *normed = scratch.take<float>(N * C), *attended = scratch.take<float>(N * C);
  float *qkv = scratch.take<float>(N * 3 * C), *inner = scratch.take<float>(N * I);
  float *mean = scratch.take<float>(N), *rstd = scratch.take<float>(N);
  parallel_ranges(R, N * C < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t r = from; r < to; r++)
      for (int64_t n = begins[r]; n < begins[r + 1]; n++) embed(m.wte + texts.tokens[n] * C, m.wpe + (texts.positions[r] + n - begins[r]) * C, x + n * C, C);
  });
  for (const CachedLayer& w : m.layers) {
    layer_norm_forward(x, w.ln_1_weight, w.ln_1_bias, normed, mean, rstd, N, C, m.epsilon);
    linear_forward<MatrixProduct>(Activation::kNone, normed, w.c_attn_weight, w.c_attn_bias, nullptr, qkv, nullptr, N, C, 3 * C);
    decode_attention<Product>(qkv, texts.slots, texts.positions, w.keys, w.values, attended, single, C, m.heads, m.P);
    prompt_attention<MatrixProduct, Product>(qkv, texts.slots + single, begins + single, w.keys, w.values, attended, R - single, C, m.heads, m.P);
    if (&w == &m.layers.back()) {
      // Nothing looks at the rows but the last of each text any more.
      for (int64_t r = single; r < R; r++)
        for (float* rows : {x, attended}) __builtin_memmove(rows + r * C, rows + (begins[r + 1] - 1) * C, sizeof(float) * static_cast<size_t>(C));
      N = R;
    }
    linear_forward<MatrixProduct>(Activation::kNone, attended, w.attn_c_proj_weight, w.attn_c_proj_bias, x, x, nullptr, N, C, C);
    layer_norm_forward(x, w.ln_2_weight, w.ln_2_bias, normed, mean, rstd, N, C, m.epsilon);
    linear_forward<MatrixProduct>(Activation::kGelu, normed, w.c_fc_weight, w.c_fc_bias, nullptr, inner, nullptr, N, C, I);
    linear_forward<MatrixProduct>(Activation::kNone, inner, w.mlp_c_proj_weight, w.mlp_c_proj_bias, x, x, nullptr, N, I, C);
  }
  layer_norm_forward(x, m.ln_f_weight, m.ln_f_bias, normed, mean, rstd, N, C, m.epsilon);
  logits<MatrixProduct>(normed, m.wte, out, N, C, m.V);
}

// The same for as many texts as there are: so many tokens at once that the matrices are well used, and
// not more, since every one needs room in every kernel.
template <class MatrixProduct, class Product>
static void read_tokens(const CachedModel& m, ReadTexts texts, float* out, int64_t R) {
  constexpr int64_t kMost = 4096;
  for (int64_t from = 0, to = 0; from < R; from = to) {
    int64_t rows = 0;
    for (; to < R && (to == from || rows + texts.counts[to - from] <= kMost); to++) rows += texts.counts[to - from];
    read_texts<MatrixProduct, Product>(m, texts, out + from * m.V, to - from);
    texts = {texts.tokens + rows, texts.slots + to - from, texts.positions + to - from, texts.counts + to - from};
  }
}
