// A block of A times a panel of B (packing.h) of bfloat16 in AMX tiles, in one of two ways. Included by gemm.h.
//
// Tiles 0 to 3 are C, 4 and 5 A, 6 and 7 B. An epilogue never reads tiles that were just stored, which would stall: it
// runs on a strip finished earlier.

constexpr int64_t kTile = VF;  // rows of a tile, and words in each

// A vector of sums in no tile, but of the bits of TDPBF16PS (amx_tiles.h) for all numbers that are not denormal.
class TileSum {
 public:
  void add(uint32_t a, vu b) {
    const auto fused = [](uint32_t x, vu y, vf total) { return (vf)_mm512_fmadd_ps((__m512)splat(x), (__m512)y, (__m512)total); };
    even_ = fused(a << 16, b << 16, even_);
    odd_ = fused(a & 0xffff0000u, b & 0xffff0000u, odd_);
  }
  void end_line() {
    sum_ += even_ + odd_;
    even_ = odd_ = vf{};
  }
  vf get() const { return sum_; }

 private:
  vf sum_{}, even_{}, odd_{};
};

// Whether this core's other thread is awake and leaves fewer tile registers to this one (ADR 12): looked for every
// now and then.
#ifdef PRODUCTS_BY_TURNS
// For tests: now so, now so.
class CoreSense {
 public:
  bool shared() const { return shared_; }
  bool due() const { return true; }
  void look() {
    shared_ = !shared_;
    tile_release();
  }

 private:
  bool shared_ = false;
};
#else
class CoreSense {
 public:
  bool shared() const { return shared_; }
  bool due() const { return ticks() >= next_; }
  // With tiles of full size, which it gives back: products with all eight tiles in use take three times as long
  // there as products with four.
  void look() {
    alignas(64) static const uint32_t numbers[kTile * kTile] = {};
    constexpr int64_t line = kTile * sizeof(uint32_t), pause = int64_t{1} << 21;  // about a millisecond
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
  bool shared_ = false;
  int64_t next_ = 0;
  static int64_t ticks() {
    _mm_lfence();
    const int64_t now = static_cast<int64_t>(__rdtsc());
    _mm_lfence();
    return now;
  }
};
#endif

// The tiles of this thread, in the shape for blocks of some number of rows; given back at the end,
// since a thread that holds tiles makes every switch between threads dearer.
class AmxTiles {
 public:
  AmxTiles() {
    static thread_local CoreSense sense;
    if (sense.due()) {
      shape(NR);
      sense.look();
      rows_ = 0;
    }
    narrow_ = sense.shared();
  }
  ~AmxTiles() { if (rows_ != 0) tile_release(); }
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

// Nothing else to do.
struct Nothing {};
template <>
struct Meanwhile<Nothing> {
  Meanwhile(Ahead, Ahead, const Strip&, Nothing, int64_t) {}
  void fetch() {}
  void finish() {}
  void rest() {}
};

// The next two: c (rows, NR) = or, with `add`, += the first `steps` tiles along K of a block of A times a panel of B.
// Functions of their own, so that everything the loops need stays in registers.
//
// A tile is loaded when it is needed and zeroed as soon as it is not: zeroed tiles take no registers. Of those a core
// has few to spare while its other thread is awake (ADR 12).
//
// STREAMED: the panel goes past the first cache, which is left to the block of A.
template <bool TWO, bool STREAMED, class Done>
__attribute__((noinline)) static void wide_product(const uint32_t* a, const uint32_t* b, int64_t steps, bool add, float* c, const Strip& last, Done& done, Ahead a_ahead, Ahead b_ahead) {
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
  for (int64_t s = 0; s < steps; s++, a += kTile * NR, b += kTile * NR) {
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
// One half of the columns after the other, with two sums instead of four: six loads instead of four for the same four
// products, but two tiles fewer in use. The panel is streamed.
template <bool TWO, class Done>
__attribute__((noinline)) static void narrow_product(const uint32_t* a, const uint32_t* b, int64_t steps, bool add, float* c, const Strip& last, Done& done, Ahead a_ahead, Ahead b_ahead) {
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
    for (int64_t s = 0; s < steps; s++, x += kTile * NR, y += kTile * NR) {
      tile_load_streamed(6, y, line);
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
// The same bits whichever it is. Short products leave the panel in the first cache, where there is room for it. The
// narrow one reads the block of A twice, which has to stay in there.
constexpr int64_t kShortSteps = 8, kNarrowSteps = 16;  // 16 and 32 KiB of a block
template <class P, class Done>
static inline void block_times_panel(AmxTiles& tiles, int64_t rows, const uint32_t* a, bool, const uint32_t* b, int64_t steps, bool add, float* c, const Strip& last, Done& done, const Ahead& a_ahead = {}, const Ahead& b_ahead = {}) {
  tiles.shape(rows);
  const bool narrow = tiles.narrow() && steps <= kNarrowSteps;
  if (rows > kTile) {
    if (steps < kShortSteps) wide_product<true, false>(a, b, steps, add, c, last, done, a_ahead, b_ahead);
    else if (narrow) narrow_product<true>(a, b, steps, add, c, last, done, a_ahead, b_ahead);
    else wide_product<true, true>(a, b, steps, add, c, last, done, a_ahead, b_ahead);
  } else {
    if (steps < kShortSteps) wide_product<false, false>(a, b, steps, add, c, last, done, a_ahead, b_ahead);
    else if (narrow) narrow_product<false>(a, b, steps, add, c, last, done, a_ahead, b_ahead);
    else wide_product<false, true>(a, b, steps, add, c, last, done, a_ahead, b_ahead);
  }
}
template <class P>
static inline void block_times_panel(AmxTiles& tiles, int64_t rows, const uint32_t* a, bool turned, const uint32_t* b, int64_t steps, bool add, float* c) {
  Nothing nothing;
  block_times_panel<P>(tiles, rows, a, turned, b, steps, add, c, Strip{nullptr, 0, 0, 0}, nothing);
}
