// A block of A times a panel of B (packing_tiled.h) in vector registers. Included by gemm_tiled.h.

// A smaller product is not shared out among threads: M N K, K in pairs.
constexpr int64_t kAlone = 40000;

struct Tiles {};  // no state of the processor's

// Sums that are under way at once: they hide the latency of a product, and the factors of all of them stay in registers.
constexpr int kSumsAtOnce = 16;
// Rows of a block at a time, that each line of a panel is multiplied with: 8 + 2 loads for 16 products.
constexpr int kRowsAtOnce = kSumsAtOnce / 2;
// Words of a panel that are fetched into L2 ahead of their use: far enough for L3 and memory, near enough to be there still.
constexpr int64_t kFetchAhead = 4 * kTile * NR;

// strips[p] (ROWS, NR), `next` apart, = or, with `add`, += the first `steps` tiles along K of ROWS rows of a block times PANELS
// panels that are `size` words apart. FETCH: it is the first to read them.
template <int ROWS, int PANELS, bool FETCH>
static inline void rows_product(const uint32_t* a, int64_t height, const uint32_t* b, int64_t size, int64_t steps, bool add, float* strips, int64_t next) {
  vf s[PANELS][ROWS][2];
#pragma GCC unroll 4
  for (int p = 0; p < PANELS; p++)
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++)
#pragma GCC unroll 2
      for (int v = 0; v < 2; v++) s[p][r][v] = add ? load(strips + p * next + r * NR + v * VF) : vf{};
  for (int64_t step = 0; step < steps; step++, a += height * kTile, b += kTile * NR)
    for (int k = 0; k < kTile; k++) {
#pragma GCC unroll 4
      for (int p = 0; p < PANELS; p++) {
        const uint32_t* line = b + p * size + k * NR;
        const vu b0 = load(line), b1 = load(line + VF);
        if (FETCH) {
          __builtin_prefetch(line + kFetchAhead, 0, 2);
          __builtin_prefetch(line + kFetchAhead + VF, 0, 2);
        }
#pragma GCC unroll 8
        for (int r = 0; r < ROWS; r++) {
          multiply_add(s[p][r][0], a[r * kTile + k], b0);
          multiply_add(s[p][r][1], a[r * kTile + k], b1);
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
template <bool FETCH, int ROWS = kRowsAtOnce>
static inline void some_rows_product(int64_t rows, const uint32_t* a, int64_t height, const uint32_t* b, int64_t steps, bool add, float* c) {
  if (rows >= ROWS) return rows_product<ROWS, 1, FETCH>(a, height, b, 0, steps, add, c, 0);
  if constexpr (ROWS > 1) some_rows_product<FETCH, ROWS - 1>(rows, a, height, b, steps, add, c);
}

// c (rows, NR) of a block.
__attribute__((noinline)) static void block_product(int64_t rows, const uint32_t* a, int64_t height, const uint32_t* b, int64_t steps, bool add, float* c) {
  some_rows_product<true>(rows, a, height, b, steps, add, c);
  for (int64_t r = kRowsAtOnce; r < rows; r += kRowsAtOnce) some_rows_product<false>(rows - r, a + r * kTile, height, b, steps, add, c + r * NR);
}
template <class Done>
static inline void tiles_product(const Tiles&, int64_t rows, const uint32_t* a, int64_t height, const uint32_t* b, int64_t steps, bool add, float* c, const Strip& last, Done& done, const Ahead&, const Ahead&) {
  if (last.rows > 0) done(last, int64_t{0}, last.rows);
  block_product(rows, a, height, b, steps, add, c);
}
static inline void tiles_product(const Tiles&, int64_t rows, const uint32_t* a, int64_t height, const uint32_t* b, int64_t steps, bool add, float* c) {
  block_product(rows, a, height, b, steps, add, c);
}

// Up to kFewRows rows in all, panels p0 .. p1, several of them at once: one alone would have too few sums.
constexpr int64_t kFewRows = 4;
template <int ROWS = kFewRows, class Done>
static void few_rows_product(int64_t rows, const AMatrix<TilePair>& A, const TilePair* packed, int64_t along, int64_t p0, int64_t p1, Done& done) {
  if (rows < ROWS) {
    if constexpr (ROWS > 1) few_rows_product<ROWS - 1>(rows, A, packed, along, p0, p1, done);
    return;
  }
  constexpr int PANELS = kRowsAtOnce / ROWS < 4 ? kRowsAtOnce / ROWS : 4;
  const uint32_t* B = reinterpret_cast<const uint32_t*>(packed);
  const int64_t size = along * NR;
  alignas(64) float strips[PANELS * ROWS * NR];
  const auto product = [&](auto panels, int64_t p) {
    rows_product<ROWS, panels, false>(A.block(0), A.height, B + p * size, size, A.K / kTile, false, strips, ROWS * NR);
    for (int i = 0; i < panels; i++) done(Strip{strips + i * ROWS * NR, 0, (p + i) * NR, ROWS}, int64_t{0}, int64_t{ROWS});
  };
  int64_t p = p0;
  for (; p + PANELS <= p1; p += PANELS) product(std::integral_constant<int, PANELS>{}, p);
  for (; p < p1; p++) product(std::integral_constant<int, 1>{}, p);
}
