// A matrix of numbers S: rows one after the other or, as products in tiles read it, blocks of 32 rows by 32 columns.
template <class S>
struct Rows {
  static constexpr int64_t kSide = 32;
  S* data;
  int64_t row, block, column;  // how far apart rows, blocks of rows and blocks of columns are
  int64_t first = 0;
  static Rows plain(S* data, int64_t width) { return {data, width, kSide * width, kSide}; }
  static Rows in_blocks(S* data, int64_t width) { return {data, kSide, kSide * width, kSide * kSide}; }
  operator Rows<const S>() const { return {data, row, block, column, first}; }
  // Row m, from column c on up to the next multiple of 32.
  S* at(int64_t m, int64_t c = 0) const {
    const uint64_t i = static_cast<uint64_t>(first + m);
    return data + static_cast<int64_t>(i / kSide) * block + static_cast<int64_t>(i % kSide) * row + across(c);
  }
  int64_t across(int64_t c) const { return c / kSide * column + c % kSide; }
  // From row m and column c on, with which, in blocks, one begins.
  Rows from(int64_t m, int64_t c) const { return {data + across(c), row, block, column, first + m}; }
  bool blocked() const { return row == kSide && column == kSide * kSide; }
  // Whether `count` rows from m on are `row` apart.
  bool together(int64_t m, int64_t count) const { return !blocked() || (first + m) % kSide + count <= kSide; }
  // f(r, its columns from c on) for `count` rows from m on.
  template <class F>
  void each(int64_t m, int64_t count, int64_t c, F&& f) const {
    for (int64_t r = 0; r < count;) {
      const int64_t left = kSide - (first + m + r) % kSide, end = left < count - r ? r + left : count;
      for (S* p = at(m + r, c); r < end; r++, p += row) f(r, p);
    }
  }
};

// Row `m` of `width` numbers becomes row `to_m` of another.
template <class S>
static void copy_row(const Rows<S>& from, int64_t m, const Rows<S>& to, int64_t to_m, int64_t width) {
  for (int64_t c = 0; c < width; c += Rows<S>::kSide) __builtin_memcpy(to.at(to_m, c), from.at(m, c), sizeof(S) * static_cast<size_t>(width - c < Rows<S>::kSide ? width - c : Rows<S>::kSide));
}
