// y = (x - mean) * rstd * weight + bias over the last axis; x, y (N, C), mean, rstd (N).

// The mean of a row, and 1 / its standard deviation.
static inline void row_moments(const float* row, int64_t C, float epsilon, float& mean, float& rstd) {
  vf s{};
  for (int64_t c = 0; c < C; c += VF) s += load_n(row + c, static_cast<int>(C - c));
  mean = sum(s) / static_cast<float>(C);
  // The second pass over the row (in L1) keeps the variance exact where the mean is large.
  vf q{};
  int64_t c = 0;
  for (; c + VF <= C; c += VF) {
    const vf d = load(row + c) - mean;
    q += d * d;
  }
  float variance = sum(q);
  for (; c < C; c++) variance += (row[c] - mean) * (row[c] - mean);
  rstd = 1.0f / __builtin_sqrtf(variance / static_cast<float>(C) + epsilon);
}

// The gradient of one row of the input, plus `residual` where there is one.
static inline void layer_norm_row_gradient(const float* dy, const float* x, const float* weight, float mean, float rstd, const float* residual, float* dx, int64_t C) {
  vf s{}, q{};
  for (int64_t c = 0; c < C; c += VF) {
    const int left = static_cast<int>(C - c);
    const vf hat = (load_n(x + c, left) - mean) * rstd, gw = load_n(dy + c, left) * load_n(weight + c, left);
    s += gw;
    q += gw * hat;
  }
  const float a = sum(s) / static_cast<float>(C), d = sum(q) / static_cast<float>(C);
  for (int64_t c = 0; c < C; c += VF) {
    const int left = static_cast<int>(C - c);
    const vf hat = (load_n(x + c, left) - mean) * rstd, gw = load_n(dy + c, left) * load_n(weight + c, left);
    const vf v = (gw - a - hat * d) * rstd;
    store_n(dx + c, residual == nullptr ? v : v + load_n(residual + c, left), left);
  }
}

// Rows from .. to-1.
static void layer_norm_rows(const float* x, const float* weight, const float* bias, float* y, float* mean, float* rstd, int64_t C, float epsilon, int64_t from, int64_t to) {
  for (int64_t n = from; n < to; n++) {
    const float* row = x + n * C;
    row_moments(row, C, epsilon, mean[n], rstd[n]);
    for (int64_t c = 0; c < C; c += VF) {
      const int left = static_cast<int>(C - c);
      store_n(y + n * C + c, (load_n(row + c, left) - mean[n]) * rstd[n] * load_n(weight + c, left) + load_n(bias + c, left), left);
    }
  }
}

static void layer_norm_forward(const float* x, const float* weight, const float* bias, float* y, float* mean, float* rstd, int64_t N, int64_t C, float epsilon) {
  parallel_ranges(N, N * C < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) { layer_norm_rows(x, weight, bias, y, mean, rstd, C, epsilon, from, to); });
}

// The gradient, kRowChunk rows at a time; those of weight and bias as sums by chunk, (chunks, C).
static void layer_norm_chunk_backward(const float* dy, const float* x, const float* weight, const float* mean, const float* rstd, float* dx, float* dweights, float* dbiases, int64_t N, int64_t C, int64_t chunk) {
  float *w = dweights + chunk * C, *b = dbiases + chunk * C;
  __builtin_memset(w, 0, sizeof(float) * static_cast<size_t>(C));
  __builtin_memset(b, 0, sizeof(float) * static_cast<size_t>(C));
  const int64_t end = (chunk + 1) * kRowChunk < N ? (chunk + 1) * kRowChunk : N;
  for (int64_t n = chunk * kRowChunk; n < end; n++) {
    const float *row = x + n * C, *grad = dy + n * C;
    layer_norm_row_gradient(grad, row, weight, mean[n], rstd[n], nullptr, dx + n * C, C);
    for (int64_t c = 0; c < C; c += VF) {
      const int left = static_cast<int>(C - c);
      const vf g = load_n(grad + c, left);
      store_n(w + c, load_n(w + c, left) + g * ((load_n(row + c, left) - mean[n]) * rstd[n]), left);
      store_n(b + c, load_n(b + c, left) + g, left);
    }
  }
}

static void layer_norm_backward(const float* dy, const float* x, const float* weight, const float* mean, const float* rstd, float* dx, float* dweight, float* dbias, int64_t N, int64_t C) {
  Scratch scratch;
  const int64_t chunks = ceil_div(N, kRowChunk);
  float *dweights = scratch.take<float>(chunks * C), *dbiases = scratch.take<float>(chunks * C);
  parallel(chunks, [&](int64_t chunk) { layer_norm_chunk_backward(dy, x, weight, mean, rstd, dx, dweights, dbiases, N, C, chunk); });
  add_chunks(dweights, chunks, C, dweight);
  add_chunks(dbiases, chunks, C, dbias);
}
