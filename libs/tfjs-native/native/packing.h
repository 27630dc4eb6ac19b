// What products read. A matrix is cut into squares of NR x NR numbers and filled up with zeros to whole ones:
//
//   A (M, K)  in blocks of NR rows,    [M/NR][K/NR] squares
//   B (K, N)  in panels of NR columns, [N/NR][K/NR] squares
//
// How a square lies is the format's, float32.h or bfloat16.h, for which P stands everywhere. It has
//
//   Number            as which numbers lie in memory between products
//   Word              of an operand: kPerWord numbers that follow each other along K. K counts words; sizes are in words
//   kLine, kSquare    words of NR numbers, and of a square
//   elements, words   words of so many numbers, and with the zeros that fill up a square
//   kForm             no two packings of a weight have the same, and the same NR
//   exp2, gelu        as exact as the numbers are; of GELU also value and gradient at once
//   Kept              a line of numbers as it is kept for the gradient: keep, kept, load_kept, store_kept
//   put_line          a line of a square of A
//   put_panel         two lines of B, k and k + 1: k counts numbers, is even, and begins at the panel's first
//   Columns           makes a square of A by columns from its rows, two by two
//
// and makes squares of a part of a matrix, from row m and column c on:
//
//   rows     of A, VF rows of it      columns  of A = x^T
//   along    of B; each(first, second) is called for every row of x, with its two vectors
//   across   of B = x^T
//
// AWAY: past the caches, since it is long until they are read.

template <class P>
struct AMatrix {
  using Word = typename P::Word;
  const Word* data;
  int64_t K;            // words
  bool turned = false;  // made by columns, where these squares are other ones: P::kTurned
  const Word* block(int64_t b) const { return data + b * NR * K; }
};
template <class P>
static int64_t a_size(int64_t M, int64_t K) { return ceil_div(M, NR) * NR * P::words(K); }
template <class P>
static int64_t b_size(int64_t K, int64_t N) { return ceil_div(N, NR) * NR * P::words(K); }

// Rows of a matrix that are read at a time when it is packed as B: few enough to stay in L1 or L2 until every panel
// has its part of them, and whole panels where they are its columns.
constexpr int64_t kPackRows = 32;
static_assert(kPackRows % NR == 0, "a panel lies within the rows of one turn");

// VF rows from m on of any matrix as theirs of a block of A.
template <class P, class S>
static void put_rows(const Matrix<S>& x, int64_t m, typename P::Word* out) {
  for (int64_t c = 0; c < x.width; c += NR) P::rows(x, m, c, out + c / NR * P::kSquare);
}
// Squares of A (width, n) of any matrix (n, width), by columns: those of its rows k, a multiple of NR, on.
template <class P, class S>
static void put_columns(const Matrix<S>& x, int64_t k, typename P::Word* out) {
  for (int64_t c = 0; c < x.width; c += NR) P::template columns<false>(x, k, c, out + c * P::words(x.n) + k / NR * P::kSquare);
}
// Rows `from`, a multiple of NR, to `to` of a matrix into their places in the panels of it as B (n, width) or, transposed,
// (width, n).
template <class P, bool AWAY = false, class S>
static void put_b(const Matrix<S>& x, bool transposed, int64_t from, int64_t to, typename P::Word* out) {
  const int64_t size = NR * P::words(transposed ? x.width : x.n);
  for (int64_t m = from; m < to; m += NR)
    for (int64_t c = 0; c < x.width; c += NR) {
      if (transposed) P::template across<AWAY>(x, m, c, out + m / NR * size + c / NR * P::kSquare);
      else P::template along<AWAY>(x, m, c, out + c / NR * size + m / NR * P::kSquare, [](vf, vf) {});
    }
}

// A matrix of some rows in blocks of A.
template <class P>
struct OperandRows {
  using Word = typename P::Word;
  Word* data;
  int64_t K;
  OperandRows(Word* words, int64_t along) : data(words), K(along) {}
  OperandRows(Scratch& scratch, int64_t width, int64_t rows) : data(scratch.take<Word>(a_size<P>(rows, width))), K(P::words(width)) {}
  // From row m, a multiple of VF, on; where it is within a block, up to the block's end.
  OperandRows from(int64_t m) const { return {line(m, 0), K}; }
  AMatrix<P> matrix() const { return {data, K}; }
  // Row m from column n, a multiple of NR, on.
  Word* line(int64_t m, int64_t n) const { return data + m / NR * NR * K + n / NR * P::kSquare + m % NR * P::kLine; }
};

// Of float32, on all threads: A (M, K) of rows,
template <class P>
static AMatrix<P> rows_a(Scratch& scratch, const float* source, int64_t ld, int64_t M, int64_t K) {
  const OperandRows<P> out(scratch, K, M);
  const auto x = plain_matrix(source, ld, M, K);
  parallel_ranges(ceil_div(M, VF), M * K < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t m = from * VF; m < to * VF; m += VF) put_rows<P>(x, m, out.line(m, 0));
  });
  return out.matrix();
}
// A (M, K) of columns, where the source has K rows,
template <class P>
static AMatrix<P> columns_a(Scratch& scratch, const float* source, int64_t ld, int64_t M, int64_t K) {
  auto* out = scratch.take<typename P::Word>(a_size<P>(M, K));
  const auto x = plain_matrix(source, ld, K, M);
  // Along the rows of the source, which lie one after the other.
  parallel_ranges(ceil_div(K, NR), M * K < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    for (int64_t k = from * NR; k < to * NR; k += NR) put_columns<P>(x, k, out);
  });
  return {out, P::words(K), P::kTurned};
}
// and all panels of B (K, N), where the source has K rows or, transposed, N.
template <class P>
static void pack_b(const float* source, int64_t ld, bool transposed, int64_t K, int64_t N, typename P::Word* out) {
  const auto x = transposed ? plain_matrix(source, ld, N, K) : plain_matrix(source, ld, K, N);
  parallel_ranges(ceil_div(x.n, kPackRows), K * N < 20000 ? 1 : threads() * 4, [&](int64_t from, int64_t to) {
    put_b<P>(x, transposed, from * kPackRows, to * kPackRows < x.n ? to * kPackRows : x.n, out);
  });
}

// A square by columns of up to NR rows, zeros behind them: values(put) calls put(row, first, second) for each in its order,
// with its two vectors.
template <class P, bool AWAY = false, class Values>
static inline void columns_square(int64_t rows, typename P::Word* square, Values&& values) {
  typename P::template Columns<AWAY> columns;
  vf even[2] = {};
  values([&](int64_t r, vf a, vf b) {
    const vf row[2] = {a, b}, zeros[2] = {};
    // The last of an odd number of rows has a row of zeros beside it.
    if (r % 2 == 1) columns.put(square, r - 1, even, row);
    else if (r + 1 == rows) columns.put(square, r, row, zeros);
    even[0] = a;
    even[1] = b;
  });
  const vf zeros[2] = {};
  for (int64_t r = (rows + 1) / 2 * 2; r < NR; r += 2) columns.put(square, r, zeros, zeros);
  columns.end(square);
}

// Lines `from`, which is even, to `to` of a panel become zero.
template <class P>
static void clear_panel(typename P::Word* panel, int64_t from, int64_t to) {
  const vf zeros[2] = {};
  for (int64_t k = from; k < to; k += 2) P::template put_panel<false>(panel, k, zeros, zeros);
}

// Of the rows `begin`, a multiple of NR, to `end` of a matrix (M, N) that value(m, n, first, second) gives two
// vectors at a time: the rows as blocks of A of their own, their part of the panels as B (M, N), past the caches, and in
// `total` (N) their sum. On this thread.
template <class P, class Value>
static void rows_and_panels(int64_t begin, int64_t end, int64_t M, int64_t N, Value&& value, const OperandRows<P>& rows_out, typename P::Word* panels, float* total) {
  const int64_t size = NR * P::words(M);
  __builtin_memset(total, 0, sizeof(float) * static_cast<size_t>(N));
  for (int64_t m0 = begin; m0 < end; m0 += VF) {
    const int64_t rows = end - m0 < VF ? end - m0 : VF;
    for (int64_t n = 0; n < N; n += NR) {
      typename P::Word* out = rows_out.line(m0 - begin, n);
      vf s0, s1;
      load_two(total + n, N - n, s0, s1);
      for (int64_t r = 0; r < rows; r += 2) {
        vf two[2][2] = {};
        for (int64_t odd = 0; odd < 2 && r + odd < rows; odd++) {
          value(m0 + r + odd, n, two[odd][0], two[odd][1]);
          P::put_line(out + (r + odd) * P::kLine, two[odd][0], two[odd][1]);
          s0 += two[odd][0];
          s1 += two[odd][1];
        }
        P::template put_panel<true>(panels + n / NR * size, m0 + r, two[0], two[1]);
      }
      store_two(total + n, N - n, s0, s1);
    }
  }
  stored_away();
}
// Lines of panels of B (M, N) that fill up its squares.
template <class P>
static void fill_panels(int64_t M, int64_t N, typename P::Word* panels) {
  for (int64_t n = 0; n < N; n += NR) clear_panel<P>(panels + n * P::words(M), (M + 1) / 2 * 2, ceil_div(M, NR) * NR);
}

// Of a matrix that one thread has to itself: blocks of A (n, width), `stride` words apart.
template <class P>
struct RowBlocks {
  const typename P::Word* data;
  int64_t stride;
  const typename P::Word* block(int64_t b) const { return data + b * stride; }
};
// Where they lie, if they lie so.
template <class P, class S>
static RowBlocks<P> rows_of(Scratch& scratch, const Matrix<S>& x) {
  using Word = typename P::Word;
  if (std::is_same<S, typename P::Number>::value && x.rows.blocked() && x.rows.first % NR == 0 && x.width % NR == 0)
    return {reinterpret_cast<const Word*>(x.rows.at(0)), x.rows.block / P::kPerWord};
  const OperandRows<P> out(scratch, x.width, x.n);
  for (int64_t m = 0; m < x.n; m += VF) put_rows<P>(x, m, out.line(m, 0));
  return {out.data, NR * out.K};
}
template <class P, class S>
static AMatrix<P> matrix_of(Scratch& scratch, const Matrix<S>& x) { return {rows_of<P>(scratch, x).data, P::words(x.width)}; }
// A (width, n).
template <class P, class S>
static AMatrix<P> columns_of(Scratch& scratch, const Matrix<S>& x) {
  auto* out = scratch.take<typename P::Word>(a_size<P>(x.width, x.n));
  for (int64_t m = 0; m < x.n; m += NR) put_columns<P>(x, m, out);
  return {out, P::words(x.n), P::kTurned};
}
// B (n, width) or, transposed, (width, n).
template <class P, class S>
static const typename P::Word* panels_of(Scratch& scratch, const Matrix<S>& x, bool transposed) {
  auto* out = scratch.take<typename P::Word>(transposed ? b_size<P>(x.width, x.n) : b_size<P>(x.n, x.width));
  put_b<P>(x, transposed, 0, x.n, out);
  return out;
}
// Their part, from row `begin` of M on, of B (M, width) in such panels, past the caches, and in `total` (width) their sum.
template <class P, class S>
static void put_panels(const Matrix<S>& x, int64_t begin, int64_t M, typename P::Word* panels, float* total) {
  __builtin_memset(total, 0, sizeof(float) * static_cast<size_t>(x.width));
  for (int64_t m = 0; m < x.n; m += NR)
    for (int64_t c = 0; c < x.width; c += NR) {
      vf s0, s1;
      load_two(total + c, x.width - c, s0, s1);
      P::template along<true>(x, m, c, panels + c * P::words(M) + (begin + m) / NR * P::kSquare, [&](vf first, vf second) {
        s0 += first;
        s1 += second;
      });
      store_two(total + c, x.width - c, s0, s1);
    }
}
