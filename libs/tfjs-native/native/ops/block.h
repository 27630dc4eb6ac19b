// A transformer block, forward and backward (block_forward.h, block_backward.h; transformer.h makes one call of several):
//   qkv = LN1(x) . c_attn, middle = x + attention(qkv) . c_proj, y = middle + GELU(LN2(middle) . c_fc) . mlp_c_proj
// x (B, T, C), y (B, count, C): of every text the positions from `from` on, `count` of them, are what somebody reads.
// The others matter only as keys and values, so nothing after attention is made for them. What the backward pass
// needs lies in one buffer, in a form of the format's own.
//
// Between products numbers are the format's and lie as the next product reads them; only the residual stream is always
// float32. Everything that goes row by row is done for some at a time, which stay in L2 from the first product to the last;
// attention goes by heads in between. The backward pass leaves all gradients and inputs behind as operands of the weights'
// gradients, which come last. What attention reads and writes is made of blocks too, where heads and texts begin with one.

struct BlockParameters {
  float *ln_1_weight, *ln_1_bias, *c_attn_weight, *c_attn_bias, *attn_c_proj_weight, *attn_c_proj_bias;
  float *ln_2_weight, *ln_2_bias, *c_fc_weight, *c_fc_bias, *mlp_c_proj_weight, *mlp_c_proj_bias;
};
struct BlockShape {
  int64_t B, T, C, heads, I;  // I: the width inside of the MLP
  int64_t from, count;
  HeadShape head_shape() const { return {heads, heads, C / heads}; }
  int64_t M() const { return B * T; }
  int64_t kept() const { return B * count; }
  bool whole() const { return count == T; }
  // Of the kept row m its number among all.
  int64_t row(int64_t m) const { return m / count * T + from + m % count; }
};

// `rows` kept rows from `begin` on of all rows (M, C): where they lie, or copied to `room`.
template <class T>
static const T* kept_rows(const BlockShape& s, const T* all, int64_t begin, int64_t rows, T* room) {
  if (s.whole()) return all + begin * s.C;
  for (int64_t r = 0; r < rows; r++) __builtin_memcpy(room + r * s.C, all + s.row(begin + r) * s.C, sizeof(T) * static_cast<size_t>(s.C));
  return room;
}
// The way back, where they were copied.
template <class T>
static void put_kept_rows(const BlockShape& s, const T* kept, int64_t begin, int64_t rows, T* all) {
  for (int64_t r = 0; r < rows; r++) __builtin_memcpy(all + s.row(begin + r) * s.C, kept + r * s.C, sizeof(T) * static_cast<size_t>(s.C));
}

// Rows of a chunk, and the most: more where the weights come from L3 each time, since they do not stay in L2.
constexpr int64_t kMostRows = 256;
static int64_t chunk_rows(const BlockShape& s) { return s.C < 320 ? kMostRows / 2 : kMostRows; }

// In blocks, which are operands of products as they are, where heads and texts begin with one.
template <class S>
static Rows<S> head_rows(const BlockShape& s, S* data, int64_t width) {
  const bool blocks = s.C / s.heads % NR == 0 && s.T % NR == 0;
  return blocks ? Rows<S>::in_blocks(data, width) : Rows<S>::plain(data, width);
}

// What is kept of the forward pass.
template <class P>
struct BlockActivations {
  using Number = typename P::Number;
  using Word = typename P::Word;
  float *rstd_1, *rstd_2, *lse;
  Word *hat_1, *hat_2;      // rows after a layer norm, its weight and bias left out, in lines, (M, C) and (kept, C)
  Rows<Number> qkv, heads;  // (M, 3C), (M, C)
  OperandRows<P> pre;       // before GELU, in lines, (kept, I) in the order of blocks of A
  BlockActivations(Cutter& cut, const BlockShape& s)
      : rstd_1(cut.take<float>(s.M())),
        rstd_2(cut.take<float>(s.kept())),
        lse(cut.take<float>(s.M() * s.heads)),
        hat_1(cut.take<Word>(s.M() * P::words(s.C))),
        hat_2(cut.take<Word>(s.kept() * P::words(s.C))),
        qkv(head_rows(s, cut.take<Number>(s.M() * 3 * s.C), 3 * s.C)),
        heads(head_rows(s, cut.take<Number>(s.M() * s.C), s.C)),
        pre(cut.take<Word>(a_size<P>(s.kept(), s.I)), P::words(s.I)) {}
};

// Into L2, what the next strip will read or write: waiting for a line of memory costs as much as a strip's product.
static inline void prefetch(const void* p) { __builtin_prefetch(p, 0, 2); }
static inline void prefetch_two(const void* p) {
  prefetch(p);
  prefetch(static_cast<const char*>(p) + 64);
}

// Rows of x (rows, C) after their layer norm, as blocks of A. With `hat`, what of it is kept. `far`: x is not in L2.
template <class P>
static void normal_rows(const float* x, bool far, int64_t rows, int64_t C, const float* weight, const float* bias, float epsilon, float* rstd, typename P::Word* hat, const OperandRows<P>& out) {
  for (int64_t m = 0; m < rows; m++) {
    const float* row = x + m * C;
    for (int64_t c = 0; far && c < C; c += VF) prefetch(row + 4 * C + c);
    float mean;
    row_moments(row, C, epsilon, mean, rstd[m]);
    for (int64_t c = 0; c < C; c += NR) {
      vf x0, x1, w0, w1, b0, b1;
      load_two(row + c, C - c, x0, x1);
      load_two(weight + c, C - c, w0, w1);
      load_two(bias + c, C - c, b0, b1);
      x0 = (x0 - mean) * rstd[m];
      x1 = (x1 - mean) * rstd[m];
      if (hat != nullptr) P::template store_kept<true>(hat + m * P::words(C) + c / NR * P::kLine, P::keep(x0, x1));
      P::put_line(out.line(m, c), x0 * w0 + b0, x1 * w1 + b1);
    }
  }
}

// `rows` kept rows from `begin` on of what attention wrote: where they lie, or copied.
template <class S>
static Matrix<S> kept_heads(Scratch& scratch, const BlockShape& s, const Rows<S>& all, int64_t begin, int64_t rows) {
  if (s.whole()) return {all.from(begin, 0), rows, s.C};
  const Rows<S> copy = head_rows(s, scratch.take<S>(ceil_div(rows, NR) * NR * s.C), s.C);
  for (int64_t r = 0; r < rows; r++) copy_row(all, s.row(begin + r), copy, r, s.C);
  return {copy, rows, s.C};
}

// What stands between the parts of a forward pass beside the activations: nothing.
struct NoWork {
  NoWork(Scratch&, const BlockShape&, int64_t, int64_t) {}
};
