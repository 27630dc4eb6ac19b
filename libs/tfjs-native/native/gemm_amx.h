// The bf16 product in AMX tiles: the same `gemm` for operands of their own packing. Included after
// gemm.h, whose M, N, K and epilogues are meant; K counts pairs of bfloat16.
//
// B is packed in panels of NR = 32 columns, [N/NR][K/16][2][16][16], K filled up with zeros to whole tiles: 16 pairs
// of a panel are two tiles one after the other, so that memory is read line by line.
// A is packed in blocks of 32 rows, [M/32][K/16][32][16]: two tiles likewise. Where there are fewer than 32 rows in
// all, a block is as high as they are.
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

// Where pair k of a panel's column j lies.
static inline int64_t panel_at(int64_t k, int64_t j) { return k / kTile * kTile * NR + j / VF * kTile * VF + k % kTile * VF + j % VF; }

struct AmxBFloat16 {
  using T = TilePair;
  static constexpr int kForm = 2;
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
  static void panel(const bf16* source, int64_t ld, int64_t K, int64_t n0, int64_t N, TilePair* out) {
    const Place<false> place{out};
    for (int64_t k = 0; k < K; k += 2) {
      const bf16* s = source + k * ld + n0;
      vu first, second;
      zip_words(load_words(s, N - n0), k + 1 < K ? load_words(s + ld, N - n0) : vu{}, first, second);
      place(k / 2, 0, first);
      place(k / 2, VF, second);
    }
    fill(K, out);
  }
  static void panel_transposed(const bf16* source, int64_t ld, int64_t K, int64_t n0, int64_t N, TilePair* out) {
    const auto row = [&](int64_t n, int64_t k, int64_t) { return (vf)load_words(source + n * ld + 2 * k, K - 2 * k); };
    transposed_columns(BFloat16::elements(K), n0, N, row, [place = Place<false>{out}](int64_t k, int j, vf v) { place(k, j, (vu)v); });
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
static int64_t tiled_a_size(int64_t M, int64_t K) { return M == 0 ? 0 : ceil_div(M, kBlock) * block_height(M) * AmxBFloat16::elements(K); }

// A tile's worth of words: `rows` rows of K (at most 32) floats that lie ld apart.
static inline void rows_tile(const float* source, int64_t ld, int rows, int64_t K, uint32_t* tile) {
  const int first = static_cast<int>(K < VF ? K : VF), second = static_cast<int>(K - first);
  for (int r = 0; r < rows; r++) {
    const float* s = source + r * ld;
    store(tile + r * kTile, bf16_words(load_n(s, first), second > 0 ? load_n(s + VF, second) : vf{}));
  }
}
static inline void rows_tile(const bf16* source, int64_t ld, int rows, int64_t K, uint32_t* tile) {
  for (int r = 0; r < rows; r++) store(tile + r * kTile, load_words(source + r * ld, K));
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
static inline void put_block(vf (&first)[kTile], vf (&second)[kTile], uint32_t* block) {
  transpose(first);
  transpose(second);
  for (int64_t i = 0; i < kTile; i++) store(block + i * kTile, (vu)first[i]);
  for (int64_t i = 0; i < kTile; i++) store(block + (kTile + i) * kTile, (vu)second[i]);
}
// The same of up to 32 rows, zeros behind them: values(put) calls put(row, first, second) for each in its order, with
// two vectors of it.
template <class Values>
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
  put_block(first, second, block);
}
// The same of up to 32 columns of up to 32 rows in memory.
static inline void columns_block(const bf16* source, int64_t ld, int64_t rows, int64_t columns, uint32_t* block) {
  vf first[kTile], second[kTile];
  for (int64_t i = 0; i < kTile; i++) {
    const auto row = [&](int64_t r) { return r < rows ? load_words(source + r * ld, columns) : vu{}; };
    vu a, b;
    zip_words(row(2 * i), row(2 * i + 1), a, b);
    first[i] = (vf)a;
    second[i] = (vf)b;
  }
  put_block(first, second, block);
}
static inline void columns_block(const float* source, int64_t ld, int64_t rows, int64_t columns, uint32_t* block) {
  vf first[kTile], second[kTile];
  for (int64_t i = 0; i < kTile; i++) {
    vf a0{}, a1{}, b0{}, b1{};
    if (2 * i < rows) load_two(source + 2 * i * ld, columns, a0, a1);
    if (2 * i + 1 < rows) load_two(source + (2 * i + 1) * ld, columns, b0, b1);
    first[i] = (vf)bf16_pair(a0, b0);
    second[i] = (vf)bf16_pair(a1, b1);
  }
  put_block(first, second, block);
}

// Rows `begin`, a multiple of kTile, to `end` of a matrix with rows of K numbers, into their places in blocks of A.
template <class S>
static void pack_rows(const S* source, int64_t ld, int64_t K, int64_t begin, int64_t end, int64_t height, uint32_t* out) {
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

// Of the rows `begin`, a multiple of kBlock, to `end` of a matrix (M, N) that value(m, n, first, second) gives two
// vectors at a time: the rows as a block of A of their own (rows_out, blocks of kBlock), their part of the
// panels as B (M, N), and in `total` (N) their sum. On this thread.
template <class Value>
static void rows_and_panels(int64_t begin, int64_t end, int64_t M, int64_t N, Value&& value, uint32_t* rows_out, TilePair* panels_out, float* total) {
  const int64_t across = AmxBFloat16::elements(N), along = AmxBFloat16::elements(M);
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
        store(panel + panel_at(r / 2, 0), bf16_pair(a0, b0));
        store(panel + panel_at(r / 2, VF), bf16_pair(a1, b1));
      }
      store_two(total + n, N - n, s0, s1);
    }
  }
}
// Rows of panels of B (M, N) that fill whole tiles.
static void fill_panels(int64_t M, int64_t N, TilePair* panels) {
  const int64_t along = AmxBFloat16::elements(M), used = (M + 1) / 2;
  for (int64_t p = 0; p * NR < N; p++)
    for (int64_t k = used; k < along; k++)
      for (const int j : {0, VF}) store(reinterpret_cast<uint32_t*>(panels) + p * along * NR + panel_at(k, j), vu{});
}

// ---- the product

// Whether this core's other thread is awake and leaves fewer tile registers to this one (ADR 12): looked for every
// now and then.
class CoreSense {
 public:
  bool shared() const { return shared_; }
#ifdef PRODUCTS_BY_TURNS
  bool due() const { return true; }
  void look() {
    shared_ = !shared_;
    tile_release();
  }
#else
  bool due() const { return ticks() >= next_; }
  // With tiles of full size, which it gives back: products with all eight tiles in use take three times as long
  // there as products with four.
  void look() {
    alignas(64) static const uint32_t numbers[kTile * kTile] = {};
    constexpr int64_t line = kTile * sizeof(uint32_t), pause = int64_t{1} << 19;  // about 0.2 ms
    const auto time = [](auto&& load) {
      const int64_t begin = ticks();
      for (int i = 0; i < 8; i++) {
        load();
        tile_dpbf16ps(0, 4, 6);
        tile_dpbf16ps(1, 4, 7);
        tile_dpbf16ps(2, 5, 6);
        tile_dpbf16ps(3, 5, 7);
      }
      return ticks() - begin;
    };
    const auto four = [&] { return time([] {}); };
    const auto eight = [&] {
      return time([&] {
        tile_load(4, numbers, line);
        tile_load(5, numbers, line);
        tile_load(6, numbers, line);
        tile_load(7, numbers, line);
      });
    };
    four();  // the first ones after a while are slow
    const int64_t few = four();
    eight();
    shared_ = 2 * eight() > 3 * few;
    tile_release();  // or those that the next products leave alone would keep their registers
    next_ = ticks() + pause;
  }

 private:
  int64_t next_ = 0;
  static int64_t ticks() {
    _mm_lfence();
    const int64_t now = static_cast<int64_t>(__rdtsc());
    _mm_lfence();
    return now;
  }
#endif

 private:
  bool shared_ = false;
};

// The tiles of this thread, in the shape for blocks of some number of rows; given back at the end,
// since a thread that holds tiles makes every switch between threads dearer.
class Tiles {
 public:
  Tiles() {
    static thread_local CoreSense sense;
    if (sense.due()) {
      shape(kBlock);
      sense.look();
      rows_ = 0;
    }
    narrow_ = sense.shared();
  }
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
  // Which of the two products below is the faster now.
  bool narrow() const { return narrow_; }

 private:
  int64_t rows_ = 0;
  bool narrow_;
};

// A finished part of C: rows m0 on, columns n0 on, as (rows, NR).
struct Strip {
  float* data;
  int64_t m0, n0, rows;
};

// What is read from L3 soon, fetched into L2 a few lines with every step of the products before.
struct Ahead {
  const char* data = nullptr;
  int64_t bytes = 0;  // with every step
  void step() {
    for (int64_t at = 0; at < bytes; at += 64) __builtin_prefetch(data + at, 0, 2);
    data += bytes;
  }
};
// Part `part` of `parts` of `words` from `data` on, in so many steps.
static inline Ahead ahead_of(const uint32_t* data, int64_t words, int64_t part, int64_t parts, int64_t steps) {
  if (steps == 0) return {};
  const int64_t bytes = ceil_div(words * int64_t{sizeof(uint32_t)}, parts * steps * 64) * 64;
  return {reinterpret_cast<const char*>(data) + part * bytes * steps, bytes};
}

constexpr int64_t kNarrowWords = 256 * kBlock;  // 32 KiB

// What happens between the tile instructions of a product: operands of later ones are fetched, and the strip before is
// finished, done(strip, from, to) getting some of its rows each time, an even number but for the last of them. The
// processor looks only a few hundred instructions ahead: what stood behind the product would run after it.
template <class Done>
struct Meanwhile {
  Ahead a, b;
  const Strip strip;
  Done& done;
  const int64_t piece;
  int64_t from = 0;
  Meanwhile(Ahead a_ahead, Ahead b_ahead, const Strip& last, Done& finish, int64_t times)
      : a(a_ahead), b(b_ahead), strip(last), done(finish), piece(times > 0 ? 2 * ceil_div(ceil_div(last.rows, 2), times) : 0) {}
  void fetch() {
    a.step();
    b.step();
  }
  void finish() {
    if (from == strip.rows) return;
    const int64_t to = from + piece < strip.rows ? from + piece : strip.rows;
    done(strip, from, to);
    from = to;
  }
  void rest() {
    if (from < strip.rows) done(strip, from, strip.rows);
  }
};

// The next two: c (rows, NR) = or, with `add`, += the first `steps` tiles along K of a block of A times a panel of B.
// Functions of their own, so that everything the loops need stays in registers.
//
// A tile is loaded when it is needed and zeroed as soon as it is not: zeroed tiles take no registers. Of those a core
// has few to spare while its other thread is awake (ADR 12).
//
// STREAMED: the panel goes past the first cache, which is left to the block of A.
template <bool TWO, bool STREAMED, class Done>
__attribute__((noinline)) static void wide_product(const uint32_t* a, int64_t height, const uint32_t* b, int64_t steps, bool add, float* c, const Strip& last, Done& done, Ahead a_ahead, Ahead b_ahead) {
  constexpr int64_t row = NR * sizeof(float), line = kTile * sizeof(uint32_t);
  Meanwhile<Done> meanwhile(a_ahead, b_ahead, last, done, steps);
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
    if (STREAMED) tile_load_streamed(6, b, line);
    else tile_load(6, b, line);
    tile_dpbf16ps(0, 4, 6);
    if (TWO) {
      tile_load(5, a + kTile * kTile, line);
      tile_dpbf16ps(2, 5, 6);
    }
    tile_zero(6);
    if (STREAMED) tile_load_streamed(7, b + kTile * kTile, line);
    else tile_load(7, b + kTile * kTile, line);
    if (TWO) {
      tile_dpbf16ps(3, 5, 7);
      tile_zero(5);
    }
    tile_dpbf16ps(1, 4, 7);
    tile_zero(4);
    tile_zero(7);
    meanwhile.fetch();
    meanwhile.finish();
  }
  meanwhile.rest();
  tile_store(0, c, row);
  tile_store(1, c + kTile, row);
  if (TWO) {
    tile_store(2, below, row);
    tile_store(3, below + kTile, row);
  }
}
// One half of the columns after the other: two sums instead of four, for three loads instead of four, twice.
template <bool TWO, bool STREAMED, class Done>
__attribute__((noinline)) static void narrow_product(const uint32_t* a, int64_t height, const uint32_t* b, int64_t steps, bool add, float* c, const Strip& last, Done& done, Ahead a_ahead, Ahead b_ahead) {
  constexpr int64_t row = NR * sizeof(float), line = kTile * sizeof(uint32_t);
  Meanwhile<Done> meanwhile(a_ahead, b_ahead, last, done, 2 * steps);
  for (int half = 0; half < 2; half++, b += kTile * kTile, c += kTile) {
    float* below = c + kTile * NR;
    if (add) {
      tile_load(0, c, row);
      if (TWO) tile_load(2, below, row);
    } else {
      tile_zero(0);
      if (TWO) tile_zero(2);
    }
    const uint32_t *x = a, *y = b;
    for (int64_t s = 0; s < steps; s++, x += height * kTile, y += kTile * NR) {
      if (STREAMED) tile_load_streamed(6, y, line);
      else tile_load(6, y, line);
      tile_load(4, x, line);
      tile_dpbf16ps(0, 4, 6);
      tile_zero(4);
      if (TWO) {
        tile_load(5, x + kTile * kTile, line);
        tile_dpbf16ps(2, 5, 6);
        tile_zero(5);
      }
      tile_zero(6);
      if (s % 2 == half) meanwhile.fetch();
      meanwhile.finish();
    }
    if (half == 1) meanwhile.rest();
    tile_store(0, c, row);
    tile_zero(0);
    if (TWO) {
      tile_store(2, below, row);
      tile_zero(2);
    }
  }
}
// Either of them, which give the same bits. The narrow one reads the block of A twice: it has to stay in L1.
template <bool STREAMED, class Done>
static inline void tiles_product(Tiles& tiles, int64_t rows, const uint32_t* a, int64_t height, const uint32_t* b, int64_t steps, bool add, float* c, const Strip& last, Done& done, const Ahead& a_ahead = {}, const Ahead& b_ahead = {}) {
  tiles.shape(rows);
  if (tiles.narrow() && steps * height * kTile <= kNarrowWords) {
    if (rows > kTile) narrow_product<true, STREAMED>(a, height, b, steps, add, c, last, done, a_ahead, b_ahead);
    else narrow_product<false, STREAMED>(a, height, b, steps, add, c, last, done, a_ahead, b_ahead);
  } else if (rows > kTile) wide_product<true, STREAMED>(a, height, b, steps, add, c, last, done, a_ahead, b_ahead);
  else wide_product<false, STREAMED>(a, height, b, steps, add, c, last, done, a_ahead, b_ahead);
}
// By itself, of a panel that is in the first cache or will be read again from there.
static inline void tiles_product(Tiles& tiles, int64_t rows, const uint32_t* a, int64_t height, const uint32_t* b, int64_t steps, bool add, float* c) {
  const auto nothing = [](const Strip&, int64_t, int64_t) {};
  tiles_product<false>(tiles, rows, a, height, b, steps, add, c, Strip{nullptr, 0, 0, 0}, nothing);
}

// How much of the operands is taken at a time: so many pairs along K, and panels of B of so many words.
struct Blocking {
  int64_t depth, words;
};
// Of a block: a stretch of A, at most 32 KiB, stays in L1 with a strip; L2, half of which the core's other thread may
// have, is left to the rows that go through all of a weight, which comes from L3 for them.
constexpr Blocking kRowsInCache{256, int64_t{1} << 16};
// Of logits, of which there are too many to be added up in stretches.
constexpr Blocking kVocabulary{512, int64_t{1} << 15};
constexpr Blocking kPlain{512, int64_t{1} << 17};

// Blocks b0 .. b1 of A times panels p0 .. p1 of B: done gets every strip of C as above, those of a block of rows
// in the order of the panels. A stretch of a block of A stays in L1 and, what does not fit, in L2, while panels stream
// by from L2; sums wait there too for the next stretch. `along`: the pairs of a panel of B, of which A may be but a stretch.
template <class Done>
static void gemm_part(const Blocking& blocking, const AMatrix<TilePair>& A, const TilePair* packed, int64_t along, int64_t M, int64_t b0, int64_t b1, int64_t p0, int64_t p1, Done& done) {
  constexpr int64_t kWaiting = int64_t{1} << 17;  // words of strips in L2: 512 KiB
  if (b0 == b1 || p0 == p1) return;
  const uint32_t* B = reinterpret_cast<const uint32_t*>(packed);
  const int64_t K = A.K, size = along * NR, depth = K == 0 ? kTile : ceil_div(ceil_div(K, ceil_div(K, blocking.depth)), kTile) * kTile;
  const int64_t panels = p1 - p0, stretch = ceil_div(panels, ceil_div(panels, blocking.words / (depth * NR))), group = K > depth ? kWaiting / (kBlock * NR * stretch) : b1 - b0;
  const int64_t waiting = K > depth ? group * stretch : 2;
  Scratch scratch;
  float* strips = scratch.take<float>(waiting * kBlock * NR);
  Tiles tiles;
  int64_t made = 0;
  Strip last{nullptr, 0, 0, 0};  // waits to be finished
  for (int64_t p = p0; p < p1; p += stretch) {
    const int64_t end = p + stretch < p1 ? p + stretch : p1;
    for (int64_t g = b0; g < b1; g += group) {
      for (int64_t k = 0; k == 0 || k < K; k += depth) {
        const int64_t steps = (K - k < depth ? K - k : depth) / kTile, blocks = b1 - g < group ? b1 - g : group;
        const bool more = k + depth < K;
        // What is multiplied next: the next stretch of these panels, or the first of the next ones.
        const int64_t next_k = more ? k + depth : 0, next_p = more || g + group < b1 ? p : end, next_end = next_p + stretch < p1 ? next_p + stretch : p1;
        for (int64_t b = g; b < g + blocks; b++) {
          const int64_t m0 = b * kBlock, rows = M - m0 < kBlock ? M - m0 : kBlock;
          const uint32_t* next_block = b + 1 < g + blocks ? A.block(b + 1) + k * A.height : A.block(g) + (k + depth) * A.height;
          const bool fetch_block = K > depth && (more || b + 1 < g + blocks);
          for (int64_t q = p; q < end; q++) {
            float* strip = strips + (K > depth ? (b - g) * stretch + q - p : made++ % 2) * kBlock * NR;
            const int64_t product = (b - g) * (end - p) + q - p, panel = next_p + product / blocks;
            const Ahead a_ahead = fetch_block ? ahead_of(next_block, depth * A.height, q - p, end - p, steps) : Ahead{};
            const Ahead b_ahead = panel < next_end ? ahead_of(B + panel * size + next_k * NR, depth * NR, product % blocks, blocks, steps) : Ahead{};
            tiles_product<true>(tiles, rows, A.block(b) + k * A.height, A.height, B + q * size + k * NR, steps, k > 0, strip, last, done, a_ahead, b_ahead);
            last.rows = 0;
            if (!more) last = {strip, m0, q * NR, rows};
          }
        }
      }
      if (K > depth && last.rows > 0) {  // the next group takes the same strips
        done(last, int64_t{0}, last.rows);
        last.rows = 0;
      }
    }
  }
  if (last.rows > 0) done(last, int64_t{0}, last.rows);
  stored_away();
}

// Part `part` of `parts` of the product, C given in strips as above. Whoever takes rows reads all of B, whoever
// takes panels all of A.
template <class Done>
static void gemm_share(const Blocking& blocking, const AMatrix<TilePair>& A, const TilePair* B, int64_t M, int64_t N, int64_t part, int64_t parts, Done& done) {
  const int64_t blocks = ceil_div(M, kBlock), panels = ceil_div(N, NR), all = blocks >= panels ? blocks : panels;
  const int64_t from = all * part / parts, to = all * (part + 1) / parts;
  if (blocks >= panels) gemm_part(blocking, A, B, A.K, M, from, to, 0, panels, done);
  else gemm_part(blocking, A, B, A.K, M, 0, blocks, from, to, done);
}
// The whole product on all threads.
template <class Done>
static void gemm_strips(const AMatrix<TilePair>& A, const TilePair* B, int64_t M, int64_t N, Done&& done) {
  // A single row too goes through tiles, though they are nearly empty then: a product in registers rounds
  // otherwise, and a row's bits must not depend on whether others stand beside it.
  const int64_t parts = M * N * A.K < 200000 ? 1 : threads() * 4;
  parallel(parts, [&](int64_t part) { gemm_share(kPlain, A, B, M, N, part, parts, done); });
}

template <class Epilogue>
static void gemm(const AMatrix<TilePair>& A, const TilePair* B, int64_t M, int64_t N, int64_t, Epilogue&& epilogue) {
  gemm_strips(A, B, M, N, [&](const Strip& strip, int64_t from, int64_t to) {
    const int64_t n = strip.n0;
    const int left = static_cast<int>(N - n < NR ? N - n : NR);
    for (int64_t r = from; r < to; r++) {
      const float* v = strip.data + r * NR;
      epilogue(strip.m0 + r, n, load(v), left < VF ? left : VF);
      if (left > VF) epilogue(strip.m0 + r, n + VF, load(v + VF), left - VF);
    }
  });
}

// Strips become rows of a float32 matrix that nobody reads soon.
static auto rows_away(float* out, int64_t N) {
  return [=](const Strip& strip, int64_t from, int64_t to) {
    for (int64_t r = from; r < to; r++) store_two_away(out + (strip.m0 + r) * N + strip.n0, N - strip.n0, load(strip.data + r * NR), load(strip.data + r * NR + VF));
  };
}

// For kernels that go through C themselves: rows `begin`, a multiple of row_block, to `end` of A, on
// this thread.
static constexpr int64_t row_block(TilePair) { return kBlock; }
template <class Row>
static void rows_times_panels(const AMatrix<TilePair>& A, const TilePair* B, int64_t begin, int64_t end, int64_t panels, int64_t, Row&& row) {
  const auto done = [&](const Strip& strip, int64_t from, int64_t to) {
    for (int64_t r = from; r < to; r++) row(strip.m0 + r, strip.n0, load(strip.data + r * NR), load(strip.data + r * NR + VF));
  };
  gemm_part(kVocabulary, A, B, A.K, end, begin / kBlock, ceil_div(end, kBlock), 0, panels, done);
}
