// Numbers as bfloat16 between products and in them, sums in float32: see packing.h for what a format has. Two numbers that
// follow each other along K are a word. A line of a square is NR numbers of a row of A in VF words; of B it is, without
// AMX, NR words of two rows, and for AMX a square is two tiles one after the other: memory is read line by line.
struct BFloat16 {
  using Number = bf16;
  using Word = uint32_t;
  static constexpr int64_t kPerWord = 2, kLine = NR / kPerWord, kSquare = NR * kLine;
  static constexpr bool kTurned = false;
#ifdef HAVE_AMX
  static constexpr int kForm = 2;
#else
  static constexpr int kForm = 1;
#endif
  static int64_t elements(int64_t n) { return (n + 1) / 2; }
  static int64_t words(int64_t n) { return ceil_div(n, NR) * kLine; }

  static vf exp2(vf t) { return exp2_for_bf16(t); }
  static vf gelu(vf p) { return gelu_for_bf16(p); }
  static void gelu(vf p, vf& value, vf& gradient) { gelu_for_bf16(p, value, gradient); }

  // A column and the VF-th after it in each word.
  using Kept = vu;
  static Kept keep(vf first, vf second) { return bf16_pair(first, second); }
  static void kept(Kept words, vf& first, vf& second) { unzip_words(words, first, second); }
  static Kept load_kept(const uint32_t* line) { return load(line); }
  template <bool AWAY>
  static void store_kept(uint32_t* line, Kept words) {
    put<AWAY>(line, words);
  }

  static void put_line(uint32_t* line, vf first, vf second) { store(line, bf16_words(first, second)); }
  template <bool AWAY>
  static void put_panel(uint32_t* panel, int64_t k, const vf (&row)[2], const vf (&next)[2]) {
    put<AWAY>(panel + panel_at(k / 2, 0), bf16_pair(row[0], next[0]));
    put<AWAY>(panel + panel_at(k / 2, VF), bf16_pair(row[1], next[1]));
  }
  // By columns a square has to be transposed, once all of its rows are there.
  template <bool AWAY>
  class Columns {
   public:
    void put(uint32_t*, int64_t r, const vf (&row)[2], const vf (&next)[2]) {
      first_[r / 2] = (vf)bf16_pair(row[0], next[0]);
      second_[r / 2] = (vf)bf16_pair(row[1], next[1]);
    }
    void end(uint32_t* square) { put_columns<AWAY>(first_, second_, square); }

   private:
    vf first_[VF], second_[VF];
  };

  template <class S>
  static void rows(const Matrix<S>& source, int64_t m, int64_t c, uint32_t* out) {
    vf words[VF];
    lines(source, m, c, words);
    for (int64_t i = 0; i < VF; i++) store(out + i * kLine, (vu)words[i]);
  }
  template <bool AWAY, class S>
  static void columns(const Matrix<S>& source, int64_t m, int64_t c, uint32_t* out) {
    vf first[VF], second[VF];
    pairs(source, m, c, first, second);
    put_columns<AWAY>(first, second, out);
  }
  template <bool AWAY, class S, class Each>
  static void along(const Matrix<S>& source, int64_t m, int64_t c, uint32_t* out, Each&& each) {
    vf first[VF], second[VF];
    pairs(source, m, c, first, second);
    for (int64_t i = 0; i < VF; i++) put<AWAY>(out + panel_at(i, 0), (vu)first[i]);
    for (int64_t i = 0; i < VF; i++) put<AWAY>(out + panel_at(i, VF), (vu)second[i]);
    for (int64_t i = 0; i < VF; i++) {
      vf left, left_below, right, right_below;
      unzip_words((vu)first[i], left, left_below);
      unzip_words((vu)second[i], right, right_below);
      each(left, right);
      each(left_below, right_below);
    }
  }
  template <bool AWAY, class S>
  static void across(const Matrix<S>& source, int64_t m, int64_t c, uint32_t* out) {
    for (int64_t half = 0; half < NR; half += VF) {
      vf words[VF];
      lines(source, m + half, c, words);
      put_transposed<AWAY>(words, out + panel_at(0, half), kPanelRow);
    }
  }

 private:
  // How far apart, in a square of B, two words of a column are, and the halves of the square.
#ifdef HAVE_AMX
  static constexpr int64_t kPanelRow = VF, kPanelHalf = VF * VF;
#else
  static constexpr int64_t kPanelRow = NR, kPanelHalf = VF;
#endif
  // Where word k of a panel's column j lies.
  static int64_t panel_at(int64_t k, int64_t j) { return k / VF * VF * NR + k % VF * kPanelRow + j / VF * kPanelHalf + j % VF; }

  static vu words_of(const float* p, int64_t n) {
    vf first, second;
    load_two(p, n, first, second);
    return bf16_words(first, second);
  }
  static vu words_of(const bf16* p, int64_t n) { return load_words(p, n); }
  // Of VF rows from m on a line each, the words from column c on. Zeros where there are none.
  template <class S>
  __attribute__((always_inline)) static void lines(const Matrix<S>& source, int64_t m, int64_t c, vf (&out)[VF]) {
    if (m + VF <= source.n && source.rows.together(m, VF)) {
      const S* p = source.rows.at(m, c);
      for (int64_t r = 0; r < VF; r++) out[r] = (vf)words_of(p + r * source.rows.row, source.width - c);
    } else {
      for (int64_t r = 0; r < VF; r++) out[r] = m + r < source.n ? (vf)words_of(source.rows.at(m + r, c), source.width - c) : vf{};
    }
  }
  // Of NR rows, two by two, the words (number, number below) of the first VF columns from c on, and of the next VF.
  template <class S>
  __attribute__((always_inline)) static void pairs(const Matrix<S>& source, int64_t m, int64_t c, vf (&first)[VF], vf (&second)[VF]) {
    vf above[VF], below[VF];
    lines(source, m, c, above);
    lines(source, m + VF, c, below);
    for (int64_t i = 0; i < VF / 2; i++) {
      zip_words((vu)above[2 * i], (vu)above[2 * i + 1], first[i], second[i]);
      zip_words((vu)below[2 * i], (vu)below[2 * i + 1], first[VF / 2 + i], second[VF / 2 + i]);
    }
  }
  template <bool AWAY>
  static void put_transposed(vf (&words)[VF], uint32_t* out, int64_t row) {
    transpose(words);
    for (int64_t i = 0; i < VF; i++) put<AWAY>(out + i * row, (vu)words[i]);
  }
  template <bool AWAY>
  static void put_columns(vf (&first)[VF], vf (&second)[VF], uint32_t* out) {
    put_transposed<AWAY>(first, out, kLine);
    put_transposed<AWAY>(second, out + VF * kLine, kLine);
  }
};
