// The block of block.h in AMX tiles. Between products numbers are bfloat16 and lie as the next product
// reads them; only the residual stream stays float32. Everything that goes row by row is done for
// some at a time, which stay in L2 from the first product to the last; attention goes by heads
// in between. The backward pass leaves all gradients and inputs behind as operands of the weights' gradients,
// which come last. What attention reads and writes is made of blocks too, where heads and texts begin with one.
//
// Of numbers 32 x 32 there are three forms, each of 2 KiB: a block of A of its rows, of its columns
// (what is transposed), and its place in panels of B.

// Rows of a chunk, and the most: more where the weights come from L3 each time, since they do not stay in L2.
constexpr int64_t kMostRows = 256;
static int64_t chunk_rows(const BlockShape& s) { return s.C < 320 ? kMostRows / 2 : kMostRows; }

// In blocks, which are operands of products as they are, where heads and texts begin with one.
static Rows<bf16> head_rows(const BlockShape& s, bf16* data, int64_t width) {
  const bool blocks = s.C / s.heads % NR == 0 && s.T % kBlock == 0;
  return blocks ? Rows<bf16>::in_blocks(data, width) : Rows<bf16>::plain(data, width);
}

template <>
struct BlockActivations<AmxBFloat16> {
  float *mean_1, *rstd_1, *lse, *middle, *mean_2, *rstd_2;
  Rows<bf16> qkv, heads;  // (M, 3C), (M, C)
  uint32_t* pre;      // before GELU, (kept, I) in the order of blocks of A; each word a column and the 16th after it
  BlockActivations(Cutter& cut, const BlockShape& s) {
    for (float** row : {&mean_1, &rstd_1}) *row = cut.take<float>(s.M());
    for (float** row : {&mean_2, &rstd_2}) *row = cut.take<float>(s.kept());
    lse = cut.take<float>(s.M() * s.heads);
    middle = cut.take<float>(s.kept() * s.C);
    qkv = head_rows(s, cut.take<bf16>(s.M() * 3 * s.C), 3 * s.C);
    heads = head_rows(s, cut.take<bf16>(s.M() * s.C), s.C);
    pre = cut.take<uint32_t>(ceil_div(s.kept(), kBlock) * kBlock * AmxBFloat16::elements(s.I));
  }
};

// A matrix of some rows in blocks of A, all kBlock high, of this task's own.
struct LocalRows {
  uint32_t* data;
  int64_t K;
  LocalRows(Scratch& scratch, int64_t width) : data(scratch.take<uint32_t>(size(width))), K(AmxBFloat16::elements(width)) {}
  static int64_t size(int64_t width) { return kMostRows * AmxBFloat16::elements(width); }
  AMatrix<TilePair> matrix() const { return {reinterpret_cast<const TilePair*>(data), kBlock, K}; }
  // The words of row m from column n, a multiple of NR, on.
  uint32_t* at(int64_t m, int64_t n) const { return data + m / kBlock * kBlock * K + n / 2 * kBlock + m % kBlock * kTile; }
};

// Into L2, what the next strip will read or write: waiting for a line of memory costs as much as a strip's product.
static inline void prefetch(const void* p) { __builtin_prefetch(p, 0, 2); }
static inline void prefetch_two(const void* p) {
  prefetch(p);
  prefetch(static_cast<const char*>(p) + 64);
}

// All panels of B times the rows of a chunk; done(strip, from, to) gets strips, their rows counted in the chunk.
template <class Done>
static void times_panels(const AMatrix<TilePair>& A, int64_t rows, const TilePair* B, int64_t N, Done&& done) {
  gemm_part(kRowsInCache, A, B, A.K, rows, 0, ceil_div(rows, kBlock), 0, ceil_div(N, NR), done);
}

// A layer norm's output two vectors at a time.
static inline void normal_two(const float* x, int64_t left, const float* weight, const float* bias, float mean, float rstd, vf& first, vf& second) {
  vf w0, w1, b0, b1;
  load_two(x, left, first, second);
  load_two(weight, left, w0, w1);
  load_two(bias, left, b0, b1);
  first = (first - mean) * rstd * w0 + b0;
  second = (second - mean) * rstd * w1 + b1;
}

// Rows of x (rows, C) after their layer norm, as blocks of A; their moments. `far`: x is not in L2.
static void normal_rows(const float* x, bool far, int64_t rows, int64_t C, const float* weight, const float* bias, float epsilon, float* mean, float* rstd, const LocalRows& out) {
  for (int64_t m = 0; m < rows; m++) {
    const float* row = x + m * C;
    for (int64_t c = 0; far && c < C; c += VF) prefetch(row + 4 * C + c);
    row_moments(row, C, epsilon, mean[m], rstd[m]);
    for (int64_t c = 0; c < C; c += NR) {
      vf a, b;
      normal_two(row + c, C - c, weight + c, bias + c, mean[m], rstd[m], a, b);
      store(out.at(m, c), bf16_words(a, b));
    }
  }
}

// The columns of `rows`, up to kBlock, of a matrix (M, C) as blocks of A (C, M): their part `step` along M.
// Of 32 columns from c on, values(c, put) calls put(row, first, second) for every row, in their order.
template <class Values>
static void columns_of_rows(int64_t rows, int64_t C, int64_t M, int64_t step, Values&& values, TilePair* out) {
  const int64_t along = AmxBFloat16::elements(M);
  uint32_t* tile = reinterpret_cast<uint32_t*>(out) + step * kBlock * kTile;
  for (int64_t c = 0; c < C; c += NR, tile += kBlock * along) columns_block(rows, tile, [&](auto&& put) { values(c, put); });
}
static int64_t column_blocks(int64_t C, int64_t M) { return ceil_div(C, kBlock) * kBlock * AmxBFloat16::elements(M); }

// before(work, chunk, begin, rows) for every chunk of `rows_before` rows, attend(work, task) for every head of every
// text, after(work, chunk, begin, rows) for every chunk of `rows_after`: text by text, so that one thread finds in its L2
// what it wrote there itself, where that shares the texts evenly and chunks end where texts do. Work(scratch, shape,
// first, rows) holds what stands between the three of some rows. Which way it is changes nothing in what is computed.
template <class Work, class Before, class Attend, class After>
static void by_texts(const BlockShape& s, int64_t rows_before, int64_t rows_after, Before&& before, Attend&& attend, After&& after) {
  const int64_t most = chunk_rows(s);
  const auto each_chunk = [&](const Work& work, int64_t first, int64_t end, int64_t rows, auto&& f) {
    for (int64_t i = first; i < end; i++) f(work, i, i * most, rows - i * most < most ? rows - i * most : most);
  };
  int64_t texts = 1;  // whose rows are whole chunks
  while (texts * s.T % most != 0) texts *= 2;
  const int64_t groups = s.B / texts, group_rows = texts * s.T;
  Scratch scratch;
  if (s.whole() && texts <= 8 && s.B % texts == 0 && (groups % threads() == 0 || groups >= 4 * threads())) {
    return parallel(groups, [&](int64_t group) {
      Scratch local;
      const Work work(local, s, group * group_rows, group_rows);
      const int64_t first = group * group_rows / most, end = first + group_rows / most;
      each_chunk(work, first, end, rows_before, before);
      for (int64_t task = group * texts * s.heads; task < (group + 1) * texts * s.heads; task++) attend(work, task);
      each_chunk(work, first, end, rows_after, after);
    });
  }
  const Work work(scratch, s, 0, s.M());
  parallel(ceil_div(rows_before, most), [&](int64_t i) { each_chunk(work, i, i + 1, rows_before, before); });
  parallel(s.B * s.heads, [&](int64_t task) { attend(work, task); });
  parallel(ceil_div(rows_after, most), [&](int64_t i) { each_chunk(work, i, i + 1, rows_after, after); });
}
struct NoWork {
  NoWork(Scratch&, const BlockShape&, int64_t, int64_t) {}
};
// Gradients between the two halves of the backward pass, of the rows from `first` on.
struct GradientWork {
  int64_t first;
  Rows<bf16> heads, qkv;
  float* middle;
  GradientWork(Scratch& scratch, const BlockShape& s, int64_t first_row, int64_t rows)
      : first(first_row), heads(head_rows(s, scratch.take<bf16>(rows * s.C), s.C)), qkv(head_rows(s, scratch.take<bf16>(rows * 3 * s.C), 3 * s.C)), middle(scratch.take<float>(rows * s.C)) {
    if (s.whole()) return;
    // Of rows that are not kept there is no gradient from beyond attention.
    __builtin_memset(heads.data, 0, sizeof(bf16) * static_cast<size_t>(rows * s.C));
    __builtin_memset(middle, 0, sizeof(float) * static_cast<size_t>(rows * s.C));
  }
};

// `rows` kept rows from `begin` on of what attention wrote: where they lie, or copied.
static TileRows<bf16> kept_heads(Scratch& scratch, const BlockShape& s, const Rows<bf16>& all, int64_t begin, int64_t rows) {
  if (s.whole()) return {all.from(begin, 0), rows, s.C};
  const Rows<bf16> copy = head_rows(s, scratch.take<bf16>(ceil_div(rows, kBlock) * kBlock * s.C), s.C);
  for (int64_t r = 0; r < rows; r++) copy_row(all, s.row(begin + r), copy, r, s.C);
  return {copy, rows, s.C};
}

template <>
void block_forward<AmxBFloat16>(const BlockShape& s, const BlockParameters& w, const float* x, const int32_t* start, float* y, float* activations, float epsilon) {
  Scratch scratch;
  Cutter cut(activations != nullptr ? activations : scratch.take<float>(block_activations<AmxBFloat16>(s)));
  const BlockActivations<AmxBFloat16> a(cut, s);
  const int64_t C = s.C, I = s.I, inner_words = AmxBFloat16::elements(I);
  const auto weight = [](const float* matrix, int64_t K, int64_t N) { return packed_weight<AmxBFloat16>(matrix, N, false, K, N); };
  const TilePair *c_attn = weight(w.c_attn_weight, C, 3 * C), *c_proj = weight(w.attn_c_proj_weight, C, C), *c_fc = weight(w.c_fc_weight, C, I), *mlp_c_proj = weight(w.mlp_c_proj_weight, I, C);

  const auto before = [&](const NoWork&, int64_t, int64_t begin, int64_t rows) {
    Scratch local;
    const LocalRows normal(local, C);
    normal_rows(x + begin * C, true, rows, C, w.ln_1_weight, w.ln_1_bias, epsilon, a.mean_1 + begin, a.rstd_1 + begin, normal);
    times_panels(normal.matrix(), rows, c_attn, 3 * C, [&](const Strip& strip, int64_t from, int64_t to) {
      const int64_t n = strip.n0, left = 3 * C - n;
      bf16* out = a.qkv.at(begin + strip.m0, n);
      vf b0, b1;
      load_two(w.c_attn_bias + n, left, b0, b1);
      for (int64_t r = from; r < to; r++) {
        prefetch(out + r * a.qkv.row + a.qkv.column);
        store_two(out + r * a.qkv.row, left, load(strip.data + r * NR) + b0, load(strip.data + r * NR + VF) + b1);
      }
    });
  };
  const auto attend = [&](const NoWork&, int64_t task) { attend_forward<AmxBFloat16, bf16>(task, a.qkv, start, a.heads, a.lse, s.T, C, s.heads); };
  const auto after = [&](const NoWork&, int64_t, int64_t begin, int64_t rows) {
    Scratch local;
    const LocalRows narrow(local, C), inner(local, I);
    float* middle = a.middle + begin * C;
    const int64_t room = s.whole() ? 0 : rows * C;
    const float* x_here = kept_rows(s, x, begin, rows, local.take<float>(room));
    const auto residual = [&](const float* bias, const float* before, float* after) {
      return [=](const Strip& strip, int64_t from, int64_t to) {
        const int64_t n = strip.n0, left = C - n;
        vf b0, b1, x0, x1;
        load_two(bias + n, left, b0, b1);
        for (int64_t r = from; r < to; r++) {
          const int64_t at = (strip.m0 + r) * C + n;
          prefetch_two(before + at + NR);
          prefetch_two(after + at + NR);
          load_two(before + at, left, x0, x1);
          store_two(after + at, left, load(strip.data + r * NR) + b0 + x0, load(strip.data + r * NR + VF) + b1 + x1);
        }
      };
    };
    times_panels(kept_heads(local, s, a.heads, begin, rows).matrix(local), rows, c_proj, C, residual(w.attn_c_proj_bias, x_here, middle));
    normal_rows(middle, false, rows, C, w.ln_2_weight, w.ln_2_bias, epsilon, a.mean_2 + begin, a.rstd_2 + begin, narrow);
    times_panels(narrow.matrix(), rows, c_fc, I, [&](const Strip& strip, int64_t from, int64_t to) {
      const int64_t n = strip.n0;
      uint32_t *pre = a.pre + (begin + strip.m0) * inner_words + n / 2 * kBlock, *out = inner.at(strip.m0, n);
      vf b0, b1, p0, p1;
      load_two(w.c_fc_bias + n, I - n, b0, b1);
      for (int64_t r = from; r < to; r++) {
        // Rounded first, so that the backward pass finds the very numbers.
        const vu words = bf16_pair(load(strip.data + r * NR) + b0, load(strip.data + r * NR + VF) + b1);
        if (activations != nullptr) store_away(pre + r * kTile, words);
        unzip_words(words, p0, p1);
        store(out + r * kTile, bf16_words(gelu_for_bf16(p0), gelu_for_bf16(p1)));
      }
    });
    times_panels(inner.matrix(), rows, mlp_c_proj, C, residual(w.mlp_c_proj_bias, middle, y + begin * C));
  };
  by_texts<NoWork>(s, s.M(), s.kept(), before, attend, after);
}

// A gradient of a product's output (M, N) as what the weight's gradient needs of it: its panels, and sums by chunk.
struct OutputGradient {
  int64_t M, chunks;
  TilePair* panels;
  float* sums;
  OutputGradient(Scratch& scratch, int64_t rows, int64_t N, int64_t most) : M(rows), chunks(ceil_div(rows, most)), panels(scratch.take<TilePair>(packed_b_size<AmxBFloat16>(M, N))), sums(scratch.take<float>(chunks * N)) { fill_panels(M, N, panels); }
};

template <>
void block_backward<AmxBFloat16>(const BlockShape& s, const BlockParameters& w, const float* dy, const float* x, const int32_t* start, float* activations, float* dx, const BlockParameters& d) {
  Scratch scratch;
  Cutter cut(activations);
  const BlockActivations<AmxBFloat16> a(cut, s);
  const int64_t M = s.M(), kept = s.kept(), C = s.C, I = s.I, most = chunk_rows(s), inner_words = AmxBFloat16::elements(I), along = AmxBFloat16::elements(kept);
  // Of a product's output back to its input.
  const auto transposed = [](const float* matrix, int64_t K, int64_t N) { return packed_weight<AmxBFloat16>(matrix, N, true, N, K); };
  const TilePair *c_attn = transposed(w.c_attn_weight, C, 3 * C), *c_proj = transposed(w.attn_c_proj_weight, C, C), *c_fc = transposed(w.c_fc_weight, C, I), *mlp_c_proj = transposed(w.mlp_c_proj_weight, I, C);
  const OutputGradient of_qkv(scratch, M, 3 * C, most), of_middle(scratch, kept, C, most), of_pre(scratch, kept, I, most), of_y(scratch, kept, C, most);
  const auto columns = [&](int64_t width, int64_t rows) { return scratch.take<TilePair>(column_blocks(width, rows)); };
  TilePair *normal_1 = columns(C, M), *heads = columns(C, kept), *normal_2 = columns(C, kept), *inner = columns(I, kept);
  float* of_norms[4];  // LN1's weight and bias, LN2's: sums by chunk
  for (int i = 0; i < 4; i++) of_norms[i] = scratch.take<float>((i < 2 ? of_qkv : of_y).chunks * C);

  // Of a layer norm of `all` rows those from `begin` on: the gradient of its input, and its output as columns. dnormal, residual and out begin there.
  const auto norm_backward = [&](int64_t all, int64_t chunk, int64_t begin, int64_t rows, const float* dnormal, const float* in, const float* weight, const float* bias, const float* mean, const float* rstd, const float* residual, float* out, float* const* sums, TilePair* normal) {
    float *dweight = sums[0] + chunk * C, *dbias = sums[1] + chunk * C;
    for (float* sum : {dweight, dbias}) __builtin_memset(sum, 0, sizeof(float) * static_cast<size_t>(C));
    for (int64_t r0 = 0; r0 < rows; r0 += kBlock) {
      const int64_t height = rows - r0 < kBlock ? rows - r0 : kBlock, first = begin + r0;
      for (int64_t r = 0; r < height; r++) {
        const int64_t m = first + r;
        for (int64_t c = 0; c < C; c += VF) {
          prefetch(in + (m + 4) * C + c);
          prefetch(residual + (r0 + r + 4) * C + c);
          prefetch(out + (r0 + r + 4) * C + c);
        }
        layer_norm_row_gradient(dnormal + (r0 + r) * C, in + m * C, weight, mean[m], rstd[m], residual + (r0 + r) * C, out + (r0 + r) * C, C);
      }
      columns_of_rows(height, C, all, first / kBlock, [&](int64_t c, auto&& put) {
        const int64_t left = C - c;
        vf w0, w1, b0, b1, dw0, dw1, db0, db1;
        load_two(weight + c, left, w0, w1);
        load_two(bias + c, left, b0, b1);
        load_two(dweight + c, left, dw0, dw1);
        load_two(dbias + c, left, db0, db1);
        for (int64_t r = 0; r < height; r++) {
          vf x0, x1, g0, g1;
          load_two(in + (first + r) * C + c, left, x0, x1);
          load_two(dnormal + (r0 + r) * C + c, left, g0, g1);
          x0 = (x0 - mean[first + r]) * rstd[first + r];
          x1 = (x1 - mean[first + r]) * rstd[first + r];
          dw0 += g0 * x0;
          dw1 += g1 * x1;
          db0 += g0;
          db1 += g1;
          put(r, x0 * w0 + b0, x1 * w1 + b1);
        }
        store_two(dweight + c, left, dw0, dw1);
        store_two(dbias + c, left, db0, db1);
      }, normal);
    }
  };
  const auto into = [&](const auto& out) {
    return [out, C](const Strip& strip, int64_t from, int64_t to) {
      auto* at = out.at(strip.m0, strip.n0);
      for (int64_t r = from; r < to; r++) {
        prefetch_two(at + r * out.row + out.column);
        store_two(at + r * out.row, C - strip.n0, load(strip.data + r * NR), load(strip.data + r * NR + VF));
      }
    };
  };

  const auto before = [&](const GradientWork& work, int64_t chunk, int64_t begin, int64_t rows) {
    Scratch local;
    const LocalRows narrow(local, C), gradient(local, I);
    const int64_t room = s.whole() ? 0 : rows * C;
    float* dnormal = local.take<float>(most * C);
    float* middle = s.whole() ? work.middle + (begin - work.first) * C : local.take<float>(room);
    const Rows<bf16> dheads = s.whole() ? work.heads.from(begin - work.first, 0) : head_rows(s, local.take<bf16>(ceil_div(rows, kBlock) * kBlock * C), C);
    rows_and_panels(begin, begin + rows, kept, C, [&](int64_t m, int64_t n, vf& a0, vf& a1) {
      prefetch_two(dy + m * C + n + NR);
      load_two(dy + m * C + n, C - n, a0, a1);
    }, narrow.data, of_y.panels, of_y.sums + chunk * C);
    float* sums = of_pre.sums + chunk * I;
    __builtin_memset(sums, 0, sizeof(float) * static_cast<size_t>(I));
    vf left[kTile], right[kTile];  // of a strip, until all of its rows are there: GELU's values in pairs of rows
    times_panels(narrow.matrix(), rows, mlp_c_proj, I, [&](const Strip& strip, int64_t from, int64_t to) {
      const int64_t n = strip.n0, step = (begin + strip.m0) / kBlock;
      const uint32_t* pre = a.pre + (begin + strip.m0) * inner_words + n / 2 * kBlock;
      uint32_t *out = gradient.at(strip.m0, n), *panel = reinterpret_cast<uint32_t*>(of_pre.panels) + (n / NR * along + step * kTile) * NR;
      uint32_t* tile = reinterpret_cast<uint32_t*>(inner) + n * along + step * kBlock * kTile;
      vf s0, s1;
      load_two(sums + n, I - n, s0, s1);
      // Of the last rows of all there may be fewer than a strip has: zeros follow.
      const int64_t end = to == strip.rows ? kBlock : to;
      for (int64_t r = from; r < end; r += 2) {
        prefetch_two(tile + along * NR + r / 2 * NR);
        vf g[2][2] = {}, h[2][2] = {};
        for (int64_t odd = 0; odd < 2 && r + odd < strip.rows; odd++) {
          const float* gradients = strip.data + (r + odd) * NR;
          vf p0, p1, g0, g1;
          unzip_words(load(pre + (r + odd) * kTile), p0, p1);
          gelu_for_bf16(p0, h[odd][0], g0);
          gelu_for_bf16(p1, h[odd][1], g1);
          g[odd][0] = load(gradients) * g0;
          g[odd][1] = load(gradients + VF) * g1;
          s0 += g[odd][0];
          s1 += g[odd][1];
          store(out + (r + odd) * kTile, bf16_words(g[odd][0], g[odd][1]));
        }
        store_away(panel + panel_at(r / 2, 0), bf16_pair(g[0][0], g[1][0]));
        store_away(panel + panel_at(r / 2, VF), bf16_pair(g[0][1], g[1][1]));
        left[r / 2] = (vf)bf16_pair(h[0][0], h[1][0]);
        right[r / 2] = (vf)bf16_pair(h[0][1], h[1][1]);
      }
      store_two(sums + n, I - n, s0, s1);
      if (end < kBlock) return;
      put_block(left, right, tile);
    });
    times_panels(gradient.matrix(), rows, c_fc, C, into(Rows<float>::plain(dnormal, C)));
    norm_backward(kept, chunk, begin, rows, dnormal, a.middle, w.ln_2_weight, w.ln_2_bias, a.mean_2, a.rstd_2, dy + begin * C, middle, of_norms + 2, normal_2);
    rows_and_panels(begin, begin + rows, kept, C, [&](int64_t m, int64_t n, vf& a0, vf& a1) { load_two(middle + (m - begin) * C + n, C - n, a0, a1); }, narrow.data, of_middle.panels, of_middle.sums + chunk * C);
    times_panels(narrow.matrix(), rows, c_proj, C, into(dheads));
    const TileRows<bf16> heads_here = kept_heads(local, s, a.heads, begin, rows);
    for (int64_t r = 0; r < rows; r += kBlock)
      for (int64_t c = 0; c < C; c += kBlock) columns_block(heads_here, r, c, reinterpret_cast<uint32_t*>(heads) + c * along + (begin + r) / 2 * kBlock);
    if (s.whole()) return;
    put_kept_rows(s, middle, begin, rows, work.middle);
    for (int64_t r = 0; r < rows; r++) copy_row(dheads, r, work.heads, s.row(begin + r), C);
  };
  const auto attend = [&](const GradientWork& work, int64_t task) { attend_backward<AmxBFloat16, bf16>(task, work.first, work.heads, a.qkv, a.heads, a.lse, start, work.qkv, s.T, C, s.heads); };
  const auto after = [&](const GradientWork& work, int64_t chunk, int64_t begin, int64_t rows) {
    Scratch local;
    const TileRows<bf16> gradient{work.qkv.from(begin - work.first, 0), rows, 3 * C};
    float* dnormal = local.take<float>(most * C);
    put_panels(gradient, begin, M, of_qkv.panels, of_qkv.sums + chunk * 3 * C);
    times_panels(gradient.matrix(local), rows, c_attn, C, into(Rows<float>::plain(dnormal, C)));
    norm_backward(M, chunk, begin, rows, dnormal, x, w.ln_1_weight, w.ln_1_bias, a.mean_1, a.rstd_1, work.middle + (begin - work.first) * C, dx + begin * C, of_norms, normal_1);
  };
  by_texts<GradientWork>(s, kept, M, before, attend, after);

  // The largest first, all in one: no thread waits for the others between them.
  const struct {
    const TilePair* in;
    int64_t K;
    const OutputGradient& out;
    int64_t N;
    float *weight, *bias;
  } products[] = {{inner, I, of_y, C, d.mlp_c_proj_weight, d.mlp_c_proj_bias},
                  {normal_2, C, of_pre, I, d.c_fc_weight, d.c_fc_bias},
                  {normal_1, C, of_qkv, 3 * C, d.c_attn_weight, d.c_attn_bias},
                  {heads, C, of_middle, C, d.attn_c_proj_weight, d.attn_c_proj_bias}};
  const int64_t parts = threads() * 2;
  parallel(4 * parts, [&](int64_t task) {
    const auto& p = products[task / parts];
    auto done = rows_away(p.weight, p.N);
    gemm_share(kRowsInCache, AMatrix<TilePair>{p.in, kBlock, AmxBFloat16::elements(p.out.M)}, p.out.panels, p.K, p.N, task % parts, parts, done);
  });
  for (const auto& p : products) add_chunks(p.out.sums, p.out.chunks, p.N, p.bias);
  float* const of_norm[] = {d.ln_1_weight, d.ln_1_bias, d.ln_2_weight, d.ln_2_bias};
  for (int i = 0; i < 4; i++) add_chunks(of_norms[i], (i < 2 ? of_qkv : of_y).chunks, C, of_norm[i]);
}
