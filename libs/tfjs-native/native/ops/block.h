// A transformer block, forward and backward (transformer.h makes one call of several):
//   qkv = LN1(x) . c_attn, middle = x + attention(qkv) . c_proj, y = middle + GELU(LN2(middle) . c_fc) . mlp_c_proj
// x (B, T, C), y (B, count, C): of every text the positions from `from` on, `count` of them, are what somebody reads.
// The others matter only as keys and values, so nothing after attention is made for them. What the backward pass
// needs lies in one buffer, in a form of the product's own: here in float32, made by the kernels of the other files;
// block_tiled.h has it for bfloat16.

struct BlockParameters {
  float *ln_1_weight, *ln_1_bias, *c_attn_weight, *c_attn_bias, *attn_c_proj_weight, *attn_c_proj_bias;
  float *ln_2_weight, *ln_2_bias, *c_fc_weight, *c_fc_bias, *mlp_c_proj_weight, *mlp_c_proj_bias;
};
struct BlockShape {
  int64_t B, T, C, heads, I;  // I: the width inside of the MLP
  int64_t from, count;
  int64_t M() const { return B * T; }
  int64_t kept() const { return B * count; }
  bool whole() const { return count == T; }
  // Of the kept row m its number among all.
  int64_t row(int64_t m) const { return m / count * T + from + m % count; }
};

// `rows` kept rows from `begin` on of all rows (M, C): where they lie, or copied to `room`.
template <class T>
static const T* kept_rows(const BlockShape& s, const T* all, int64_t begin, int64_t rows, T* room) {
  if (s.whole()) return all + begin * s.C;
  for (int64_t r = 0; r < rows; r++) __builtin_memcpy(room + r * s.C, all + s.row(begin + r) * s.C, sizeof(T) * static_cast<size_t>(s.C));
  return room;
}
// The way back, where they were copied.
template <class T>
static void put_kept_rows(const BlockShape& s, const T* kept, int64_t begin, int64_t rows, T* all) {
  for (int64_t r = 0; r < rows; r++) __builtin_memcpy(all + s.row(begin + r) * s.C, kept + r * s.C, sizeof(T) * static_cast<size_t>(s.C));
}

// What is kept of the forward pass.
template <class P>
struct BlockActivations {
  float *mean_1, *rstd_1, *normal_1, *qkv, *lse, *heads, *middle, *mean_2, *rstd_2, *normal_2, *pre, *inner;
  BlockActivations(Cutter& cut, const BlockShape& s) {
    for (float** row : {&mean_1, &rstd_1}) *row = cut.take<float>(s.M());
    for (float** row : {&mean_2, &rstd_2}) *row = cut.take<float>(s.kept());
    for (float** width : {&normal_1, &heads}) *width = cut.take<float>(s.M() * s.C);
    for (float** width : {&middle, &normal_2}) *width = cut.take<float>(s.kept() * s.C);
    qkv = cut.take<float>(s.M() * 3 * s.C);
    lse = cut.take<float>(s.M() * s.heads);
    for (float** width : {&pre, &inner}) *width = cut.take<float>(s.kept() * s.I);
  }
};

// Floats that the buffer of activations has room for.
template <class P>
static int64_t block_activations(const BlockShape& shape) {
  Cutter cut(nullptr);
  BlockActivations<P>(cut, shape);
  return cut.floats();
}

template <class P>
static void block_forward(const BlockShape& s, const BlockParameters& w, const float* x, const int32_t* start, float* y, float* activations, float epsilon) {
  Scratch scratch;
  Cutter cut(activations);
  const BlockActivations<P> a(cut, s);
  const int64_t M = s.M(), kept = s.kept(), C = s.C, I = s.I, room = s.whole() ? 0 : kept * C;
  layer_norm_forward(x, w.ln_1_weight, w.ln_1_bias, a.normal_1, a.mean_1, a.rstd_1, M, C, epsilon);
  linear_forward<P>(Activation::kNone, a.normal_1, w.c_attn_weight, w.c_attn_bias, nullptr, a.qkv, nullptr, M, C, 3 * C);
  attention_forward<P>(a.qkv, start, a.heads, a.lse, s.B, s.T, C, s.heads);
  const float *heads = kept_rows(s, a.heads, 0, kept, scratch.take<float>(room)), *residual = kept_rows(s, x, 0, kept, scratch.take<float>(room));
  linear_forward<P>(Activation::kNone, heads, w.attn_c_proj_weight, w.attn_c_proj_bias, residual, a.middle, nullptr, kept, C, C);
  layer_norm_forward(a.middle, w.ln_2_weight, w.ln_2_bias, a.normal_2, a.mean_2, a.rstd_2, kept, C, epsilon);
  linear_forward<P>(Activation::kGelu, a.normal_2, w.c_fc_weight, w.c_fc_bias, nullptr, a.inner, a.pre, kept, C, I);
  linear_forward<P>(Activation::kNone, a.inner, w.mlp_c_proj_weight, w.mlp_c_proj_bias, a.middle, y, nullptr, kept, I, C);
}

// dx and the gradients d of the parameters w.
template <class P>
static void block_backward(const BlockShape& s, const BlockParameters& w, const float* dy, const float* x, const int32_t* start, float* activations, float* dx, const BlockParameters& d) {
  Scratch scratch;
  Cutter cut(activations);
  const BlockActivations<P> a(cut, s);
  const int64_t M = s.M(), kept = s.kept(), C = s.C, I = s.I;
  float *inner = scratch.take<float>(kept * I), *normal = scratch.take<float>(M * C), *middle = scratch.take<float>(M * C), *heads = scratch.take<float>(M * C), *qkv = scratch.take<float>(M * 3 * C);
  const auto add = [&](const float* to, const float* more, float* out, int64_t rows) {
    binary(Binary::kAdd, to, false, more, false, out, rows * C);
  };
  // Of the kept rows, to be put among all at the end.
  float *middle_kept = s.whole() ? middle : scratch.take<float>(kept * C), *heads_kept = s.whole() ? heads : scratch.take<float>(kept * C);
  linear_backward<P>(dy, a.inner, w.mlp_c_proj_weight, nullptr, inner, d.mlp_c_proj_weight, d.mlp_c_proj_bias, kept, I, C);
  linear_backward<P>(inner, a.normal_2, w.c_fc_weight, a.pre, normal, d.c_fc_weight, d.c_fc_bias, kept, C, I);
  layer_norm_backward(normal, a.middle, w.ln_2_weight, a.mean_2, a.rstd_2, middle_kept, d.ln_2_weight, d.ln_2_bias, kept, C);
  add(dy, middle_kept, middle_kept, kept);
  linear_backward<P>(middle_kept, kept_rows(s, a.heads, 0, kept, normal), w.attn_c_proj_weight, nullptr, heads_kept, d.attn_c_proj_weight, d.attn_c_proj_bias, kept, C, C);
  if (!s.whole()) {
    for (float* all : {middle, heads}) __builtin_memset(all, 0, sizeof(float) * static_cast<size_t>(M * C));
    put_kept_rows(s, middle_kept, 0, kept, middle);
    put_kept_rows(s, heads_kept, 0, kept, heads);
  }
  attention_backward<P>(heads, a.qkv, a.heads, a.lse, start, qkv, s.B, s.T, C, s.heads);
  linear_backward<P>(qkv, a.normal_1, w.c_attn_weight, nullptr, normal, d.c_attn_weight, d.c_attn_bias, M, C, 3 * C);
  layer_norm_backward(normal, x, w.ln_1_weight, a.mean_1, a.rstd_1, dx, d.ln_1_weight, d.ln_1_bias, M, C);
  add(middle, dx, dx, M);
}
