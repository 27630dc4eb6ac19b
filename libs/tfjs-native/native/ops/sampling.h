// One token per row of logits (N, V): the first at which the running sum of softmax(z / temperature)
// passes uniforms[n], or the first largest where the temperature is 0. out (N, 3): the token, its
// log-probability at the temperature (at 1 where it is 0), and at 1. Sums are in double precision.
static void sample(const float* logits, const double* uniforms, const double* temperatures, float* out, int64_t N, int64_t V) {
  constexpr int64_t kRun = 16 * VF;  // terms that are added in float32
  parallel_ranges(N, N * V < 4000 ? 1 : threads() * 2, [&](int64_t begin, int64_t end) {
    const int64_t runs = ceil_div(V, kRun);
    TaskScratch scratch(runs * kRun + 2 * runs + 64);
    float* terms = scratch.take<float>(runs * kRun);
    double* sums = reinterpret_cast<double*>(scratch.take<float>(2 * runs));
    for (int64_t n = begin; n < end; n++) {
      const float* z = logits + n * V;
      vf m = splat(-__builtin_inff());
      for (int64_t v = 0; v < V; v += VF) {
        const int left = static_cast<int>(V - v);
        const vf x = load_n(z + v, left);
        m = max(m, left < VF ? (lanes() < left ? x : m) : x);
      }
      const float top = max_lane(m);
      // Sum of e^((z - top) * factor), its terms and the sums of its runs kept.
      const auto total = [&](float factor) {
        double all = 0;
        for (int64_t r = 0; r < runs; r++) {
          vf s{};
          for (int64_t v = r * kRun; v < (r + 1) * kRun && v < V; v += VF) {
            const int left = static_cast<int>(V - v);
            vf e = exp((load_n(z + v, left) - top) * factor);
            if (left < VF) e = lanes() < left ? e : vf{};
            store(terms + v, e);
            s += e;
          }
          all += sums[r] = sum(s);
        }
        return all;
      };
      const double raw = total(1.0f), temperature = temperatures[n];
      double heated = raw;
      int64_t token = 0;
      if (temperature == 0) {
        while (token + 1 < V && !(z[token] == top)) token++;
      } else {
        if (temperature != 1) heated = total(static_cast<float>(1 / temperature));
        const double wanted = uniforms[n] * heated;
        double reached = 0;
        int64_t r = 0;
        while (r + 1 < runs && reached + sums[r] <= wanted) reached += sums[r++];
        // Where rounding leaves the sum below, the last token that can be drawn.
        for (int64_t v = r * kRun; v < V; v++) {
          if (terms[v] == 0) continue;
          token = v;
          if ((reached += terms[v]) > wanted) break;
        }
      }
      const double over = static_cast<double>(z[token]) - top;
      out[n * 3] = static_cast<float>(token);
      out[n * 3 + 1] = static_cast<float>((temperature == 0 ? over : over / temperature) - __builtin_log(heated));
      out[n * 3 + 2] = static_cast<float>(over - __builtin_log(raw));
    }
  });
}
