// silu(gate) * values, silu(g) = g sigmoid(g); a row of x (N, 2I) is its gate and its values.

static inline vf sigmoid(vf x) { return 1.0f / (1.0f + exp2(x * -kLog2E)); }

static void swiglu_forward(const float* x, float* y, int64_t N, int64_t I) {
  parallel_ranges(N, N * I < 10000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t n = from; n < to; n++) {
      const float *gate = x + 2 * n * I, *values = gate + I;
      for (int64_t i = 0; i < I; i += VF) {
        const int left = static_cast<int>(I - i);
        const vf g = load_n(gate + i, left);
        store_n(y + n * I + i, g * sigmoid(g) * load_n(values + i, left), left);
      }
    }
  });
}

static void swiglu_backward(const float* dy, const float* x, float* dx, int64_t N, int64_t I) {
  parallel_ranges(N, N * I < 10000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t n = from; n < to; n++) {
      const float *gate = x + 2 * n * I, *values = gate + I;
      float *dgate = dx + 2 * n * I, *dvalues = dgate + I;
      for (int64_t i = 0; i < I; i += VF) {
        const int left = static_cast<int>(I - i);
        const vf g = load_n(gate + i, left), s = sigmoid(g), silu = g * s, d = load_n(dy + n * I + i, left);
        store_n(dgate + i, d * load_n(values + i, left) * (s + silu * (1.0f - s)), left);
        store_n(dvalues + i, d * silu, left);
      }
    }
  });
}
