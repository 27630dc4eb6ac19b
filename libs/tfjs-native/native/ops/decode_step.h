// One more token of R texts, from its embedding to the logits of the next: the kernels of the other files
// in one call. In a small model a step's two dozen calls from JavaScript take as long as their work.

// The parameters of a block, and the keys and values of its slots.
struct DecodeLayer {
  float *ln_1_weight, *ln_1_bias, *c_attn_weight, *c_attn_bias, *attn_c_proj_weight, *attn_c_proj_bias;
  float *ln_2_weight, *ln_2_bias, *c_fc_weight, *c_fc_bias, *mlp_c_proj_weight, *mlp_c_proj_bias;
  float *keys, *values;
};

// tokens, slots, positions (R); wte (V, C), wpe (.., C); P positions a slot, I the width inside of the
// MLP; out: logits (R, V). Keys and values of the tokens are written into the cache.
template <class MatrixProduct, class Product>
static void decode_step(const int32_t* tokens, const int32_t* slots, const int32_t* positions, const float* wte, const float* wpe, const float* ln_f_weight, const float* ln_f_bias, const std::vector<DecodeLayer>& layers, float* out, int64_t R, int64_t C, int64_t V, int64_t heads, int64_t P, int64_t I, float epsilon) {
  Scratch scratch;
  float *x = scratch.take<float>(R * C), *normed = scratch.take<float>(R * C), *attended = scratch.take<float>(R * C);
  float *qkv = scratch.take<float>(R * 3 * C), *inner = scratch.take<float>(R * I);
  float *mean = scratch.take<float>(R), *rstd = scratch.take<float>(R);
  for (int64_t r = 0; r < R; r++)
    for (int64_t c = 0; c < C; c += VF) {
      const int left = static_cast<int>(C - c);
      store_n(x + r * C + c, load_n(wte + tokens[r] * C + c, left) + load_n(wpe + positions[r] * C + c, left), left);
    }
  for (const DecodeLayer& w : layers) {
    layer_norm_forward(x, w.ln_1_weight, w.ln_1_bias, normed, mean, rstd, R, C, epsilon);
    linear_forward<MatrixProduct>(Activation::kNone, normed, w.c_attn_weight, w.c_attn_bias, nullptr, qkv, nullptr, R, C, 3 * C);
    decode_attention<Product>(qkv, slots, positions, w.keys, w.values, attended, R, C, heads, P);
    linear_forward<MatrixProduct>(Activation::kNone, attended, w.attn_c_proj_weight, w.attn_c_proj_bias, x, x, nullptr, R, C, C);
    layer_norm_forward(x, w.ln_2_weight, w.ln_2_bias, normed, mean, rstd, R, C, epsilon);
    linear_forward<MatrixProduct>(Activation::kGelu, normed, w.c_fc_weight, w.c_fc_bias, nullptr, inner, nullptr, R, C, I);
    linear_forward<MatrixProduct>(Activation::kNone, inner, w.mlp_c_proj_weight, w.mlp_c_proj_bias, x, x, nullptr, R, I, C);
  }
  layer_norm_forward(x, ln_f_weight, ln_f_bias, normed, mean, rstd, R, C, epsilon);
  logits<MatrixProduct>(normed, wte, out, R, C, V);
}
