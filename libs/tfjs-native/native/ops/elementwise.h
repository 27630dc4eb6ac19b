// The plain arithmetic that is left between the fused kernels: same shapes, or one side a scalar.

enum class Binary { kAdd, kSubtract, kMultiply, kDivide };

template <class F>
static void each(const float* a, bool a_scalar, const float* b, bool b_scalar, float* out, int64_t count, F&& f) {
  const vf a0 = splat(a[0]), b0 = splat(b[0]);
  parallel_ranges(ceil_div(count, VF), count < 50000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t i = from * VF; i < to * VF && i < count; i += VF) {
      const int left = static_cast<int>(count - i);
      store_n(out + i, f(a_scalar ? a0 : load_n(a + i, left), b_scalar ? b0 : load_n(b + i, left)), left);
    }
  });
}

static void binary(Binary what, const float* a, bool a_scalar, const float* b, bool b_scalar, float* out, int64_t count) {
  if (count == 0) return;
  switch (what) {
    case Binary::kAdd: return each(a, a_scalar, b, b_scalar, out, count, [](vf x, vf y) { return x + y; });
    case Binary::kSubtract: return each(a, a_scalar, b, b_scalar, out, count, [](vf x, vf y) { return x - y; });
    case Binary::kMultiply: return each(a, a_scalar, b, b_scalar, out, count, [](vf x, vf y) { return x * y; });
    case Binary::kDivide: return each(a, a_scalar, b, b_scalar, out, count, [](vf x, vf y) { return x / y; });
  }
}
