// Operands in tiles, of products of bfloat16. Included by gemm_tiled.h; K counts pairs of them.
//
// B is packed in panels of NR = 32 columns, [N/NR][K/16], K filled up with zeros to whole tiles. 16 pairs of a panel are,
// for AMX, two tiles one after the other, [2][16][16], and for vectors rows, [16][32]: memory is read line by line.
// A is packed in blocks of 32 rows, [M/32][K/16][32][16]: two tiles likewise. Where there are fewer than 32 rows in
// all, a block is as high as they are.

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

// How far apart two pairs of a column are, and the halves of a panel, within 16 pairs.
#ifdef HAVE_AMX
constexpr int64_t kPanelRow = VF, kPanelHalf = kTile * VF;
#else
constexpr int64_t kPanelRow = NR, kPanelHalf = VF;
#endif
// Where pair k of a panel's column j lies.
static inline int64_t panel_at(int64_t k, int64_t j) { return k / kTile * kTile * NR + k % kTile * kPanelRow + j / VF * kPanelHalf + j % VF; }

struct TiledBFloat16 {
  using T = TilePair;
  using Row = BFloat16;
  static constexpr int kForm = kPanelRow == NR ? 1 : 2;
  static int64_t elements(int64_t K) { return ceil_div(K, 2 * kTile) * kTile; }
  template <bool AWAY = false>
  static void panel(const float* source, int64_t ld, int64_t K, int64_t n0, int64_t N, TilePair* out) {
    BFloat16::pairs(source, ld, K, n0, N, Place<AWAY>{out});
    fill(K, out);
  }
  template <bool AWAY = false>
  static void panel_transposed(const float* source, int64_t ld, int64_t K, int64_t n0, int64_t N, TilePair* out) {
    BFloat16::pairs_transposed(source, ld, K, n0, N, Place<AWAY>{out});
    fill(K, out);
  }

 private:
  template <bool AWAY>
  struct Place {
    TilePair* out;
    void operator()(int64_t k, int j, vu words) const { put<AWAY>(reinterpret_cast<uint32_t*>(out) + panel_at(k, j), words); }
  };
  static void fill(int64_t K, TilePair* out) {
    for (int64_t k = BFloat16::elements(K); k < elements(K); k++)
      for (const int j : {0, VF}) Place<false>{out}(k, j, vu{});
  }
};

static int64_t block_height(int64_t M) { return M < kBlock ? M : kBlock; }
static int64_t tiled_a_size(int64_t M, int64_t K) { return M == 0 ? 0 : ceil_div(M, kBlock) * block_height(M) * TiledBFloat16::elements(K); }

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

// 32 columns as a block of A, given two of their rows to a word.
template <bool AWAY = false>
static inline void put_block(vf (&first)[kTile], vf (&second)[kTile], uint32_t* block) {
  transpose(first);
  transpose(second);
  for (int64_t i = 0; i < kTile; i++) put<AWAY>(block + i * kTile, (vu)first[i]);
  for (int64_t i = 0; i < kTile; i++) put<AWAY>(block + (kTile + i) * kTile, (vu)second[i]);
}
// The same of up to 32 rows, zeros behind them: values(put) calls put(row, first, second) for each in its order, with
// two vectors of it.
template <bool AWAY = false, class Values>
static inline void columns_block(int64_t rows, uint32_t* block, Values&& values) {
  vf first[kTile], second[kTile], even0{}, even1{};
  values([&](int64_t r, vf a, vf b) {
    if (r % 2 == 0) {
      even0 = a;
      even1 = b;
    }
    // The last of an odd number of rows has a row of zeros beside it.
    if (r % 2 == 0 && r + 1 < rows) return;
    first[r / 2] = (vf)bf16_pair(even0, r % 2 == 0 ? vf{} : a);
    second[r / 2] = (vf)bf16_pair(even1, r % 2 == 0 ? vf{} : b);
  });
  for (int64_t i = (rows + 1) / 2; i < kTile; i++) first[i] = second[i] = vf{};
  put_block<AWAY>(first, second, block);
}
// Rows `begin`, a multiple of kTile, to `end` of a matrix with rows of K numbers, into their places in blocks of A.
static void pack_rows(const float* source, int64_t ld, int64_t K, int64_t begin, int64_t end, int64_t height, uint32_t* out) {
  const int64_t pairs = TiledBFloat16::elements(K);
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
  return {out, height, TiledBFloat16::elements(K)};
}

template <>
int64_t columns_a_size<TiledBFloat16>(int64_t M, int64_t K) { return tiled_a_size(M, K); }
template <>
AMatrix<TilePair> columns_a<TiledBFloat16>(const float* source, int64_t ld, int64_t M, int64_t K, TilePair* out) {
  const int64_t height = block_height(M), pairs = TiledBFloat16::elements(K);
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

// Of the rows `begin`, a multiple of kBlock, to `end` of a matrix (M, N) that value(m, n, first, second) gives two
// vectors at a time: the rows as a block of A of their own (rows_out, blocks of kBlock), their part of the
// panels as B (M, N), past the caches, and in `total` (N) their sum. On this thread.
template <class Value>
static void rows_and_panels(int64_t begin, int64_t end, int64_t M, int64_t N, Value&& value, uint32_t* rows_out, TilePair* panels_out, float* total) {
  const int64_t across = TiledBFloat16::elements(N), along = TiledBFloat16::elements(M);
  __builtin_memset(total, 0, sizeof(float) * static_cast<size_t>(N));
  for (int64_t m0 = begin; m0 < end; m0 += kTile) {
    const int rows = static_cast<int>(end - m0 < kTile ? end - m0 : kTile);
    uint32_t* tile = rows_out + (m0 - begin) / kBlock * kBlock * across + (m0 - begin) % kBlock * kTile;
    uint32_t* panel = reinterpret_cast<uint32_t*>(panels_out) + panel_at(m0 / 2, 0);
    for (int64_t n = 0; n < N; n += NR, tile += kBlock * kTile, panel += along * NR) {
      vf s0, s1, a0, a1;
      load_two(total + n, N - n, s0, s1);
      for (int r = 0; r < rows; r += 2) {
        vf b0{}, b1{};
        value(m0 + r, n, a0, a1);
        store(tile + r * kTile, bf16_words(a0, a1));
        s0 += a0;
        s1 += a1;
        if (r + 1 < rows) {
          value(m0 + r + 1, n, b0, b1);
          store(tile + (r + 1) * kTile, bf16_words(b0, b1));
          s0 += b0;
          s1 += b1;
        }
        store_away(panel + panel_at(r / 2, 0), bf16_pair(a0, b0));
        store_away(panel + panel_at(r / 2, VF), bf16_pair(a1, b1));
      }
      store_two(total + n, N - n, s0, s1);
    }
  }
  stored_away();
}
// Rows of panels of B (M, N) that fill whole tiles.
static void fill_panels(int64_t M, int64_t N, TilePair* panels) {
  const int64_t along = TiledBFloat16::elements(M), used = (M + 1) / 2;
  for (int64_t p = 0; p * NR < N; p++)
    for (int64_t k = used; k < along; k++)
      for (const int j : {0, VF}) store(reinterpret_cast<uint32_t*>(panels) + p * along * NR + panel_at(k, j), vu{});
}
