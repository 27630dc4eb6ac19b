// Cross-entropy fused with the tied projection: z = x @ wte^T / temperature is never kept.
// x (N, C), wte (V, C), targets (N); per row: nll, lse, entropy of softmax(z), and whether the
// target is the first largest logit.

// The logits x @ wte^T (N, V) themselves, for sampling.
template <class P>
static void logits(const float* x, const float* wte, float* out, int64_t N, int64_t C, int64_t V) {
  Scratch scratch;
  const auto A = rows_of<P>(scratch, x, N, C);
  gemm(A, packed_weight<P>(wte, C, true, C, V), N, V, P::elements(C), [=](int64_t m, int64_t n, vf v, int lanes) { store_n(out + m * V + n, v, lanes); });
}

// row(m, n0, c0, c1) for rows `begin` to `end` of A and panels `first` to `last` of B, for each row in the order of
// the panels: the two vectors of C from column n0 on. On this thread; `begin` is a multiple of row_block.
static constexpr int64_t row_block(float) { return MR; }
template <class Row>
static void rows_times_panels(const AMatrix<float>& A, const float* B, int64_t begin, int64_t end, int64_t first, int64_t last, int64_t K, Row&& row) {
  vf acc[MR][2];
  for (int64_t p = first; p < last; p++)
    for (int64_t m0 = begin; m0 < end; m0 += MR) {
      const int rows = static_cast<int>(end - m0 < MR ? end - m0 : MR);
      tile_rows(rows, A.at(m0), A.row, A.step, B + p * K * NR, K, acc);
      for (int r = 0; r < rows; r++) row(m0 + r, p * NR, acc[r][0], acc[r][1]);
    }
}

// What the forward pass keeps for the gradient: nothing, all of it is computed again.
template <class P>
struct NllActivations {
  NllActivations(Cutter&, int64_t, int64_t) {}
  void put(int64_t, int64_t, float, vf, vf) const {}
};
template <class P>
static int64_t token_nll_activations(int64_t, int64_t) { return 0; }

template <class P>
static void token_nll_forward(const float* x, const float* wte, const int32_t* targets, float* nll, float* lse, float* entropy, float* correct, float* activations, int64_t N, int64_t C, int64_t V, float temperature) {
  using E = typename P::T;
  if (N == 0) return;
  Scratch scratch;
  const auto A = rows_of<P>(scratch, x, N, C);
  const E* B = packed_weight<P>(wte, C, true, C, V);
  const int64_t K = P::elements(C), panels = ceil_div(V, NR);
  const float inverse = 1.0f / temperature;
  Cutter cut(activations);
  const NllActivations<P> kept(cut, N, V);
  // Rows that stay in L2 while a stretch of the vocabulary streams by. How long a stretch is changes last bits, so it
  // does not depend on the threads.
  constexpr int64_t kBlockOfRows = row_block(E{}), kMost = 8 * kBlockOfRows, kStretch = 256;
  int64_t chunk = ceil_div(ceil_div(N, threads()), kBlockOfRows) * kBlockOfRows;
  if (chunk > kMost) chunk = kMost;
  const int64_t stretches = ceil_div(panels, kStretch);
  // Of a row and a stretch: the largest logit and its word, the sums of e^(z - top) and of z e^(z - top).
  struct Part {
    float top, total, weighted;
    int64_t best;
  };
  Part* parts = scratch.take<Part>(N * stretches);
  float* wanted = scratch.take<float>(N);
  __builtin_memset(wanted, 0, sizeof(float) * static_cast<size_t>(N));
  parallel(ceil_div(N, chunk) * stretches, [&](int64_t task) {
    const int64_t begin = task / stretches * chunk, end = begin + chunk < N ? begin + chunk : N, stretch = task % stretches;
    const int64_t first = stretch * kStretch, last = first + kStretch < panels ? first + kStretch : panels;
    float top[kMost];
    int64_t best[kMost];
    vf total[kMost], weighted[kMost];
    for (int64_t i = 0; i < end - begin; i++) {
      top[i] = -__builtin_inff();
      best[i] = -1;
      total[i] = weighted[i] = vf{};
    }
    rows_times_panels(A, B, begin, end, first, last, K, [&](int64_t m, int64_t n0, vf c0, vf c1) {
      const int64_t i = m - begin, left = V - n0;
      vf z0 = c0 * inverse, z1 = c1 * inverse;
      if (left < NR) hide_lanes(z0, z1, left, -1e30f);
      const int64_t t = targets[m] - n0;
      if (t >= 0 && t < VF) wanted[m] = z0[t];
      else if (t >= VF && t < NR) wanted[m] = z1[t - VF];
      if (any_above(max(z0, z1), top[i])) {
        const float highest = max_lane(max(z0, z1)), shrink = exp(top[i] - highest);
        float z[NR];
        store(z, z0);
        store(z + VF, z1);
        total[i] *= shrink;
        weighted[i] *= shrink;
        top[i] = highest;
        int j = 0;
        while (j < NR - 1 && z[j] != highest) j++;
        best[i] = n0 + j;
      }
      const vf e0 = exp(z0 - top[i]), e1 = exp(z1 - top[i]);
      if (activations != nullptr) kept.put(m, n0, top[i], e0, e1);
      total[i] += e0 + e1;
      weighted[i] += e0 * z0 + e1 * z1;
    });
    for (int64_t i = 0; i < end - begin; i++) parts[(begin + i) * stretches + stretch] = {top[i], sum(total[i]), sum(weighted[i]), best[i]};
  });
  for (int64_t m = 0; m < N; m++) {
    Part whole = parts[m * stretches];
    for (int64_t stretch = 1; stretch < stretches; stretch++) {
      const Part& part = parts[m * stretches + stretch];
      const float highest = part.top > whole.top ? part.top : whole.top, keep = exp(whole.top - highest), add = exp(part.top - highest);
      whole = {highest, whole.total * keep + part.total * add, whole.weighted * keep + part.weighted * add, part.top > whole.top ? part.best : whole.best};
    }
    lse[m] = whole.top + __builtin_logf(whole.total);
    nll[m] = lse[m] - wanted[m];
    entropy[m] = lse[m] - whole.weighted / whole.total;
    correct[m] = whole.best == targets[m] ? 1.0f : 0.0f;
  }
}

// dz = dnll * (softmax(z) - onehot(target)) / temperature; dx = dz . wte, dwte = dz^T . x.
// One stretch of the vocabulary at a time, so that dz (N, stretch) stays in cache.
template <class P>
static void token_nll_backward(const float* dnll, const float* x, const float* wte, const int32_t* targets, const float* lse, float*, float* dx, float* dwte, int64_t N, int64_t C, int64_t V, float temperature) {
  using E = typename P::T;
  constexpr int64_t kStretch = 16 * NR;
  Scratch scratch;
  const auto A = rows_of<P>(scratch, x, N, C);
  const E* B = packed_weight<P>(wte, C, true, C, V);
  E* X = scratch.take<E>(packed_b_size<P>(N, C));
  pack_b<P>(x, C, false, N, C, X);
  const int64_t K = P::elements(C);
  const float inverse = 1.0f / temperature;
  float* dz = scratch.take<float>(N * kStretch);
  for (int64_t v0 = 0; v0 < V; v0 += kStretch) {
    Scratch inner;
    const int64_t width = V - v0 < kStretch ? V - v0 : kStretch;
    gemm(A, B + v0 / NR * K * NR, N, width, K, [=](int64_t m, int64_t n, vf z, int lanes) {
      vf d = exp(z * inverse - lse[m]);
      const int64_t t = targets[m] - v0 - n;
      if (t >= 0 && t < lanes) d[t] -= 1.0f;
      store_n(dz + m * width + n, d * (dnll[m] * inverse), lanes);
    });
    const auto Dt = columns_a<P>(dz, width, width, N, inner.take<E>(columns_a_size<P>(width, N)));
    float* dw = dwte + v0 * C;
    gemm(Dt, X, width, C, P::elements(N), [=](int64_t m, int64_t n, vf v, int lanes) { store_n(dw + m * C + n, v, lanes); });
    const auto D = rows_of<P>(inner, dz, N, width);
    E* W = inner.take<E>(packed_b_size<P>(width, C));
    pack_b<P>(wte + v0 * C, C, false, width, C, W);
    const bool first = v0 == 0;
    gemm(D, W, N, C, P::elements(width), [=](int64_t m, int64_t n, vf v, int lanes) {
      store_n(dx + m * C + n, first ? v : v + load_n(dx + m * C + n, lanes), lanes);
    });
  }
}
