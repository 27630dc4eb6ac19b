// x[b, t] = wte[tokens[b, t]] + wpe[max(0, t - start[b])]; padding positions give 0. Without wpe, the words alone.

static inline void embed(const float* token, const float* position, float* x, int64_t C) {
  if (position == nullptr) {
    __builtin_memcpy(x, token, sizeof(float) * static_cast<size_t>(C));
    return;
  }
  for (int64_t c = 0; c < C; c += VF) {
    const int left = static_cast<int>(C - c);
    store_n(x + c, load_n(token + c, left) + load_n(position + c, left), left);
  }
}

// Tokens from .. to-1 of all.
static void embed_tokens(const int32_t* tokens, const int32_t* start, const float* wte, const float* wpe, float* x, int64_t T, int64_t C, int64_t from, int64_t to) {
  for (int64_t i = from; i < to; i++) {
    const int64_t position = i % T - start[i / T];
    float* y = x + i * C;
    if (position < 0) __builtin_memset(y, 0, sizeof(float) * static_cast<size_t>(C));
    else embed(wte + tokens[i] * C, wpe == nullptr ? nullptr : wpe + position * C, y, C);
  }
}

static void embedding_forward(const int32_t* tokens, const int32_t* start, const float* wte, const float* wpe, float* x, int64_t B, int64_t T, int64_t C) {
  parallel_ranges(B * T, B * T * C < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) { embed_tokens(tokens, start, wte, wpe, x, T, C, from, to); });
}

// The gradients of both matrices in tasks, which may run side by side. dwte (V, C) is added to: a token may come many
// times, so each task takes some columns of all of them, and the sums are made in the order of the tokens. dwpe (P, C):
// a position comes once in a text, in the order of the texts; none where P is 0.
struct EmbeddingGradient {
  const float* dx;
  const int32_t *tokens, *start;
  float *dwte, *dwpe;
  int64_t B, T, C, P;
  static constexpr int64_t kColumns = 64, kPositions = 32;

  int64_t tasks() const { return column_tasks() + ceil_div(P, kPositions); }
  void run(int64_t task) const {
    if (task < column_tasks()) columns(task * kColumns);
    else positions((task - column_tasks()) * kPositions);
  }

 private:
  int64_t column_tasks() const { return ceil_div(C, kColumns); }
  static void add_row(const float* from, float* to, int64_t columns) {
    for (int64_t c = 0; c < columns; c += VF) {
      const int left = static_cast<int>(columns - c);
      store_n(to + c, load_n(to + c, left) + load_n(from + c, left), left);
    }
  }
  void columns(int64_t c) const {
    const int64_t width = C - c < kColumns ? C - c : kColumns;
    for (int64_t i = 0; i < B * T; i++)
      if (i % T >= start[i / T]) add_row(dx + i * C + c, dwte + tokens[i] * C + c, width);
  }
  void positions(int64_t first) const {
    for (int64_t position = first; position < first + kPositions && position < P; position++) {
      __builtin_memset(dwpe + position * C, 0, sizeof(float) * static_cast<size_t>(C));
      for (int64_t b = 0; b < B; b++)
        if (position + start[b] < T) add_row(dx + (b * T + position + start[b]) * C, dwpe + position * C, C);
    }
  }
};

// With `onto`, dwte is added to.
static void embedding_backward(const float* dx, const int32_t* tokens, const int32_t* start, float* dwte, float* dwpe, int64_t B, int64_t T, int64_t C, int64_t V, int64_t P, bool onto) {
  if (!onto) parallel_ranges(V, threads() * 4, [&](int64_t from, int64_t to) {
    __builtin_memset(dwte + from * C, 0, sizeof(float) * static_cast<size_t>((to - from) * C));
  });
  const EmbeddingGradient gradient{dx, tokens, start, dwte, dwpe, B, T, C, P};
  parallel(gradient.tasks(), [&](int64_t task) { gradient.run(task); });
}
