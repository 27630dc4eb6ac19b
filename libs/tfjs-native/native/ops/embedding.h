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

// dwte: a token may come many times, so every thread takes some columns of all of them, and the sums are made in the order
// of the tokens. With `onto`, it is added to. dwpe: a position comes once in a text, in the order of the texts.
static void embedding_backward(const float* dx, const int32_t* tokens, const int32_t* start, float* dwte, float* dwpe, int64_t B, int64_t T, int64_t C, int64_t V, int64_t P, bool onto) {
  if (!onto) parallel_ranges(V, threads() * 4, [&](int64_t from, int64_t to) {
    __builtin_memset(dwte + from * C, 0, sizeof(float) * static_cast<size_t>((to - from) * C));
  });
  const auto add_row = [](const float* from, float* to, int64_t c0, int64_t c1) {
    for (int64_t c = c0; c < c1; c += VF) {
      const int left = static_cast<int>(c1 - c);
      store_n(to + c, load_n(to + c, left) + load_n(from + c, left), left);
    }
  };
  parallel_ranges(ceil_div(C, VF), threads(), [&](int64_t from, int64_t to) {
    for (int64_t i = 0; i < B * T; i++)
      if (i % T >= start[i / T]) add_row(dx + i * C, dwte + tokens[i] * C, from * VF, to * VF < C ? to * VF : C);
  });
  parallel_ranges(P, threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t position = from; position < to; position++) {
      __builtin_memset(dwpe + position * C, 0, sizeof(float) * static_cast<size_t>(C));
      for (int64_t b = 0; b < B; b++)
        if (position + start[b] < T) add_row(dx + (b * T + position + start[b]) * C, dwpe + position * C, 0, C);
    }
  });
}
