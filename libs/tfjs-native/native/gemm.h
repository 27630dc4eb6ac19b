// C (M, N) = A (M, K) . B (K, N) in float32, with whatever follows (bias, GELU, residual, softmax statistics)
// done on the tile while it is in registers. Included once per instruction set, inside namespace ISA.
// gemm_tiled.h has the product of bfloat16.
//
// B is packed in panels of NR columns, [N/NR][K][NR], the last one filled up with zeros.
// A is read where it lies: element (m, k) at a[m * row + k * step].
// Every element of C is summed over the whole of K in one fixed order: the same bits, however the
// tiles are shared out among threads, and however many rows stand beside its own.

constexpr int NR = 2 * VF;
#if VB == 64
constexpr int MR = 14;  // 28 accumulators, 2 of B, 1 of A: 31 of 32 registers
#elif VB == 32
constexpr int MR = 6;  // 12 + 2 + 1 of 16
#else
constexpr int MR = 4;
#endif

template <class T>
struct AMatrix {
  const T* data;
  int64_t row, step;
  // Distance between blocks of MR rows when A is packed in such blocks; 0 when it is not.
  int64_t block = 0;
  const T* at(int64_t m) const { return block ? data + m / MR * block + m % MR * row : data + m * row; }
};

static inline void multiply_add(vf& c, float a, vf b) { c += splat(a) * b; }
#ifdef HAVE_BF16
// Of pairs of bfloat16 that follow each other along K.
static inline void multiply_add(vf& c, uint32_t a, vu b) {
  c = (vf)_mm512_dpbf16_ps((__m512)c, (__m512bh)_mm512_set1_epi32(static_cast<int>(a)), (__m512bh)b);
}
#endif

// acc[r][0..1] = rows r of A times one panel of B.
template <int ROWS>
static inline void tile(const float* a, int64_t row, int64_t step, const float* b, int64_t K, vf (&acc)[MR][2]) {
  // Sums of its own: `acc` might lie where b does, for all that the compiler knows.
  vf c[ROWS][2] = {};
  for (int64_t k = 0; k < K; k++) {
    const vf b0 = load(b), b1 = load(b + VF);
#pragma GCC unroll 16
    for (int r = 0; r < ROWS; r++) {
      const float x = a[r * row];
      multiply_add(c[r][0], x, b0);
      multiply_add(c[r][1], x, b1);
    }
    a += step;
    b += NR;
  }
#pragma GCC unroll 16
  for (int r = 0; r < ROWS; r++) {
    acc[r][0] = c[r][0];
    acc[r][1] = c[r][1];
  }
}

template <int ROWS = MR>
static inline void tile_rows(int rows, const float* a, int64_t row, int64_t step, const float* b, int64_t K, vf (&acc)[MR][2]) {
  if (rows == ROWS) return tile<ROWS>(a, row, step, b, K, acc);
  if constexpr (ROWS > 1) tile_rows<ROWS - 1>(rows, a, row, step, b, K, acc);
}

// Rows m0 .. m0+rows (at most MR) of C against one panel; epilogue(row, column, value, lanes) gets
// two vectors a row, `lanes` of which lie inside C.
template <class Epilogue>
static inline void tile_block(const AMatrix<float>& A, const float* panel, int64_t K, int64_t m0, int rows, int64_t n0, int64_t N, Epilogue&& epilogue) {
  vf acc[MR][2];
  tile_rows(rows, A.at(m0), A.row, A.step, panel, K, acc);
  for (int r = 0; r < rows; r++) {
    const int64_t left = N - n0;
    epilogue(m0 + r, n0, acc[r][0], left < VF ? static_cast<int>(left) : VF);
    if (left > VF) epilogue(m0 + r, n0 + VF, acc[r][1], left < NR ? static_cast<int>(left - VF) : VF);
  }
}

// One row against PANELS panels at once: a single one would be bound by the latency of its two sums.
template <int PANELS, class Epilogue>
static void row_block_of_panels(const float* a, int64_t step, const float* B, int64_t K, int64_t n0, int64_t N, Epilogue&& epilogue) {
  vf c[PANELS][2] = {};
  for (int64_t k = 0; k < K; k++) {
    const float x = a[k * step];
#pragma GCC unroll 4
    for (int p = 0; p < PANELS; p++) {
      const float* b = B + (p * K + k) * NR;
      multiply_add(c[p][0], x, load(b));
      multiply_add(c[p][1], x, load(b + VF));
    }
  }
  for (int p = 0; p < PANELS; p++)
    for (int j = 0; j < 2; j++) {
      const int64_t n = n0 + p * NR + j * VF, left = N - n;
      if (left > 0) epilogue(0, n, c[p][j], left < VF ? static_cast<int>(left) : VF);
    }
}

static inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Rows per block: MR, or less so that a few rows are shared evenly (32 as 11 + 11 + 10).
static inline int64_t block_rows(int64_t M) { return ceil_div(M, ceil_div(M, MR)); }

// The whole product on all threads. Panels stay in L2 while the rows of A stream by.
template <class Epilogue>
static void gemm(const AMatrix<float>& A, const float* B, int64_t M, int64_t N, int64_t K, Epilogue&& epilogue) {
  if (M == 0) return;
  const int64_t step = A.block ? MR : block_rows(M);
  const int64_t panels = ceil_div(N, NR), blocks = ceil_div(M, step);
  auto part = [&](int64_t p0, int64_t p1, int64_t b0, int64_t b1) {
    if (M == 1) {
      for (; p0 + 4 <= p1; p0 += 4) row_block_of_panels<4>(A.at(0), A.step, B + p0 * K * NR, K, p0 * NR, N, epilogue);
      for (; p0 < p1; p0++) row_block_of_panels<1>(A.at(0), A.step, B + p0 * K * NR, K, p0 * NR, N, epilogue);
      return;
    }
    for (int64_t p = p0; p < p1; p++)
      for (int64_t b = b0; b < b1; b++) {
        const int64_t m0 = b * step;
        tile_block(A, B + p * K * NR, K, m0, static_cast<int>(M - m0 < step ? M - m0 : step), p * NR, N, epilogue);
      }
  };
  // Finer than one part a thread, so that a thread that was interrupted does not hold up the rest.
  const int64_t parts = M * N * K < 40000 ? 1 : threads() * 4;
  if (blocks >= parts) parallel_ranges(blocks, parts, [&](int64_t from, int64_t to) { part(0, panels, from, to); });
  else parallel_ranges(panels, parts, [&](int64_t from, int64_t to) { part(from, to, 0, blocks); });
}

// ---- packing

// Packed numbers are stored as usual, or AWAY, past the caches, where it is long until they are read.
template <bool AWAY, class T, class V>
static inline void put(T* out, V v) {
#ifdef HAVE_BF16
  if (AWAY) return store_away(reinterpret_cast<uint32_t*>(out), (vu)v);
#endif
  store(out, v);
}

// A panel from rows of N: row(n, k, left) is a vector of row n from element k on, of which `left` are
// wanted; place(k, j, v) gets the VF columns from j on of its row k. Words are moved as they are, whatever they hold.
template <class Row, class Place>
static inline void transposed_columns(int64_t K, int64_t n0, int64_t N, Row&& row, Place&& place) {
  for (int64_t k = 0; k < K; k += VF) {
    const int64_t left = K - k < VF ? K - k : VF;
    for (int j = 0; j < NR; j += VF) {
      vf v[VF];
      for (int r = 0; r < VF; r++) v[r] = n0 + j + r < N ? row(n0 + j + r, k, left) : vf{};
      transpose(v);
      for (int64_t i = 0; i < left; i++) place(k + i, j, v[i]);
    }
  }
}

// How a product is computed: the element type, and how float32 matrices become its operands.
// Sizes are in floats; `elements(K)` is K in elements.
struct Float32 {
  using T = float;
  using Row = Float32;  // of one row with what a cache holds
  static constexpr int kForm = 0;
  static int64_t elements(int64_t K) { return K; }

  // B (K, N) from rows of K (source[k * ld + n]).
  template <bool AWAY = false>
  static void panel(const float* source, int64_t ld, int64_t K, int64_t n0, int64_t N, float* out) {
    const int n = static_cast<int>(N - n0 < NR ? N - n0 : NR);
    for (int64_t k = 0; k < K; k++, out += NR) {
      const float* s = source + k * ld + n0;
      put<AWAY>(out, load_n(s, n));
      put<AWAY>(out + VF, n > VF ? load_n(s + VF, n - VF) : vf{});
    }
  }
  // B (K, N) from rows of N (source[n * ld + k]).
  template <bool AWAY = false>
  static void panel_transposed(const float* source, int64_t ld, int64_t K, int64_t n0, int64_t N, float* out) {
    const auto row = [&](int64_t n, int64_t k, int64_t left) { return load_n(source + n * ld + k, static_cast<int>(left)); };
    transposed_columns(K, n0, N, row, [out](int64_t k, int j, vf v) { put<AWAY>(out + k * NR + j, v); });
  }
};

#ifdef HAVE_BF16
// Two numbers that follow each other along K, as a pair of bfloat16: multiplied as such, summed in float32. K counts pairs,
// so it is half the true one, rounded up; the odd one is a zero. What is packed of them: gemm_tiled.h.
struct BFloat16 {
  using T = uint32_t;
  static int64_t elements(int64_t K) { return (K + 1) / 2; }

  // The words of a panel of B (K, N), from rows of K, wherever they go: place(k, j, words) gets the VF columns from j on of its row k.
  template <class Place>
  static void pairs(const float* source, int64_t ld, int64_t K, int64_t n0, int64_t N, Place&& place) {
    const int n = static_cast<int>(N - n0 < NR ? N - n0 : NR);
    for (int64_t k = 0; k < K; k += 2) {
      const float *s = source + k * ld + n0, *t = s + ld;
      const bool odd = k + 1 == K;
      place(k / 2, 0, bf16_pair(load_n(s, n), odd ? vf{} : load_n(t, n)));
      place(k / 2, VF, n > VF ? bf16_pair(load_n(s + VF, n - VF), odd ? vf{} : load_n(t + VF, n - VF)) : vu{});
    }
  }
  // From rows of N.
  template <class Place>
  static void pairs_transposed(const float* source, int64_t ld, int64_t K, int64_t n0, int64_t N, Place&& place) {
    const auto row = [&](int64_t n, int64_t k, int64_t) {
      const float* s = source + n * ld + 2 * k;
      const int64_t floats = K - 2 * k;
      if (floats >= 2 * VF) return (vf)bf16_words(load(s), load(s + VF));
      return (vf)bf16_words(load_n(s, static_cast<int>(floats)), floats > VF ? load_n(s + VF, static_cast<int>(floats - VF)) : vf{});
    };
    transposed_columns(elements(K), n0, N, row, [&](int64_t k, int j, vf v) { place(k, j, (vu)v); });
  }
};
#endif

// Rows of a matrix that are read at a time when it is packed: few enough to stay in L1 or L2 until every panel
// has its part of them, and whole panels where they are its columns.
constexpr int64_t kPackRows = 32;
static_assert(kPackRows % NR == 0, "a panel lies within the rows of one turn");

// Rows `from`, a multiple of kPackRows, to `to` of the source of B (K, N) into their places in its panels.
// `transposed`: source has N rows, else K.
template <class P, bool AWAY = false>
static void pack_b_rows(const float* source, int64_t ld, bool transposed, int64_t K, int64_t N, int64_t from, int64_t to, typename P::T* out) {
  const int64_t size = P::elements(K) * NR;
  if (transposed) {
    for (int64_t n = from; n < to; n += NR) P::template panel_transposed<AWAY>(source, ld, K, n, N, out + n / NR * size);
    return;
  }
  for (int64_t k = from; k < to; k += kPackRows)
    for (int64_t n = 0; n < N; n += NR) P::template panel<AWAY>(source + k * ld, ld, to - k < kPackRows ? to - k : kPackRows, n, N, out + n / NR * size + P::elements(k) * NR);
}

// All panels of B.
template <class P>
static void pack_b(const float* source, int64_t ld, bool transposed, int64_t K, int64_t N, typename P::T* out) {
  const int64_t rows = transposed ? N : K;
  parallel_ranges(ceil_div(rows, kPackRows), K * N < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    pack_b_rows<P>(source, ld, transposed, K, N, from * kPackRows, to * kPackRows < rows ? to * kPackRows : rows, out);
  });
}
template <class P>
static int64_t packed_b_size(int64_t K, int64_t N) { return ceil_div(N, NR) * P::elements(K) * NR; }

// Rows of float32 as rows of elements: for float32 they are used where they lie.
static AMatrix<float> rows_a(const float* source, int64_t ld, int64_t, int64_t, float*) { return {source, ld, 1}; }
static int64_t rows_a_size(int64_t, int64_t, float*) { return 0; }

// A (M, K) from rows of K (source[k * ld + m]): blocks of MR rows, [M/MR][K][MR].
static void block_a(const float* source, int64_t ld, int64_t K, int64_t m0, int rows, float* out) {
  for (int64_t k = 0; k < K; k++, out += MR)
    for (int r = 0; r < rows; r++) out[r] = source[k * ld + m0 + r];
}
template <class P>
static AMatrix<typename P::T> columns_a(const float* source, int64_t ld, int64_t M, int64_t K, typename P::T* out) {
  const int64_t size = P::elements(K) * MR;
  parallel_ranges(ceil_div(M, MR), M * K < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t k = 0; k < K; k += kPackRows)
      for (int64_t b = from; b < to; b++)
        block_a(source + k * ld, ld, K - k < kPackRows ? K - k : kPackRows, b * MR, static_cast<int>(M - b * MR < MR ? M - b * MR : MR), out + b * size + P::elements(k) * MR);
  });
  return {out, 1, MR, size};
}
template <class P>
static int64_t columns_a_size(int64_t M, int64_t K) { return ceil_div(M, MR) * P::elements(K) * MR; }
