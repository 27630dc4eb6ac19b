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

// A tile's worth of words: `rows` rows of K (at most 32) floats that lie ld apart.
static inline void rows_tile(const float* source, int64_t ld, int rows, int64_t K, uint32_t* tile) {
  const int first = static_cast<int>(K < VF ? K : VF), second = static_cast<int>(K - first);
  for (int r = 0; r < rows; r++) {
    const float* s = source + r * ld;
    store(tile + r * kTile, bf16_words(load_n(s, first), second > 0 ? load_n(s + VF, second) : vf{}));
  }
}
// The same of columns: `rows` columns of K rows.
static inline void columns_tile(const float* source, int64_t ld, int rows, int64_t K, uint32_t* tile) {
  vf t[kTile];
  for (int64_t i = 0; i < kTile; i++) {
    const float* s = source + 2 * i * ld;
    t[i] = (vf)bf16_pair(2 * i < K ? load_n(s, rows) : vf{}, 2 * i + 1 < K ? load_n(s + ld, rows) : vf{});
  }
  transpose(t);
  for (int r = 0; r < rows; r++) store(tile + r * kTile, (vu)t[r]);
}

// Rows `begin`, a multiple of kTile, to `end` of a matrix with rows of K floats, into their places in blocks of A.
static void pack_rows(const float* source, int64_t ld, int64_t K, int64_t begin, int64_t end, int64_t height, uint32_t* out) {
  const int64_t pairs = AmxBFloat16::elements(K);
  for (int64_t m0 = begin; m0 < end; m0 += kTile) {
    const int rows = static_cast<int>(end - m0 < kTile ? end - m0 : kTile);
    uint32_t* tile = out + m0 / kBlock * height * pairs + m0 % kBlock * kTile;
    for (int64_t k = 0; k < K; k += 2 * kTile, tile += height * kTile)
      rows_tile(source + m0 * ld + k, ld, rows, K - k < 2 * kTile ? K - k : 2 * kTile, tile);
  }
}

static int64_t rows_a_size(int64_t M, int64_t K, TilePair*) { return tiled_a_size(M, K); }
static AMatrix<TilePair> rows_a(const float* source, int64_t ld, int64_t M, int64_t K, TilePair* out) {
  const int64_t height = block_height(M);
  parallel_ranges(ceil_div(M, kTile), M * K < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    pack_rows(source, ld, K, from * kTile, to * kTile < M ? to * kTile : M, height, reinterpret_cast<uint32_t*>(out));
  });
  return {out, height, AmxBFloat16::elements(K)};
}

template <>
int64_t columns_a_size<AmxBFloat16>(int64_t M, int64_t K) { return tiled_a_size(M, K); }
template <>
AMatrix<TilePair> columns_a<AmxBFloat16>(const float* source, int64_t ld, int64_t M, int64_t K, TilePair* out) {
  const int64_t height = block_height(M), pairs = AmxBFloat16::elements(K);
  // Along the rows of the source, which lie one after the other.
  parallel_ranges(pairs / kTile, M * K < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t t = from; t < to; t++) {
      const int64_t k = t * 2 * kTile;
      for (int64_t m0 = 0; m0 < M; m0 += kTile) {
        uint32_t* tile = reinterpret_cast<uint32_t*>(out) + m0 / kBlock * height * pairs + t * height * kTile + m0 % kBlock * kTile;
        columns_tile(source + k * ld + m0, ld, static_cast<int>(M - m0 < kTile ? M - m0 : kTile), K - k < 2 * kTile ? K - k : 2 * kTile, tile);
      }
    }
  });
  return {out, height, pairs};
}

// Of a matrix (M, N) that value(m, n, lanes) gives vector by vector, in one pass: its rows as A (M, N), its
// panels as B (M, N), and in `sums` (chunks, N) the sum of each kRowChunk of its rows.
template <class Value>
static AMatrix<TilePair> rows_and_panels(int64_t M, int64_t N, Value&& value, TilePair* rows_out, TilePair* panels_out, float* sums) {
  const int64_t height = block_height(M), across = AmxBFloat16::elements(N), along = AmxBFloat16::elements(M);
  parallel(ceil_div(M, kRowChunk), [&](int64_t chunk) {
    const int64_t end = (chunk + 1) * kRowChunk < M ? (chunk + 1) * kRowChunk : M;
    float* total = sums + chunk * N;
    __builtin_memset(total, 0, sizeof(float) * N);
    for (int64_t m0 = chunk * kRowChunk; m0 < end; m0 += kTile) {
      const int rows = static_cast<int>(end - m0 < kTile ? end - m0 : kTile);
      uint32_t* tile = reinterpret_cast<uint32_t*>(rows_out) + m0 / kBlock * height * across + m0 % kBlock * kTile;
      uint32_t* panel = reinterpret_cast<uint32_t*>(panels_out) + m0 / 2 * NR;
      for (int64_t n = 0; n < N; n += NR, tile += height * kTile, panel += along * NR) {
        const int first = static_cast<int>(N - n < VF ? N - n : VF), second = static_cast<int>(N - n - VF < VF ? N - n - VF : VF);
        const auto right = [&](int64_t m) { return second > 0 ? value(m, n + VF, second) : vf{}; };
        vf s0 = load_n(total + n, first), s1 = second > 0 ? load_n(total + n + VF, second) : vf{};
        for (int r = 0; r < rows; r += 2) {
          const vf a0 = value(m0 + r, n, first), a1 = right(m0 + r);
          store(tile + r * kTile, bf16_words(a0, a1));
          s0 += a0;
          s1 += a1;
          vf b0{}, b1{};
          if (r + 1 < rows) {
            b0 = value(m0 + r + 1, n, first);
            b1 = right(m0 + r + 1);
            store(tile + (r + 1) * kTile, bf16_words(b0, b1));
            s0 += b0;
            s1 += b1;
          }
          store(panel + r / 2 * NR, bf16_pair(a0, b0));
          store(panel + r / 2 * NR + VF, bf16_pair(a1, b1));
        }
        store_n(total + n, s0, first);
        if (second > 0) store_n(total + n + VF, s1, second);
      }
    }
  });
  // Whole tiles along M.
  for (int64_t p = 0; p * NR < N; p++) {
    TilePair* panel = panels_out + p * along * NR;
    __builtin_memset(panel + (M + 1) / 2 * NR, 0, sizeof(TilePair) * static_cast<size_t>((along - (M + 1) / 2) * NR));
  }
  return {rows_out, height, across};
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
    // Loads first: a processor that shares its core with another thread overlaps them with little.
    tile_load(4, a, line);
    if (TWO) tile_load(5, a + kTile * kTile, line);
    tile_load(6, b, row);
    tile_load(7, b + kTile, row);
    tile_dpbf16ps(0, 4, 6);
    tile_dpbf16ps(1, 4, 7);
    if (TWO) {
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

// Blocks b0 .. b1 of A times panels p0 .. p1 of B: done(strip, m0, rows, n0) gets C in strips (rows, NR), those
// of a block of rows in the order of the panels. A block of A, of long K a stretch of it, stays in L1 while
// panels stream by from L2, as many as it holds; sums of long K wait there too for the next stretch.
template <class Done>
static void gemm_part(const AMatrix<TilePair>& A, const TilePair* packed, int64_t M, int64_t b0, int64_t b1, int64_t p0, int64_t p1, Done& done) {
  constexpr int64_t kDepth = 256, kInL2 = int64_t{1} << 17, kGroup = 8;  // pairs: 512 of K, 512 KiB; blocks
  const uint32_t* B = reinterpret_cast<const uint32_t*>(packed);
  const int64_t K = A.K, size = K * NR, depth = K > 0 && K < kDepth ? K : kDepth;
  const int64_t stretch = kInL2 / (depth * NR), group = K > depth ? kGroup : b1 - b0;
  const int64_t waiting = K > depth ? group * stretch : 2;
  TaskScratch scratch(waiting * kBlock * NR);
  float* strips = scratch.take<float>(waiting * kBlock * NR);
  Tiles tiles;
  int64_t made = 0, last_m0 = 0, last_rows = 0, last_n0 = 0;  // the strip that waits to be finished
  const float* last = nullptr;
  for (int64_t p = p0; p < p1; p += stretch) {
    const int64_t end = p + stretch < p1 ? p + stretch : p1;
    for (int64_t g = b0; g < b1; g += group) {
      for (int64_t k = 0; k == 0 || k < K; k += depth) {
        const int64_t steps = (K - k < depth ? K - k : depth) / kTile;
        for (int64_t b = g; b < g + group && b < b1; b++) {
          const int64_t m0 = b * kBlock, rows = M - m0 < kBlock ? M - m0 : kBlock;
          for (int64_t q = p; q < end; q++) {
            float* strip = strips + (K > depth ? (b - g) * stretch + q - p : made++ % 2) * kBlock * NR;
            tiles_product(tiles, rows, A.block(b) + k * A.height, A.height, B + q * size + k * NR, steps, k > 0, strip);
            if (k + depth < K) continue;
            if (last != nullptr) done(last, last_m0, last_rows, last_n0);
            last = strip;
            last_m0 = m0;
            last_rows = rows;
            last_n0 = q * NR;
          }
        }
      }
      if (K > depth) {  // the next group takes the same strips
        done(last, last_m0, last_rows, last_n0);
        last = nullptr;
      }
    }
  }
  if (last != nullptr) done(last, last_m0, last_rows, last_n0);
}

// The whole product on all threads, C given in strips as above.
template <class Done>
static void gemm_strips(const AMatrix<TilePair>& A, const TilePair* B, int64_t M, int64_t N, int64_t K, Done&& done) {
  // A single row too goes through tiles, though they are nearly empty then: a product in registers rounds
  // otherwise, and a row's bits must not depend on whether others stand beside it.
  const int64_t blocks = ceil_div(M, kBlock), panels = ceil_div(N, NR);
  const int64_t parts = M * N * K < 200000 ? 1 : threads() * 4;
  // Whoever takes rows reads all of B, whoever takes panels all of A.
  if (blocks >= panels) parallel_ranges(blocks, parts, [&](int64_t from, int64_t to) { gemm_part(A, B, M, from, to, 0, panels, done); });
  else parallel_ranges(panels, parts, [&](int64_t from, int64_t to) { gemm_part(A, B, M, 0, blocks, from, to, done); });
}

template <class Epilogue>
static void gemm(const AMatrix<TilePair>& A, const TilePair* B, int64_t M, int64_t N, int64_t K, Epilogue&& epilogue) {
  gemm_strips(A, B, M, N, K, [&](const float* strip, int64_t m0, int64_t rows, int64_t n) {
    const int left = static_cast<int>(N - n < NR ? N - n : NR);
    for (int64_t r = 0; r < rows; r++, strip += NR) {
      epilogue(m0 + r, n, load(strip), left < VF ? left : VF);
      if (left > VF) epilogue(m0 + r, n + VF, load(strip + VF), left - VF);
    }
  });
}

// For kernels that go through C themselves: rows `begin`, a multiple of row_block, to `end` of A, on
// this thread.
static constexpr int64_t row_block(TilePair) { return kBlock; }
template <class Row>
static void rows_times_panels(const AMatrix<TilePair>& A, const TilePair* B, int64_t begin, int64_t end, int64_t panels, int64_t, Row&& row) {
  const auto done = [&](const float* strip, int64_t m0, int64_t rows, int64_t n0) {
    for (int64_t r = 0; r < rows; r++, strip += NR) row(m0 + r, n0, load(strip), load(strip + VF));
  };
  gemm_part(A, B, end, begin / kBlock, ceil_div(end, kBlock), 0, panels, done);
}
