// Cross-entropy fused with the tied projection: z = x @ wte^T / temperature is never kept.
// x (N, C), wte (V, C), targets (N); per row: nll, lse, entropy of softmax(z), and whether the
// target is the first largest logit.

// The logits x @ wte^T (N, V) themselves, for sampling.
template <class P>
static void logits(const float* x, const float* wte, float* out, int64_t N, int64_t C, int64_t V) {
  Scratch scratch;
  const AMatrix<P> A = rows_a<P>(scratch, x, C, N, C);
  gemm(A, packed_weight<P>(wte, C, true, C, V), N, V, [=](int64_t m, int64_t n, vf v, int lanes) { store_n(out + m * V + n, v, lanes); });
}

// The forward pass keeps e^(z - top) of every logit, which saves the gradient a third of its products and all of its
// exponentials. In float32 they would be more than all else that is kept: there, and of more logits than kMostLogits, they are
// made again, for so many at a time.
template <class P>
constexpr int64_t kMostLogits = int64_t{1} << (P::kPerWord == 1 ? 24 : 27);  // 64 MiB and 256 MiB
template <class P>
struct NllActivations {
  using Word = typename P::Word;
  int64_t panels;
  Word* exponentials;  // [N/NR][V/NR][NR], by blocks of rows and panels: a line each
  float* tops;         // [N/NR][V/NR][NR]: the largest logit of the row up to that panel
  NllActivations(Cutter& cut, int64_t N, int64_t V) : panels(ceil_div(V, NR)) {
    const int64_t parts = ceil_div(N, NR) * panels;
    exponentials = cut.take<Word>(parts * P::kSquare);
    tops = cut.take<float>(parts * NR);
  }
  int64_t part(int64_t block, int64_t panel) const { return block * panels + panel; }
  void put(int64_t m, int64_t n0, float top, vf e0, vf e1) const {
    const int64_t row = part(m / NR, n0 / NR) * NR + m % NR;
    P::template store_kept<false>(exponentials + row * P::kLine, P::keep(e0, e1));
    tops[row] = top;
  }
};
// Floats of what is kept, 0 where nothing is.
template <class P>
static int64_t token_nll_activations(int64_t N, int64_t V) {
  if (P::kPerWord == 1 || N * V > kMostLogits<P>) return 0;
  Cutter cut(nullptr);
  NllActivations<P>(cut, N, V);
  return cut.floats();
}

template <class P>
static void token_nll_forward(const float* x, const float* wte, const int32_t* targets, float* nll, float* lse, float* entropy, float* correct, float* activations, int64_t N, int64_t C, int64_t V, float temperature) {
  if (N == 0) return;
  Scratch scratch;
  const AMatrix<P> A = rows_a<P>(scratch, x, C, N, C);
  const auto* B = packed_weight<P>(wte, C, true, C, V);
  const int64_t panels = ceil_div(V, NR);
  const float inverse = 1.0f / temperature;
  Cutter cut(activations);
  const NllActivations<P> kept(cut, N, V);
  // Rows that stay in L2 while a stretch of the vocabulary streams by. How long a stretch is changes last bits, so it
  // does not depend on the threads.
  constexpr int64_t kMost = 8 * NR, kStretch = 8192 / NR;
  int64_t chunk = ceil_div(ceil_div(N, threads()), NR) * NR;
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
    rows_times_panels(A, B, begin, end, first, last, [&](int64_t m, int64_t n0, vf c0, vf c1) {
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
// Of N rows; dwte is added to, or with `first` written.
template <class P>
static void token_nll_rows_backward(const float* dnll, const float* x, const float* wte, const int32_t* targets, const float* lse, float* activations, float* dx, float* dwte, int64_t N, int64_t C, int64_t V, float inverse, bool first) {
  using Word = typename P::Word;
  Scratch scratch;
  Cutter cut(activations);
  const NllActivations<P> kept(cut, N, V);
  const int64_t blocks = ceil_div(N, NR), columns = ceil_div(C, NR), tokens = P::words(N), words = P::words(V);
  const Word* W = packed_weight<P>(wte, C, false, V, C);
  Word* X = scratch.take<Word>(b_size<P>(N, C));
  pack_b<P>(x, C, false, N, C, X);

  // put(r, first, second) for the rows of a block, with the gradients of their logits in a panel.
  const auto gradients = [&](int64_t block, int64_t panel, auto&& put) {
    const int64_t part = kept.part(block, panel), m0 = block * NR, rows = N - m0 < NR ? N - m0 : NR;
    const Word* exponentials = kept.exponentials + part * P::kSquare;
    float scale[NR];
    for (int64_t r = 0; r < rows; r += VF) {
      const int left = static_cast<int>(rows - r);
      store(scale + r, exp(load_n(kept.tops + part * NR + r, left) - load_n(lse + m0 + r, left)) * load_n(dnll + m0 + r, left) * inverse);
    }
    for (int64_t r = 0; r < rows; r++) {
      const int64_t t = targets[m0 + r] - panel * NR;
      vf d0, d1;
      P::kept(P::load_kept(exponentials + r * P::kLine), d0, d1);
      d0 *= scale[r];
      d1 *= scale[r];
      if (t >= 0 && t < VF) d0[t] -= dnll[m0 + r] * inverse;
      else if (t >= VF && t < NR) d1[t - VF] -= dnll[m0 + r] * inverse;
      put(r, d0, d1);
    }
  };
  // Strips are added to rows of `out` (., C), or written where there is nothing yet.
  const auto added = [C](float* out, bool onto) {
    return [=](const Strip& strip, int64_t from, int64_t to) {
      const int64_t left = C - strip.n0;
      for (int64_t r = from; r < to; r++) {
        float* at = out + (strip.m0 + r) * C + strip.n0;
        vf s0{}, s1{};
        if (onto) load_two(at, left, s0, s1);
        store_two(at, left, s0 + load(strip.data + r * NR), s1 + load(strip.data + r * NR + VF));
      }
    };
  };

  // dx of some rows: a stretch of the vocabulary at a time, since its gradients wait in L2. The more rows the
  // better, since each time the whole of wte streams by, but each thread should find two such tasks.
  const int64_t most_rows = N >= 4 * kRowChunk * threads() ? 2 * kRowChunk : kRowChunk;
  constexpr int64_t kStretch = 2 * kRowsInCache.depth / P::kLine;
  const auto rows_gradient = [&](int64_t m0) {
    Scratch local;
    const int64_t rows = N - m0 < most_rows ? N - m0 : most_rows, here = ceil_div(rows, NR);
    Word* by_rows = local.take<Word>(most_rows * kStretch * P::kLine);
    for (int64_t p0 = 0; p0 < kept.panels; p0 += kStretch) {
      const int64_t width = kept.panels - p0 < kStretch ? kept.panels - p0 : kStretch, K = width * P::kLine;
      for (int64_t b = 0; b < here; b++)
        for (int64_t p = 0; p < width; p++) {
          Word* square = by_rows + b * NR * K + p * P::kSquare;
          gradients(m0 / NR + b, p0 + p, [&](int64_t r, vf d0, vf d1) { P::put_line(square + r * P::kLine, d0, d1); });
        }
      auto done = added(dx + m0 * C, p0 > 0);
      gemm_part(kRowsInCache, AMatrix<P>{by_rows, K}, W + p0 * P::kSquare, words, rows, 0, here, 0, columns, done);
    }
  };
  // dwte of some words: so many that their gradients stay in L2 while x streams by.
  int64_t group = (int64_t{1} << 18) / (NR * (tokens > 0 ? tokens : 1));
  group = group < 1 ? 1 : group > 8 ? 8 : group;
  const auto words_gradient = [&](int64_t p0) {
    Scratch local;
    const int64_t here = kept.panels - p0 < group ? kept.panels - p0 : group, v0 = p0 * NR, width = V - v0 < here * NR ? V - v0 : here * NR;
    Word* by_columns = local.take<Word>(here * NR * tokens);
    for (int64_t p = 0; p < here; p++)
      for (int64_t b = 0; b < blocks; b++)
        columns_square<P>(N - b * NR < NR ? N - b * NR : NR, by_columns + p * NR * tokens + b * P::kSquare, [&](auto&& put) { gradients(b, p0 + p, put); });
    const auto product = [&](auto&& done) { gemm_part(kRowsInCache, AMatrix<P>{by_columns, tokens, P::kTurned}, X, tokens, width, 0, here, 0, columns, done); };
    if (first) product(rows_away(dwte + v0 * C, C));
    else product(added(dwte + v0 * C, true));
  };

  // The largest tasks first.
  const int64_t chunks = ceil_div(N, most_rows), groups = ceil_div(kept.panels, group);
  parallel(chunks + groups, [&](int64_t task) {
    if (task < chunks) rows_gradient(task * most_rows);
    else words_gradient((task - chunks) * group);
  });
}

template <class P>
static void token_nll_backward(const float* dnll, const float* x, const float* wte, const int32_t* targets, const float* lse, float* activations, float* dx, float* dwte, int64_t N, int64_t C, int64_t V, float temperature) {
  const float inverse = 1.0f / temperature;
  if (activations != nullptr) return token_nll_rows_backward<P>(dnll, x, wte, targets, lse, activations, dx, dwte, N, C, V, inverse, true);
  const int64_t some = kMostLogits<P> / V / NR * NR, most = some < NR ? NR : some;
  for (int64_t begin = 0; begin == 0 || begin < N; begin += most) {
    Scratch scratch;
    const int64_t rows = N - begin < most ? N - begin : most;
    Cutter cut(nullptr);
    NllActivations<P>(cut, rows, V);
    float *made = scratch.take<float>(cut.floats()), *unused = scratch.take<float>(4 * rows);
    token_nll_forward<P>(x + begin * C, wte, targets + begin, unused, unused + rows, unused + 2 * rows, unused + 3 * rows, made, rows, C, V, temperature);
    token_nll_rows_backward<P>(dnll + begin, x + begin * C, wte, targets + begin, lse + begin, made, dx + begin * C, dwte, rows, C, V, inverse, begin == 0);
  }
}
