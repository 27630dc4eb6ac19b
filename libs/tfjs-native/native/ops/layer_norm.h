// y = (x - mean) * rstd * weight + bias over the last axis; x, y (N, C), mean, rstd (N).

static void layer_norm_forward(const float* x, const float* weight, const float* bias, float* y, float* mean, float* rstd, int64_t N, int64_t C, float epsilon) {
  parallel_ranges(N, N * C < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t n = from; n < to; n++) {
      const float* row = x + n * C;
      vf s{};
      for (int64_t c = 0; c < C; c += VF) s += load_n(row + c, static_cast<int>(C - c));
      const float mu = sum(s) / static_cast<float>(C);
      // The second pass over the row (in L1) keeps the variance exact where the mean is large.
      vf q{};
      int64_t c = 0;
      for (; c + VF <= C; c += VF) {
        const vf d = load(row + c) - mu;
        q += d * d;
      }
      float variance = sum(q);
      for (; c < C; c++) variance += (row[c] - mu) * (row[c] - mu);
      const float r = 1.0f / __builtin_sqrtf(variance / static_cast<float>(C) + epsilon);
      mean[n] = mu;
      rstd[n] = r;
      for (c = 0; c < C; c += VF) {
        const int left = static_cast<int>(C - c);
        store_n(y + n * C + c, (load_n(row + c, left) - mu) * r * load_n(weight + c, left) + load_n(bias + c, left), left);
      }
    }
  });
}

static void layer_norm_backward(const float* dy, const float* x, const float* weight, const float* mean, const float* rstd, float* dx, float* dweight, float* dbias, int64_t N, int64_t C) {
  Scratch scratch;
  const int64_t chunks = ceil_div(N, kRowChunk);
  float* dw = scratch.take<float>(chunks * C);
  float* db = scratch.take<float>(chunks * C);
  parallel(chunks, [&](int64_t chunk) {
    float *w = dw + chunk * C, *b = db + chunk * C;
    __builtin_memset(w, 0, sizeof(float) * C);
    __builtin_memset(b, 0, sizeof(float) * C);
    const int64_t end = (chunk + 1) * kRowChunk < N ? (chunk + 1) * kRowChunk : N;
    for (int64_t n = chunk * kRowChunk; n < end; n++) {
      const float *row = x + n * C, *grad = dy + n * C;
      const float mu = mean[n], r = rstd[n];
      vf s{}, q{};
      for (int64_t c = 0; c < C; c += VF) {
        const int left = static_cast<int>(C - c);
        const vf g = load_n(grad + c, left), hat = (load_n(row + c, left) - mu) * r, gw = g * load_n(weight + c, left);
        s += gw;
        q += gw * hat;
        store_n(w + c, load_n(w + c, left) + g * hat, left);
        store_n(b + c, load_n(b + c, left) + g, left);
      }
      const float a = sum(s) / static_cast<float>(C), d = sum(q) / static_cast<float>(C);
      for (int64_t c = 0; c < C; c += VF) {
        const int left = static_cast<int>(C - c);
        const vf hat = (load_n(row + c, left) - mu) * r, gw = load_n(grad + c, left) * load_n(weight + c, left);
        store_n(dx + n * C + c, (gw - a - hat * d) * r, left);
      }
    }
  });
  add_chunks(dw, chunks, C, dweight);
  add_chunks(db, chunks, C, dbias);
}
