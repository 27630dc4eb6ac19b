// One token per row of logits (N, V). Order as OpenAI's: penalties and bias (sparse changes of the row),
// temperature, top-k, top-p, draw. The token is the first at which the running sum of what is left of
// softmax(z / temperature) passes uniforms[n], or the first largest where the temperature is 0.
// out (N, 3): the token, and its log-probability among all tokens of the unchanged row, at the
// temperature (at 1 where it is 0) and at 1. Sums are in double precision.

struct Sampling {
  const double *uniforms, *temperatures;
  const int32_t* top_k;  // 0: all
  const double* top_p;   // 1: all
  // Row n's changes are numbers change_begin[n] .. change_begin[n + 1] of the two lists.
  const int32_t *change_begin, *change_token;
  const double* change;
};

constexpr int64_t kTermRun = 16 * VF;  // terms that are added in float32

static float largest(const float* z, int64_t V) {
  vf m = splat(-__builtin_inff());
  for (int64_t v = 0; v < V; v += VF) {
    const int left = static_cast<int>(V - v);
    const vf x = load_n(z + v, left);
    m = max(m, left < VF ? (lanes() < left ? x : m) : x);
  }
  return max_lane(m);
}
static int64_t first_equal(const float* z, int64_t V, float value) {
  int64_t v = 0;
  while (v + 1 < V && !(z[v] == value)) v++;
  return v;
}

// e^((z - top) * factor) into `terms`, their sums by runs into `sums`; returns the whole sum.
static double make_terms(const float* z, int64_t V, float top, float factor, float* terms, double* sums) {
  double all = 0;
  for (int64_t r = 0; r * kTermRun < V; r++) {
    vf s{};
    for (int64_t v = r * kTermRun; v < (r + 1) * kTermRun && v < V; v += VF) {
      const int left = static_cast<int>(V - v);
      vf e = exp((load_n(z + v, left) - top) * factor);
      if (left < VF) e = lanes() < left ? e : vf{};
      store(terms + v, e);
      s += e;
    }
    all += sums[r] = sum(s);
  }
  return all;
}

// Sets all terms to 0 but the k largest, and of those all but the smallest set whose share reaches p;
// of equal ones the first are kept. `order` is room for V numbers. Returns the sum of what is left.
static double keep_top(float* terms, double* sums, int64_t V, int64_t k, double p, int32_t* order) {
  const auto before = [terms](int32_t a, int32_t b) { return terms[a] > terms[b] || (terms[a] == terms[b] && a < b); };
  for (int64_t v = 0; v < V; v++) order[v] = static_cast<int32_t>(v);
  int64_t kept = k > 0 && k < V ? k : V;
  if (kept < V) std::nth_element(order, order + kept, order + V, before);
  if (p < 1) {
    double all = 0;
    for (int64_t i = 0; i < kept; i++) all += terms[order[i]];
    // The largest one after the other, off a heap: few are wanted as a rule.
    const auto after = [before](int32_t a, int32_t b) { return before(b, a); };
    std::make_heap(order, order + kept, after);
    int64_t left = kept;
    double reached = 0;
    do {
      std::pop_heap(order, order + left, after);
      reached += terms[order[--left]];
    } while (left > 0 && reached < p * all);
    for (int64_t i = 0; i < left; i++) terms[order[i]] = 0;
  }
  for (int64_t i = kept; i < V; i++) terms[order[i]] = 0;
  double all = 0;
  for (int64_t r = 0; r * kTermRun < V; r++) {
    sums[r] = 0;
    for (int64_t v = r * kTermRun; v < (r + 1) * kTermRun && v < V; v++) sums[r] += terms[v];
    all += sums[r];
  }
  return all;
}

// The first token at which the running sum of the terms passes `wanted`; where rounding leaves the sum
// below, the last one that can be drawn.
static int64_t draw(const float* terms, const double* sums, int64_t V, double wanted) {
  const int64_t runs = ceil_div(V, kTermRun);
  double reached = 0;
  int64_t r = 0, token = 0;
  while (r + 1 < runs && reached + sums[r] <= wanted) reached += sums[r++];
  for (int64_t v = r * kTermRun; v < V; v++) {
    if (terms[v] == 0) continue;
    token = v;
    if ((reached += terms[v]) > wanted) break;
  }
  return token;
}

static void sample(const float* logits, const Sampling& how, float* out, int64_t N, int64_t V) {
  parallel_ranges(N, N * V < 4000 ? 1 : threads() * 2, [&](int64_t begin, int64_t end) {
    const int64_t runs = ceil_div(V, kTermRun);
    Scratch scratch;
    float *terms = scratch.take<float>(runs * kTermRun), *changed = scratch.take<float>(V);
    double* sums = reinterpret_cast<double*>(scratch.take<float>(2 * runs));
    int32_t* order = scratch.take<int32_t>(V);
    for (int64_t n = begin; n < end; n++) {
      const float* raw = logits + n * V;
      const float top = largest(raw, V), factor = static_cast<float>(how.temperatures[n] == 0 ? 1 : 1 / how.temperatures[n]);
      const double raw_sum = make_terms(raw, V, top, 1.0f, terms, sums);
      const double heated = factor == 1 ? raw_sum : make_terms(raw, V, top, factor, terms, sums);
      const float* z = raw;
      double left = heated;
      if (how.change_begin[n] < how.change_begin[n + 1]) {
        __builtin_memcpy(changed, raw, sizeof(float) * static_cast<size_t>(V));
        for (int32_t i = how.change_begin[n]; i < how.change_begin[n + 1]; i++) changed[how.change_token[i]] += static_cast<float>(how.change[i]);
        z = changed;
        left = make_terms(z, V, largest(z, V), factor, terms, sums);
      }
      int64_t token;
      if (how.temperatures[n] == 0) {
        token = first_equal(z, V, largest(z, V));
      } else {
        if ((how.top_k[n] > 0 && how.top_k[n] < V) || how.top_p[n] < 1) left = keep_top(terms, sums, V, how.top_k[n], how.top_p[n], order);
        token = draw(terms, sums, V, how.uniforms[n] * left);
      }
      const double over = static_cast<double>(raw[token]) - top;
      out[n * 3] = static_cast<float>(token);
      out[n * 3 + 1] = static_cast<float>(over * factor - __builtin_log(heated));
      out[n * 3 + 2] = static_cast<float>(over - __builtin_log(raw_sum));
    }
  });
}
