// A block of A times a panel of B (packing.h) in vector registers. Included by gemm.h.

struct NoTiles {};  // no state of the processor's

// A vector of sums outside of any block, made word by word along K as block_times_panel makes them: the same bits.
template <class P>
class VectorSum {
 public:
  template <class V>
  void add(typename P::Word a, V b) {
    multiply_add(sum_, a, b);
  }
  void end_line() {}  // after each P::kLine words
  vf get() const { return sum_; }

 private:
  vf sum_{};
};

// Sums that are under way at once: they hide the latency of a product, and the factors of all of them stay in registers.
#if VB == 64 || defined(__aarch64__)
constexpr int kSumsAtOnce = 16;
#elif VB == 32
constexpr int kSumsAtOnce = 12;
#else
constexpr int kSumsAtOnce = 8;
#endif
// Rows of a block at a time, that each line of a panel is multiplied with: of 16 sums, 8 + 2 loads for 16 products.
constexpr int kRowsAtOnce = kSumsAtOnce / 2;
// Words of a panel that are fetched into L2 ahead of their use: far enough for L3 and memory, near enough to be there still.
constexpr int64_t kFetchAhead = 2048;

// strips[p] (ROWS, NR), `next` apart, = or, with `add`, += the first `steps` squares, HEIGHT lines each, of ROWS rows of a block
// times PANELS panels that are `size` words apart. FETCH: it is the first to read them. TURNED: the block was made by columns.
template <class P, int ROWS, int PANELS, int HEIGHT, bool FETCH, bool TURNED>
static inline void rows_product(const typename P::Word* a, const typename P::Word* b, int64_t size, int64_t steps, bool add, float* strips, int64_t next) {
  constexpr int64_t row = TURNED ? 1 : P::kLine, step = TURNED ? P::kLine : 1;
  vf s[PANELS][ROWS][2];
#pragma GCC unroll 4
  for (int p = 0; p < PANELS; p++)
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 2
      for (int v = 0; v < 2; v++) s[p][r][v] = add ? load(strips + p * next + r * NR + v * VF) : vf{};
  for (int64_t square = 0; square < steps; square++, a += HEIGHT * P::kLine, b += P::kSquare)
    // Not unrolled: compilers then broadcast ahead of their use and run out of registers.
#pragma GCC unroll 1
    for (int k = 0; k < P::kLine; k++) {
#pragma GCC unroll 4
      for (int p = 0; p < PANELS; p++) {
        const typename P::Word* line = b + p * size + k * NR;
        const auto b0 = load(line), b1 = load(line + VF);
        if (FETCH)
          for (int64_t at = 0; at < NR; at += 16) __builtin_prefetch(line + kFetchAhead + at, 0, 2);
#pragma GCC unroll 8
        for (int r = 0; r < ROWS; r++) {
          multiply_add(s[p][r][0], a[r * row + k * step], b0);
          multiply_add(s[p][r][1], a[r * row + k * step], b1);
        }
      }
    }
#pragma GCC unroll 4
  for (int p = 0; p < PANELS; p++)
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 2
      for (int v = 0; v < 2; v++) store(strips + p * next + r * NR + v * VF, s[p][r][v]);
}
// Up to ROWS rows of one panel.
template <class P, bool FETCH, bool TURNED, int ROWS = kRowsAtOnce>
static inline void some_rows_product(int64_t rows, const typename P::Word* a, const typename P::Word* b, int64_t steps, bool add, float* c) {
  if (rows >= ROWS) return rows_product<P, ROWS, 1, NR, FETCH, TURNED>(a, b, 0, steps, add, c, 0);
  if constexpr (ROWS > 1) some_rows_product<P, FETCH, TURNED, ROWS - 1>(rows, a, b, steps, add, c);
}

// c (rows, NR) of a block, shared evenly among the turns.
template <class P, bool TURNED>
__attribute__((noinline)) static void block_product(int64_t rows, const typename P::Word* a, const typename P::Word* b, int64_t steps, bool add, float* c) {
  constexpr int64_t row = TURNED ? 1 : P::kLine;
  int64_t turns = ceil_div(rows, kRowsAtOnce), here = ceil_div(rows, turns);
  some_rows_product<P, true, TURNED>(here, a, b, steps, add, c);
  for (int64_t r = here; r < rows; r += here) {
    here = ceil_div(rows - r, --turns);
    some_rows_product<P, false, TURNED>(here, a + r * row, b, steps, add, c + r * NR);
  }
}
template <class P>
static inline void block_times_panel(NoTiles&, int64_t rows, const typename P::Word* a, bool turned, const typename P::Word* b, int64_t steps, bool add, float* c) {
  if constexpr (P::kTurned)
    if (turned) return block_product<P, true>(rows, a, b, steps, add, c);
  block_product<P, false>(rows, a, b, steps, add, c);
}
template <class P, class Done>
static inline void block_times_panel(NoTiles& tiles, int64_t rows, const typename P::Word* a, bool turned, const typename P::Word* b, int64_t steps, bool add, float* c, const Strip& last, Done& done, const Ahead&, const Ahead&) {
  if (last.rows > 0) done(last, int64_t{0}, last.rows);
  block_times_panel<P>(tiles, rows, a, turned, b, steps, add, c);
}

// Up to kFewRows rows in all, panels p0 .. p1, several of them at once: one alone would have too few sums.
constexpr int64_t kFewRows = 4;
template <class P, int ROWS = kFewRows, class Done>
static void few_rows_product(int64_t rows, const AMatrix<P>& A, const typename P::Word* B, int64_t along, int64_t p0, int64_t p1, Done& done) {
  if (rows < ROWS) {
    if constexpr (ROWS > 1) few_rows_product<P, ROWS - 1>(rows, A, B, along, p0, p1, done);
    return;
  }
  constexpr int PANELS = kRowsAtOnce / ROWS < 4 ? kRowsAtOnce / ROWS : 4;
  // Of float32, lines of whole squares may all meet in one place of the first cache, so they are put one after the other; and
  // panels are fetched ahead, which of bfloat16 takes longer than it saves.
  constexpr bool kWide = P::kPerWord == 1;
  constexpr int kHeight = kWide ? ROWS : NR;
  const int64_t size = along * NR, squares = A.K / P::kLine;
  Scratch scratch;
  const typename P::Word* a = A.block(0);
  if constexpr (kWide) {
    auto* together = scratch.take<typename P::Word>(ROWS * A.K);
    for (int64_t i = 0; i < squares; i++) __builtin_memcpy(together + i * ROWS * P::kLine, a + i * P::kSquare, sizeof(typename P::Word) * ROWS * P::kLine);
    a = together;
  }
  alignas(64) float strips[PANELS * ROWS * NR];
  const auto product = [&](auto panels, int64_t p) {
    rows_product<P, ROWS, panels, kHeight, kWide, false>(a, B + p * size, size, squares, false, strips, ROWS * NR);
    for (int i = 0; i < panels; i++) done(Strip{strips + i * ROWS * NR, 0, (p + i) * NR, ROWS}, int64_t{0}, int64_t{ROWS});
  };
  int64_t p = p0;
  for (; p + PANELS <= p1; p += PANELS) product(std::integral_constant<int, PANELS>{}, p);
  for (; p < p1; p++) product(std::integral_constant<int, 1>{}, p);
}
