// The bf16 product in AMX tiles: the same `gemm` for operands of their own packing. Included after
// gemm.h, whose M, N, K and epilogues are meant; K counts pairs of bfloat16.
//
// B is packed as for registers, in panels of NR = 32 columns [N/NR][K][NR], K filled up with zeros
// to whole tiles: 16 pairs of one panel are two tiles side by side.
// A is packed in blocks of 32 rows, [M/32][K/16][32][16]: two tiles one after the other. Where there
// are fewer than 32 rows in all, a block is as high as they are.
//
// Two by two tiles of C at a time: tiles 0 to 3 are C, 4 and 5 A, 6 and 7 B. An epilogue never
// reads tiles that were just stored, which would stall: it runs on a strip finished earlier.

enum TilePair : uint32_t {};  // a pair of bfloat16 in an operand packed for tiles

constexpr int64_t kTile = 16;         // rows of a tile, and pairs in each
constexpr int64_t kBlock = 2 * kTile;  // rows of a block of A
static_assert(VF == kTile && NR == 2 * kTile, "a vector is a row of a tile");

template <>
struct AMatrix<TilePair> {
  const TilePair* data;
  int64_t height;  // rows of a block
  int64_t K;
  const uint32_t* block(int64_t b) const { return reinterpret_cast<const uint32_t*>(data) + b * height * K; }
};

// ---- packing

struct AmxBFloat16 {
  using T = TilePair;
  static int64_t elements(int64_t K) { return ceil_div(K, 2 * kTile) * kTile; }
  static void panel(const float* source, int64_t ld, int64_t K, int64_t n0, int64_t N, TilePair* out) {
    BFloat16::panel(source, ld, K, n0, N, reinterpret_cast<uint32_t*>(out));
    fill(K, out);
  }
  static void panel_transposed(const float* source, int64_t ld, int64_t K, int64_t n0, int64_t N, TilePair* out) {
    BFloat16::panel_transposed(source, ld, K, n0, N, reinterpret_cast<uint32_t*>(out));
    fill(K, out);
  }

 private:
  static void fill(int64_t K, TilePair* out) {
    const int64_t pairs = BFloat16::elements(K);
    __builtin_memset(out + pairs * NR, 0, sizeof(TilePair) * static_cast<size_t>((elements(K) - pairs) * NR));
  }
};

static int64_t block_height(int64_t M) { return M < kBlock ? M : kBlock; }
static int64_t tiled_a_size(int64_t M, int64_t K) { return M == 0 ? 0 : ceil_div(M, kBlock) * block_height(M) * AmxBFloat16::elements(K); }

static int64_t rows_a_size(int64_t M, int64_t K, TilePair*) { return tiled_a_size(M, K); }
static AMatrix<TilePair> rows_a(const float* source, int64_t ld, int64_t M, int64_t K, TilePair* out) {
  const int64_t height = block_height(M), pairs = AmxBFloat16::elements(K);
  parallel_ranges(M, M * K < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t m = from; m < to; m++) {
      uint32_t* row = reinterpret_cast<uint32_t*>(out) + m / kBlock * height * pairs + m % kBlock * kTile;
      for (int64_t k = 0; k < K; k += 2 * kTile, row += height * kTile) {
        if (K - k < 2 * kTile) store(row, vu{});
        pair_row(source + m * ld + k, K - k < 2 * kTile ? K - k : 2 * kTile, row);
      }
    }
  });
  return {out, height, pairs};
}

template <>
int64_t columns_a_size<AmxBFloat16>(int64_t M, int64_t K) { return tiled_a_size(M, K); }
template <>
AMatrix<TilePair> columns_a<AmxBFloat16>(const float* source, int64_t ld, int64_t M, int64_t K, TilePair* out) {
  const int64_t height = block_height(M), pairs = AmxBFloat16::elements(K);
  parallel_ranges(ceil_div(M, kTile), M * K < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t m0 = from * kTile; m0 < to * kTile && m0 < M; m0 += kTile) {
      const int rows = static_cast<int>(M - m0 < kTile ? M - m0 : kTile);
      uint32_t* tile = reinterpret_cast<uint32_t*>(out) + m0 / kBlock * height * pairs + m0 % kBlock * kTile;
      for (int64_t k0 = 0; k0 < 2 * pairs; k0 += 2 * kTile, tile += height * kTile) {
        vf t[kTile];
        for (int64_t i = 0; i < kTile; i++) {
          const float* s = source + (k0 + 2 * i) * ld + m0;
          const int64_t left = K - k0 - 2 * i;
          t[i] = (vf)bf16_pair(left > 0 ? load_n(s, rows) : vf{}, left > 1 ? load_n(s + ld, rows) : vf{});
        }
        transpose(t);
        for (int r = 0; r < rows; r++) store(tile + r * kTile, (vu)t[r]);
      }
    }
  });
  return {out, height, pairs};
}

// ---- the product

// The tiles of this thread, in the shape for blocks of some number of rows; given back at the end,
// since a thread that holds tiles makes every switch between threads dearer.
class Tiles {
 public:
  ~Tiles() { if (rows_ != 0) tile_release(); }
  void shape(int64_t rows) {
    if (rows == rows_) return;
    rows_ = rows;
    const int64_t first = rows < kTile ? rows : kTile, second = rows - first;
    TileConfig config;
    for (int i : {0, 1, 4}) config.set(i, first, 64);
    for (int i : {2, 3, 5}) config.set(i, second, 64);
    for (int i : {6, 7}) config.set(i, kTile, 64);
    tile_configure(config);
  }

 private:
  int64_t rows_ = 0;
};

// c (rows, NR) = or, with `add`, += the first `steps` tiles along K of a block of A times a panel of B.
template <bool TWO>
static inline void tiles_product(const uint32_t* a, int64_t height, const uint32_t* b, int64_t steps, bool add, float* c) {
  constexpr int64_t row = NR * sizeof(float), line = kTile * sizeof(uint32_t);
  float* below = c + kTile * NR;
  if (add) {
    tile_load(0, c, row);
    tile_load(1, c + kTile, row);
    if (TWO) {
      tile_load(2, below, row);
      tile_load(3, below + kTile, row);
    }
  } else {
    tile_zero(0);
    tile_zero(1);
    if (TWO) {
      tile_zero(2);
      tile_zero(3);
    }
  }
  for (int64_t s = 0; s < steps; s++, a += height * kTile, b += kTile * NR) {
    tile_load(4, a, line);
    tile_load(6, b, row);
    tile_load(7, b + kTile, row);
    tile_dpbf16ps(0, 4, 6);
    tile_dpbf16ps(1, 4, 7);
    if (TWO) {
      tile_load(5, a + kTile * kTile, line);
      tile_dpbf16ps(2, 5, 6);
      tile_dpbf16ps(3, 5, 7);
    }
  }
  tile_store(0, c, row);
  tile_store(1, c + kTile, row);
  if (TWO) {
    tile_store(2, below, row);
    tile_store(3, below + kTile, row);
  }
}
static inline void tiles_product(Tiles& tiles, int64_t rows, const uint32_t* a, int64_t height, const uint32_t* b, int64_t steps, bool add, float* c) {
  tiles.shape(rows);
  if (rows > kTile) tiles_product<true>(a, height, b, steps, add, c);
  else tiles_product<false>(a, height, b, steps, add, c);
}

// row(m, n0, c0, c1) gets two vectors of C, the columns from n0 on, of every row of a strip.
template <class Row>
static inline void finish(const float* strip, int64_t m0, int64_t rows, int64_t n0, Row& row) {
  for (int64_t r = 0; r < rows; r++) row(m0 + r, n0, load(strip + r * NR), load(strip + r * NR + VF));
}

// Blocks b0 .. b1 of A times panels p0 .. p1 of B, K short enough that a block of A stays in L1: the
// panels stream by from L2, as many at a time as it holds.
template <class Row>
static void gemm_shallow(const AMatrix<TilePair>& A, const uint32_t* B, int64_t M, int64_t b0, int64_t b1, int64_t p0, int64_t p1, Row& row) {
  const int64_t K = A.K, size = K * NR;
  constexpr int64_t kInL2 = int64_t{1} << 18;  // pairs: 1 MiB
  const int64_t stretch = size == 0 || size > kInL2 ? 1 : kInL2 / size;
  Tiles tiles;
  alignas(64) float strips[2][kBlock * NR];
  int64_t made = 0, last_m0 = 0, last_rows = 0, last_n0 = 0;  // the strip that waits to be finished
  for (int64_t p = p0; p < p1; p += stretch) {
    const int64_t end = p + stretch < p1 ? p + stretch : p1;
    for (int64_t b = b0; b < b1; b++) {
      const int64_t m0 = b * kBlock, rows = M - m0 < kBlock ? M - m0 : kBlock;
      for (int64_t q = p; q < end; q++, made++) {
        tiles_product(tiles, rows, A.block(b), A.height, B + q * size, K / kTile, false, strips[made % 2]);
        finish(strips[(made + 1) % 2], last_m0, last_rows, last_n0, row);
        last_m0 = m0;
        last_rows = rows;
        last_n0 = q * NR;
      }
    }
  }
  if (made > 0) finish(strips[(made + 1) % 2], last_m0, last_rows, last_n0, row);
}

// The same for longer K: 256 rows of A stay in L2, a stretch of the panel in L1, and the sums of the
// panel's columns go through a strip, stretch by stretch, while the next panel is fetched.
template <class Row>
static void gemm_deep(const AMatrix<TilePair>& A, const uint32_t* B, int64_t M, int64_t b0, int64_t b1, int64_t p0, int64_t p1, Row& row) {
  constexpr int64_t kBlocks = 8, kDepth = 128;  // pairs: 256 of K
  const int64_t K = A.K, size = K * NR;
  Tiles tiles;
  alignas(64) float strip[kBlocks * kBlock * NR];
  for (int64_t g0 = b0; g0 < b1; g0 += kBlocks) {
    const int64_t g1 = g0 + kBlocks < b1 ? g0 + kBlocks : b1, m0 = g0 * kBlock;
    for (int64_t p = p0; p < p1; p++) {
      const uint32_t *panel = B + p * size, *next = p + 1 < p1 ? panel + size : nullptr;
      for (int64_t k = 0; k < K; k += kDepth) {
        const int64_t depth = K - k < kDepth ? K - k : kDepth, share = ceil_div(depth, g1 - g0) * NR;
        for (int64_t b = g0; b < g1; b++) {
          const int64_t rows = M - b * kBlock < kBlock ? M - b * kBlock : kBlock;
          if (next != nullptr)
            for (int64_t i = (b - g0) * share; i < (b - g0 + 1) * share && i < depth * NR; i += 16) __builtin_prefetch(next + k * NR + i, 0, 2);
          tiles_product(tiles, rows, A.block(b) + k * A.height, A.height, panel + k * NR, depth / kTile, k > 0, strip + (b - g0) * kBlock * NR);
        }
      }
      finish(strip, m0, (M < g1 * kBlock ? M : g1 * kBlock) - m0, p * NR, row);
    }
  }
}

template <class Row>
static void gemm_part(const AMatrix<TilePair>& A, const TilePair* packed, int64_t M, int64_t b0, int64_t b1, int64_t p0, int64_t p1, Row& row) {
  const uint32_t* B = reinterpret_cast<const uint32_t*>(packed);
  if (2 * A.K <= 512) gemm_shallow(A, B, M, b0, b1, p0, p1, row);
  else gemm_deep(A, B, M, b0, b1, p0, p1, row);
}

template <class Epilogue>
static void gemm(const AMatrix<TilePair>& A, const TilePair* B, int64_t M, int64_t N, int64_t K, Epilogue&& epilogue) {
  // A single row too goes through tiles, though they are nearly empty then: a product in registers rounds
  // otherwise, and a row's bits must not depend on whether others stand beside it.
  const int64_t blocks = ceil_div(M, kBlock), panels = ceil_div(N, NR);
  const int64_t parts = M * N * K < 200000 ? 1 : threads() * 4;
  const auto row = [&](int64_t m, int64_t n, vf c0, vf c1) {
    const int left = static_cast<int>(N - n < NR ? N - n : NR);
    epilogue(m, n, c0, left < VF ? left : VF);
    if (left > VF) epilogue(m, n + VF, c1, left - VF);
  };
  if (blocks >= parts) parallel_ranges(blocks, parts, [&](int64_t from, int64_t to) { gemm_part(A, B, M, from, to, 0, panels, row); });
  else parallel_ranges(panels, parts, [&](int64_t from, int64_t to) { gemm_part(A, B, M, 0, blocks, from, to, row); });
}

// For kernels that go through C themselves: rows `begin`, a multiple of row_block, to `end` of A, on
// this thread.
static constexpr int64_t row_block(TilePair) { return kBlock; }
template <class Row>
static void rows_times_panels(const AMatrix<TilePair>& A, const TilePair* B, int64_t begin, int64_t end, int64_t panels, int64_t, Row&& row) {
  gemm_part(A, B, end, begin / kBlock, ceil_div(end, kBlock), 0, panels, row);
}
