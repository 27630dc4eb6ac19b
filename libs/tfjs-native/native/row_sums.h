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
