// y = x * rstd * weight over the last axis, rstd = 1 / sqrt(mean(x^2) + epsilon); x, y (N, C), rstd (N).

static inline float row_rms(const float* row, int64_t C, float epsilon) {
  vf q{};
  for (int64_t c = 0; c < C; c += VF) {
    const vf x = load_n(row + c, static_cast<int>(C - c));
    q += x * x;
  }
  return 1.0f / __builtin_sqrtf(sum(q) / static_cast<float>(C) + epsilon);
}

// Of one row; y may be x.
static inline void rms_row(const float* x, const float* weight, float rstd, float* y, int64_t C) {
  for (int64_t c = 0; c < C; c += VF) {
    const int left = static_cast<int>(C - c);
    store_n(y + c, load_n(x + c, left) * rstd * load_n(weight + c, left), left);
  }
}
// Its gradient; dx may be dy, dweight is added to.
static inline void rms_row_backward(const float* dy, const float* x, const float* weight, float rstd, float* dx, float* dweight, int64_t C) {
  vf q{};
  for (int64_t c = 0; c < C; c += VF) {
    const int left = static_cast<int>(C - c);
    const vf of_weight = load_n(dy + c, left) * (load_n(x + c, left) * rstd);
    store_n(dweight + c, load_n(dweight + c, left) + of_weight, left);
    q += of_weight * load_n(weight + c, left);
  }
  const float mean = sum(q) / static_cast<float>(C);
  for (int64_t c = 0; c < C; c += VF) {
    const int left = static_cast<int>(C - c);
    store_n(dx + c, (load_n(dy + c, left) * load_n(weight + c, left) - load_n(x + c, left) * rstd * mean) * rstd, left);
  }
}

// Rows from .. to-1.
static void rms_norm_rows(const float* x, const float* weight, float* y, float* rstd, int64_t C, float epsilon, int64_t from, int64_t to) {
  for (int64_t n = from; n < to; n++) {
    rstd[n] = row_rms(x + n * C, C, epsilon);
    rms_row(x + n * C, weight, rstd[n], y + n * C, C);
  }
}

static void rms_norm_forward(const float* x, const float* weight, float* y, float* rstd, int64_t N, int64_t C, float epsilon) {
  parallel_ranges(N, N * C < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) { rms_norm_rows(x, weight, y, rstd, C, epsilon, from, to); });
}

// The gradient, kRowChunk rows at a time; that of the weight as sums by chunk, (chunks, C).
static void rms_norm_chunk_backward(const float* dy, const float* x, const float* weight, const float* rstd, float* dx, float* dweights, int64_t N, int64_t C, int64_t chunk) {
  float* w = dweights + chunk * C;
  __builtin_memset(w, 0, sizeof(float) * static_cast<size_t>(C));
  for (int64_t n = chunk * kRowChunk; n < (chunk + 1) * kRowChunk && n < N; n++) rms_row_backward(dy + n * C, x + n * C, weight, rstd[n], dx + n * C, w, C);
}

static void rms_norm_backward(const float* dy, const float* x, const float* weight, const float* rstd, float* dx, float* dweight, int64_t N, int64_t C) {
  Scratch scratch;
  const int64_t chunks = ceil_div(N, kRowChunk);
  float* dweights = scratch.take<float>(chunks * C);
  parallel(chunks, [&](int64_t chunk) { rms_norm_chunk_backward(dy, x, weight, rstd, dx, dweights, N, C, chunk); });
  add_chunks(dweights, chunks, C, dweight);
}
