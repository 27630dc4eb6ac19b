// The sum of squares, in double precision, chunk by chunk in a fixed order.
static void squared_sum(const float* x, float* out, int64_t count) {
  constexpr int64_t kChunk = 1 << 16;
  Scratch scratch;
  const int64_t chunks = ceil_div(count, kChunk);
  double* partial = scratch.take<double>(chunks);
  parallel(chunks, [&](int64_t chunk) {
    const int64_t end = (chunk + 1) * kChunk < count ? (chunk + 1) * kChunk : count;
    double total = 0;
    // Short runs in float32, added up in double.
    for (int64_t i = chunk * kChunk; i < end; i += 64 * VF) {
      vf s{};
      const int64_t stop = i + 64 * VF < end ? i + 64 * VF : end;
      for (int64_t j = i; j < stop; j += VF) {
        const vf v = load_n(x + j, static_cast<int>(stop - j));
        s += v * v;
      }
      for (int lane = 0; lane < VF; lane++) total += s[lane];
    }
    partial[chunk] = total;
  });
  double total = 0;
  for (int64_t i = 0; i < chunks; i++) total += partial[i];
  *out = static_cast<float>(total);
}

struct AdamWStep {
  float learning_rate, beta1, beta2, epsilon, weight_decay, correction1, correction2, grad_scale;
};

// Parameter and both moments in place.
static void adamw(float* parameter, const float* grad, float* m, float* v, int64_t count, const AdamWStep& o) {
  parallel_ranges(ceil_div(count, VF), count < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t i = from * VF; i < to * VF && i < count; i += VF) {
      const int left = static_cast<int>(count - i);
      const vf g = load_n(grad + i, left) * o.grad_scale;
      const vf m1 = o.beta1 * load_n(m + i, left) + (1.0f - o.beta1) * g;
      const vf v1 = o.beta2 * load_n(v + i, left) + (1.0f - o.beta2) * g * g;
      const vf p = load_n(parameter + i, left);
      store_n(m + i, m1, left);
      store_n(v + i, v1, left);
      store_n(parameter + i, p - o.learning_rate * (o.weight_decay * p + m1 / o.correction1 / (root(v1 / o.correction2) + o.epsilon)), left);
    }
  });
}
