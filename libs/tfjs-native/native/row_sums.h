// Sums over rows are made per chunk of kRowChunk rows and then added chunk by chunk: an order that
// does not depend on the number of threads.
constexpr int64_t kRowChunk = 128;

static void add_chunks(const float* partial, int64_t chunks, int64_t C, float* out) {
  for (int64_t c = 0; c < C; c += VF) {
    const int left = static_cast<int>(C - c);
    vf s{};
    for (int64_t i = 0; i < chunks; i++) s += load_n(partial + i * C + c, left);
    store_n(out + c, s, left);
  }
}

// The sum of the rows of x (M, C).
static void sum_rows(const float* x, float* out, int64_t M, int64_t C) {
  Scratch scratch;
  const int64_t chunks = ceil_div(M, kRowChunk);
  float* partial = scratch.take<float>(chunks * C);
  parallel(chunks, [&](int64_t chunk) {
    float* p = partial + chunk * C;
    __builtin_memset(p, 0, sizeof(float) * C);
    const int64_t end = (chunk + 1) * kRowChunk < M ? (chunk + 1) * kRowChunk : M;
    for (int64_t m = chunk * kRowChunk; m < end; m++)
      for (int64_t c = 0; c < C; c += VF) {
        const int left = static_cast<int>(C - c);
        store_n(p + c, load_n(p + c, left) + load_n(x + m * C + c, left), left);
      }
  });
  add_chunks(partial, chunks, C, out);
}
