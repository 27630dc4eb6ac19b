// The gradient of token_nll.h in tiles. The forward pass keeps e^(z - top) of every logit in bfloat16, which
// saves a third of the gradient's products and all of its exponentials; of more logits than kMostLogits, they are
// made again for some rows at a time.
constexpr int64_t kMostLogits = int64_t{1} << 27;  // 256 MiB

template <>
struct NllActivations<TiledBFloat16> {
  int64_t panels;
  uint32_t* exponentials;  // [N/32][V/32][32][16]: by blocks of rows and panels, each word a column and the 16th after it
  float* tops;             // [N/32][V/32][32]: the largest logit of the row up to that panel
  NllActivations(Cutter& cut, int64_t N, int64_t V) : panels(ceil_div(V, NR)) {
    const int64_t parts = ceil_div(N, kBlock) * panels;
    exponentials = cut.take<uint32_t>(parts * kBlock * kTile);
    tops = cut.take<float>(parts * kBlock);
  }
  int64_t part(int64_t block, int64_t panel) const { return block * panels + panel; }
  void put(int64_t m, int64_t n0, float top, vf e0, vf e1) const {
    const int64_t row = part(m / kBlock, n0 / NR) * kBlock + m % kBlock;
    store(exponentials + row * kTile, bf16_pair(e0, e1));
    tops[row] = top;
  }
};
template <>
int64_t token_nll_activations<TiledBFloat16>(int64_t N, int64_t V) {
  if (N * V > kMostLogits) return 0;
  Cutter cut(nullptr);
  NllActivations<TiledBFloat16>(cut, N, V);
  return cut.floats();
}

// The gradient of N rows; dwte is added to, or with `first` written.
static void token_nll_rows_backward(const float* dnll, const float* x, const float* wte, const int32_t* targets, const float* lse, float* activations, float* dx, float* dwte, int64_t N, int64_t C, int64_t V, float inverse, bool first) {
  Scratch scratch;
  Cutter cut(activations);
  const NllActivations<TiledBFloat16> kept(cut, N, V);
  const int64_t blocks = ceil_div(N, kBlock), columns = ceil_div(C, NR), tokens = TiledBFloat16::elements(N), words = TiledBFloat16::elements(V);
  const TilePair* W = packed_weight<TiledBFloat16>(wte, C, false, V, C);
  TilePair* X = scratch.take<TilePair>(packed_b_size<TiledBFloat16>(N, C));
  pack_b<TiledBFloat16>(x, C, false, N, C, X);

  // put(r, first, second) for the rows of a block, with the gradients of their logits in a panel.
  const auto gradients = [&](int64_t block, int64_t panel, auto&& put) {
    const int64_t part = kept.part(block, panel), m0 = block * kBlock, rows = N - m0 < kBlock ? N - m0 : kBlock;
    const uint32_t* exponentials = kept.exponentials + part * kBlock * kTile;
    float scale[kBlock];
    for (int64_t r = 0; r < rows; r += VF) {
      const int left = static_cast<int>(rows - r);
      store(scale + r, exp(load_n(kept.tops + part * kBlock + r, left) - load_n(lse + m0 + r, left)) * load_n(dnll + m0 + r, left) * inverse);
    }
    for (int64_t r = 0; r < rows; r++) {
      const int64_t t = targets[m0 + r] - panel * NR;
      vf d0, d1;
      unzip_words(load(exponentials + r * kTile), d0, d1);
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
  constexpr int64_t kStretch = 2 * kRowsInCache.depth / kTile;
  const auto rows_gradient = [&](int64_t m0) {
    Scratch local;
    const int64_t rows = N - m0 < most_rows ? N - m0 : most_rows, here = ceil_div(rows, kBlock);
    uint32_t* by_rows = local.take<uint32_t>(most_rows * kStretch * kTile);
    for (int64_t p0 = 0; p0 < kept.panels; p0 += kStretch) {
      const int64_t width = kept.panels - p0 < kStretch ? kept.panels - p0 : kStretch, K = width * kTile;
      for (int64_t b = 0; b < here; b++)
        for (int64_t p = 0; p < width; p++) {
          uint32_t* tile = by_rows + (b * K + p * kTile) * kBlock;
          gradients(m0 / kBlock + b, p0 + p, [&](int64_t r, vf d0, vf d1) { store(tile + r * kTile, bf16_words(d0, d1)); });
        }
      auto done = added(dx + m0 * C, p0 > 0);
      gemm_part(kRowsInCache, AMatrix<TilePair>{reinterpret_cast<TilePair*>(by_rows), kBlock, K}, W + p0 * kTile * NR, words, rows, 0, here, 0, columns, done);
    }
  };
  // dwte of some words: so many that their gradients stay in L2 while x streams by.
  int64_t group = (int64_t{1} << 18) / (kBlock * (tokens > 0 ? tokens : 1));
  group = group < 1 ? 1 : group > 8 ? 8 : group;
  const auto words_gradient = [&](int64_t p0) {
    Scratch local;
    const int64_t here = kept.panels - p0 < group ? kept.panels - p0 : group, v0 = p0 * NR, width = V - v0 < here * NR ? V - v0 : here * NR;
    uint32_t* by_columns = local.take<uint32_t>(here * kBlock * tokens);
    for (int64_t p = 0; p < here; p++)
      for (int64_t b = 0; b < blocks; b++)
        columns_block(N - b * kBlock < kBlock ? N - b * kBlock : kBlock, by_columns + (p * tokens + b * kTile) * kBlock, [&](auto&& put) { gradients(b, p0 + p, put); });
    const auto product = [&](auto&& done) { gemm_part(kRowsInCache, AMatrix<TilePair>{reinterpret_cast<TilePair*>(by_columns), kBlock, tokens}, X, tokens, width, 0, here, 0, columns, done); };
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

template <>
void token_nll_backward<TiledBFloat16>(const float* dnll, const float* x, const float* wte, const int32_t* targets, const float* lse, float* activations, float* dx, float* dwte, int64_t N, int64_t C, int64_t V, float temperature) {
  const float inverse = 1.0f / temperature;
  if (activations != nullptr) return token_nll_rows_backward(dnll, x, wte, targets, lse, activations, dx, dwte, N, C, V, inverse, true);
  const int64_t some = kMostLogits / V / kBlock * kBlock, most = some < kBlock ? kBlock : some;
  for (int64_t begin = 0; begin == 0 || begin < N; begin += most) {
    Scratch scratch;
    const int64_t rows = N - begin < most ? N - begin : most;
    Cutter cut(nullptr);
    NllActivations<TiledBFloat16>(cut, rows, V);
    float *made = scratch.take<float>(cut.floats()), *unused = scratch.take<float>(4 * rows);
    token_nll_forward<TiledBFloat16>(x + begin * C, wte, targets + begin, unused, unused + rows, unused + 2 * rows, unused + 3 * rows, made, rows, C, V, temperature);
    token_nll_rows_backward(dnll + begin, x + begin * C, wte, targets + begin, lse + begin, made, dx + begin * C, dwte, rows, C, V, inverse, begin == 0);
  }
}
