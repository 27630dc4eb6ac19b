// x[b, t] = wte[tokens[b, t]] + wpe[max(0, t - start[b])]; padding positions give 0.

static inline void embed(const float* token, const float* position, float* x, int64_t C) {
  for (int64_t c = 0; c < C; c += VF) {
    const int left = static_cast<int>(C - c);
    store_n(x + c, load_n(token + c, left) + load_n(position + c, left), left);
  }
}

static void embedding_forward(const int32_t* tokens, const int32_t* start, const float* wte, const float* wpe, float* x, int64_t B, int64_t T, int64_t C) {
  parallel_ranges(B * T, B * T * C < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) {
      const int64_t position = i % T - start[i / T];
      float* y = x + i * C;
      if (position < 0) {
        __builtin_memset(y, 0, sizeof(float) * C);
        continue;
      }
      embed(wte + tokens[i] * C, wpe + position * C, y, C);
    }
  });
}

// A token may come many times: every thread takes some columns of all of them, so that the sums
// are made in the order of the tokens. With `onto`, dwte is added to.
static void embedding_backward(const float* dx, const int32_t* tokens, const int32_t* start, float* dwte, float* dwpe, int64_t B, int64_t T, int64_t C, int64_t V, int64_t P, bool onto) {
  __builtin_memset(dwpe, 0, sizeof(float) * static_cast<size_t>(P * C));
  if (!onto) parallel_ranges(V, threads() * 4, [&](int64_t from, int64_t to) {
    __builtin_memset(dwte + from * C, 0, sizeof(float) * static_cast<size_t>((to - from) * C));
  });
  parallel_ranges(ceil_div(C, VF), threads(), [&](int64_t from, int64_t to) {
    const int64_t c0 = from * VF, c1 = to * VF < C ? to * VF : C;
    for (int64_t i = 0; i < B * T; i++) {
      const int64_t position = i % T - start[i / T];
      if (position < 0) continue;
      float *a = dwte + tokens[i] * C, *b = dwpe + position * C;
      for (int64_t c = c0; c < c1; c += VF) {
        const int left = static_cast<int>(c1 - c);
        const vf g = load_n(dx + i * C + c, left);
        store_n(a + c, load_n(a + c, left) + g, left);
        store_n(b + c, load_n(b + c, left) + g, left);
      }
    }
  });
}
