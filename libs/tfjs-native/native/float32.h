// Numbers as float32, everywhere: see packing.h for what a format has. A square is NR lines of NR numbers, as A by rows, as A
// by columns (read across then) and as B alike.
struct Float32 {
  using Number = float;
  using Word = float;
  static constexpr int64_t kPerWord = 1, kLine = NR, kSquare = NR * kLine;
  static constexpr bool kTurned = true;
  static constexpr int kForm = 0;
  static int64_t elements(int64_t n) { return n; }
  static int64_t words(int64_t n) { return ceil_div(n, NR) * kLine; }

  static vf exp2(vf t) { return ISA::exp2(t); }
  static vf gelu(vf p) { return ISA::gelu(p); }
  static void gelu(vf p, vf& value, vf& gradient) {
    const vf s = gelu_sigmoid(p);
    value = p * s;
    gradient = gelu_gradient(p, s);
  }

  struct Kept {
    vf first, second;
  };
  static Kept keep(vf first, vf second) { return {first, second}; }
  static void kept(const Kept& k, vf& first, vf& second) {
    first = k.first;
    second = k.second;
  }
  static Kept load_kept(const float* line) { return {load(line), load(line + VF)}; }
  template <bool AWAY>
  static void store_kept(float* line, const Kept& k) {
    put_two<AWAY>(line, k.first, k.second);
  }

  static void put_line(float* line, vf first, vf second) { put_two<false>(line, first, second); }
  template <bool AWAY>
  static void put_panel(float* panel, int64_t k, const vf (&row)[2], const vf (&next)[2]) {
    put_two<AWAY>(panel + k * NR, row[0], row[1]);
    put_two<AWAY>(panel + (k + 1) * NR, next[0], next[1]);
  }
  template <bool AWAY>
  struct Columns {
    void put(float* square, int64_t r, const vf (&row)[2], const vf (&next)[2]) { put_panel<AWAY>(square, r, row, next); }
    void end(float*) {}
  };

  static void rows(const Matrix<float>& source, int64_t m, int64_t c, float* out) { square<false>(source, m, c, VF, out, Nothing{}); }
  template <bool AWAY>
  static void columns(const Matrix<float>& source, int64_t m, int64_t c, float* out) {
    square<AWAY>(source, m, c, NR, out, Nothing{});
  }
  template <bool AWAY, class Each>
  static void along(const Matrix<float>& source, int64_t m, int64_t c, float* out, Each&& each) {
    square<AWAY>(source, m, c, NR, out, each);
  }
  template <bool AWAY>
  static void across(const Matrix<float>& source, int64_t m, int64_t c, float* out) {
    for (int64_t half = 0; half < NR; half += VF) {
      vf left[VF], right[VF];
      for (int64_t r = 0; r < VF; r++) two(source, m + half + r, c, left[r], right[r]);
      transpose(left);
      transpose(right);
      for (int64_t i = 0; i < VF; i++) {
        ISA::put<AWAY>(out + i * NR + half, left[i]);
        ISA::put<AWAY>(out + (VF + i) * NR + half, right[i]);
      }
    }
  }

 private:
  struct Nothing {
    void operator()(vf, vf) const {}
  };
  template <bool AWAY>
  static void put_two(float* line, vf first, vf second) {
    ISA::put<AWAY>(line, first);
    ISA::put<AWAY>(line + VF, second);
  }
  static void two(const Matrix<float>& source, int64_t m, int64_t c, vf& first, vf& second) {
    if (m < source.n) return load_two(source.rows.at(m, c), source.width - c, first, second);
    first = second = vf{};
  }
  template <bool AWAY, class Each>
  static void square(const Matrix<float>& source, int64_t m, int64_t c, int64_t rows, float* out, Each&& each) {
    for (int64_t r = 0; r < rows; r++) {
      vf first, second;
      two(source, m + r, c, first, second);
      put_two<AWAY>(out + r * NR, first, second);
      each(first, second);
    }
  }
};
