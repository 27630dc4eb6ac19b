// Numbers of a row that go together, two vectors, and the side of a square of numbers.
constexpr int NR = 2 * VF;

static inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// A matrix of numbers S: rows one after the other or, as products read it, blocks of NR rows by NR columns.
template <class S>
struct Rows {
  S* data;
  int64_t row, block, column;  // how far apart rows, blocks of rows and blocks of columns are
  int64_t first = 0;
  static Rows plain(S* data, int64_t width) { return {data, width, NR * width, NR}; }
  static Rows in_blocks(S* data, int64_t width) { return {data, NR, NR * width, NR * NR}; }
  operator Rows<const S>() const { return {data, row, block, column, first}; }
  // Row m, from column c on up to the next multiple of NR.
  S* at(int64_t m, int64_t c = 0) const {
    const uint64_t i = static_cast<uint64_t>(first + m);
    return data + static_cast<int64_t>(i / NR) * block + static_cast<int64_t>(i % NR) * row + across(c);
  }
  int64_t across(int64_t c) const { return c / NR * column + c % NR; }
  // From row m and column c on, with which, in blocks, one begins.
  Rows from(int64_t m, int64_t c) const { return {data + across(c), row, block, column, first + m}; }
  bool blocked() const { return row == NR && column == NR * NR; }
  // Whether `count` rows from m on are `row` apart.
  bool together(int64_t m, int64_t count) const { return !blocked() || (first + m) % NR + count <= NR; }
  // f(r, its columns from c on) for `count` rows from m on.
  template <class F>
  void each(int64_t m, int64_t count, int64_t c, F&& f) const {
    for (int64_t r = 0; r < count;) {
      const int64_t left = NR - (first + m + r) % NR, end = left < count - r ? r + left : count;
      for (S* p = at(m + r, c); r < end; r++, p += row) f(r, p);
    }
  }
};

// Row `m` of `width` numbers becomes row `to_m` of another.
template <class S>
static void copy_row(const Rows<S>& from, int64_t m, const Rows<S>& to, int64_t to_m, int64_t width) {
  for (int64_t c = 0; c < width; c += NR) __builtin_memcpy(to.at(to_m, c), from.at(m, c), sizeof(S) * static_cast<size_t>(width - c < NR ? width - c : NR));
}

// Some of them, n rows of `width` numbers.
template <class S>
struct Matrix {
  Rows<const S> rows;
  int64_t n, width;
};
template <class S>
static Matrix<S> plain_matrix(const S* data, int64_t ld, int64_t n, int64_t width) { return {Rows<const S>::plain(data, ld), n, width}; }
