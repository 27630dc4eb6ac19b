// The block of block.h for products of bfloat16 in tiles. Between products numbers are bfloat16 and lie as the next product
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

// What is kept in bfloat16 two columns to a word, has a column and the 16th after it in each.
template <>
struct BlockActivations<TiledBFloat16> {
  float *rstd_1, *rstd_2, *lse;
  uint32_t *hat_1, *hat_2;  // rows after a layer norm, its weight and bias left out, (M, C) and (kept, C)
  Rows<bf16> qkv, heads;    // (M, 3C), (M, C)
  uint32_t* pre;            // before GELU, (kept, I) in the order of blocks of A
  BlockActivations(Cutter& cut, const BlockShape& s) {
    rstd_1 = cut.take<float>(s.M());
    rstd_2 = cut.take<float>(s.kept());
    lse = cut.take<float>(s.M() * s.heads);
    hat_1 = cut.take<uint32_t>(s.M() * TiledBFloat16::elements(s.C));
    hat_2 = cut.take<uint32_t>(s.kept() * TiledBFloat16::elements(s.C));
    qkv = head_rows(s, cut.take<bf16>(s.M() * 3 * s.C), 3 * s.C);
    heads = head_rows(s, cut.take<bf16>(s.M() * s.C), s.C);
    pre = cut.take<uint32_t>(ceil_div(s.kept(), kBlock) * kBlock * TiledBFloat16::elements(s.I));
  }
};

// A matrix of some rows in blocks of A, all kBlock high.
struct OperandRows {
  uint32_t* data;
  int64_t K;
  OperandRows(uint32_t* words, int64_t pairs) : data(words), K(pairs) {}
  OperandRows(Scratch& scratch, int64_t width, int64_t rows = kMostRows) : K(TiledBFloat16::elements(width)) { data = scratch.take<uint32_t>(ceil_div(rows, kBlock) * kBlock * K); }
  // From row m, a multiple of kTile, on; where it is within a block, up to the block's end.
  OperandRows from(int64_t m) const { return {at(m, 0), K}; }
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

// Rows of x (rows, C) after their layer norm, as blocks of A. With `hat`, what of it is kept. `far`: x is not in L2.
static void normal_rows(const float* x, bool far, int64_t rows, int64_t C, const float* weight, const float* bias, float epsilon, float* rstd, uint32_t* hat, const OperandRows& out) {
  for (int64_t m = 0; m < rows; m++) {
    const float* row = x + m * C;
    for (int64_t c = 0; far && c < C; c += VF) prefetch(row + 4 * C + c);
    float mean;
    row_moments(row, C, epsilon, mean, rstd[m]);
    for (int64_t c = 0; c < C; c += NR) {
      vf x0, x1, w0, w1, b0, b1;
      load_two(row + c, C - c, x0, x1);
      load_two(weight + c, C - c, w0, w1);
      load_two(bias + c, C - c, b0, b1);
      x0 = (x0 - mean) * rstd[m];
      x1 = (x1 - mean) * rstd[m];
      if (hat != nullptr) store_away(hat + m * TiledBFloat16::elements(C) + c / 2, bf16_pair(x0, x1));
      store(out.at(m, c), bf16_words(x0 * w0 + b0, x1 * w1 + b1));
    }
  }
}

// The columns of `rows`, up to kBlock, of a matrix (M, C) as blocks of A (C, M): their part `step` along M.
// Of 32 columns from c on, values(c, put) calls put(row, first, second) for every row, in their order.
template <class Values>
static void columns_of_rows(int64_t rows, int64_t C, int64_t M, int64_t step, Values&& values, TilePair* out) {
  const int64_t along = TiledBFloat16::elements(M);
  uint32_t* tile = reinterpret_cast<uint32_t*>(out) + step * kBlock * kTile;
  for (int64_t c = 0; c < C; c += NR, tile += kBlock * along) columns_block<true>(rows, tile, [&](auto&& put) { values(c, put); });
}
static int64_t column_blocks(int64_t C, int64_t M) { return ceil_div(C, kBlock) * kBlock * TiledBFloat16::elements(M); }

// `rows` kept rows from `begin` on of what attention wrote: where they lie, or copied.
static TileRows<bf16> kept_heads(Scratch& scratch, const BlockShape& s, const Rows<bf16>& all, int64_t begin, int64_t rows) {
  if (s.whole()) return {all.from(begin, 0), rows, s.C};
  const Rows<bf16> copy = head_rows(s, scratch.take<bf16>(ceil_div(rows, kBlock) * kBlock * s.C), s.C);
  for (int64_t r = 0; r < rows; r++) copy_row(all, s.row(begin + r), copy, r, s.C);
  return {copy, rows, s.C};
}

// What stands between the parts of a forward pass beside the activations: nothing.
struct NoWork {
  NoWork(Scratch&, const BlockShape&, int64_t, int64_t) {}
};
