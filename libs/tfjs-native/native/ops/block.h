// A transformer block, forward and backward (block_forward.h, block_backward.h; transformer.h makes one call of several):
//   qkv = LN1(x) . c_attn, middle = x + attention(qkv) . c_proj, y = middle + GELU(LN2(middle) . c_fc) . mlp_c_proj
// A Llama's has RMS norms in the place of layer norms (those without bias), turns queries and keys to their positions
// (rotary.h), shares keys and values among heads, and has SwiGLU (swiglu.h) in the place of GELU; a Qwen3's queries and
// keys go through an RMS norm of each head before they are turned.
// x (B, T, C), y (B, count, C): of every text the positions from `from` on, `count` of them, are what somebody reads.
// The others matter only as keys and values, so nothing after attention is made for them. What the backward pass
// needs lies in one buffer, in a form of the format's own.
//
// Between products numbers are the format's and lie as the next product reads them; only the residual stream is always
// float32. Everything that goes row by row is done for some at a time, which stay in L2 from the first product to the last;
// attention goes by heads in between. The backward pass leaves all gradients and inputs behind as operands of the weights'
// gradients, which come last. What attention reads and writes is made of blocks too, where heads and texts begin with one.

// Biases are null where there are none.
struct BlockParameters {
  float *ln_1_weight, *ln_1_bias, *c_attn_weight, *c_attn_bias, *attn_c_proj_weight, *attn_c_proj_bias;
  float *ln_2_weight, *ln_2_bias, *c_fc_weight, *c_fc_bias, *mlp_c_proj_weight, *mlp_c_proj_bias;
  float *q_norm, *k_norm;  // (hs), of each head
};
struct BlockShape {
  int64_t B, T, C;
  HeadShape heads;
  int64_t I;  // the width inside of the MLP
  int64_t from, count;
  bool swiglu, head_norms;
  int64_t A() const { return heads.A(); }
  int64_t W() const { return heads.W(); }           // columns of c_attn
  int64_t F() const { return swiglu ? 2 * I : I; }  // columns of c_fc
  int64_t placed() const { return (heads.heads + heads.kv_heads) * heads.hs; }  // columns of queries and keys
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
  const bool blocks = s.heads.hs % NR == 0 && s.T % NR == 0;
  return blocks ? Rows<S>::in_blocks(data, width) : Rows<S>::plain(data, width);
}

// What is kept of the forward pass.
template <class P>
struct BlockActivations {
  using Number = typename P::Number;
  using Word = typename P::Word;
  float *rstd_1, *rstd_2, *lse;
  Word *hat_1, *hat_2;      // rows after a layer norm, its weight and bias left out, in lines, (M, C) and (kept, C)
  Rows<Number> qkv, heads;  // (M, W), (M, A)
  Rows<Number> raw;         // queries and keys before the norms of their heads, where they have any
  OperandRows<P> pre;       // before GELU or SwiGLU, in lines, (kept, F) in the order of blocks of A
  BlockActivations(Cutter& cut, const BlockShape& s)
      : rstd_1(cut.take<float>(s.M())),
        rstd_2(cut.take<float>(s.kept())),
        lse(cut.take<float>(s.M() * s.heads.heads)),
        hat_1(cut.take<Word>(s.M() * P::words(s.C))),
        hat_2(cut.take<Word>(s.kept() * P::words(s.C))),
        qkv(head_rows(s, cut.take<Number>(s.M() * s.W()), s.W())),
        heads(head_rows(s, cut.take<Number>(s.M() * s.A()), s.A())),
        raw(Rows<Number>::plain(cut.take<Number>(s.head_norms ? s.M() * s.placed() : 0), s.placed())),
        pre(cut.take<Word>(a_size<P>(s.kept(), s.F())), P::words(s.F())) {}
};

// Into L2, what the next strip will read or write: waiting for a line of memory costs as much as a strip's product.
static inline void prefetch(const void* p) { __builtin_prefetch(p, 0, 2); }
static inline void prefetch_two(const void* p) {
  prefetch(p);
  prefetch(static_cast<const char*>(p) + 64);
}

// Two vectors of a bias, zeros where there is none.
static inline void load_bias(const float* bias, int64_t c, int64_t C, vf& first, vf& second) {
  first = second = vf{};
  if (bias != nullptr) load_two(bias + c, C - c, first, second);
}

// Rows of x (rows, C) after their norm, as blocks of A. With `hat`, what of it is kept. `far`: x is not in L2.
template <class P>
static void normal_rows(const float* x, bool far, int64_t rows, int64_t C, const float* weight, const float* bias, float epsilon, float* rstd, typename P::Word* hat, const OperandRows<P>& out) {
  for (int64_t m = 0; m < rows; m++) {
    const float* row = x + m * C;
    for (int64_t c = 0; far && c < C; c += VF) prefetch(row + 4 * C + c);
    float mean = 0;
    if (bias == nullptr) rstd[m] = row_rms(row, C, epsilon);
    else row_moments(row, C, epsilon, mean, rstd[m]);
    for (int64_t c = 0; c < C; c += NR) {
      vf x0, x1, w0, w1, b0, b1;
      load_two(row + c, C - c, x0, x1);
      load_two(weight + c, C - c, w0, w1);
      load_bias(bias, c, C, b0, b1);
      x0 = (x0 - mean) * rstd[m];
      x1 = (x1 - mean) * rstd[m];
      if (hat != nullptr) P::template store_kept<true>(hat + m * P::words(C) + c / NR * P::kLine, P::keep(x0, x1));
      P::put_line(out.line(m, c), x0 * w0 + b0, x1 * w1 + b1);
    }
  }
}

// A row of gates and values before SwiGLU, as it is kept, becomes a row of the next product's operand.
template <class P>
static void swiglu_line(const OperandRows<P>& pre, int64_t row, int64_t I, const OperandRows<P>& out, int64_t to) {
  for (int64_t n = 0; n < I; n += NR) {
    vf gate[2], values[2];
    P::kept(P::load_kept(pre.line(row, n)), gate[0], gate[1]);
    P::kept(P::load_kept(pre.line(row, I + n)), values[0], values[1]);
    P::put_line(out.line(to, n), gate[0] * sigmoid(gate[0]) * values[0], gate[1] * sigmoid(gate[1]) * values[1]);
  }
}

// `rows` kept rows from `begin` on of what attention wrote: where they lie, or copied.
template <class S>
static Matrix<S> kept_heads(Scratch& scratch, const BlockShape& s, const Rows<S>& all, int64_t begin, int64_t rows) {
  if (s.whole()) return {all.from(begin, 0), rows, s.A()};
  const Rows<S> copy = head_rows(s, scratch.take<S>(ceil_div(rows, NR) * NR * s.A()), s.A());
  for (int64_t r = 0; r < rows; r++) copy_row(all, s.row(begin + r), copy, r, s.A());
  return {copy, rows, s.A()};
}

// One head of a query or a key to its place: through its norm, where it has one, and turned.
static inline void place_head(float* head, int64_t hs, const float* norm, float epsilon, const float* turns) {
  if (norm != nullptr) rms_row(head, norm, row_rms(head, hs, epsilon), head, hs);
  turn_head(head, turns, head, hs, 1.0f);
}
// Its gradient: from that of where it is to that of x, where it was; that of the norm's weight is added to `of_norm`.
static inline void place_head_backward(float* gradient, const float* x, int64_t hs, const float* norm, float epsilon, const float* turns, float* of_norm) {
  turn_head(gradient, turns, gradient, hs, -1.0f);
  if (norm != nullptr) rms_row_backward(gradient, x, norm, row_rms(x, hs, epsilon), gradient, of_norm, hs);
}

// hs numbers from column c of row m on as float32, and back.
template <class S>
static inline void take_head(const Rows<S>& rows, int64_t m, int64_t c, int64_t hs, float* out) {
  for (int64_t i = 0; i < hs; i += NR) {
    vf a, b;
    load_two(rows.at(m, c + i), hs - i, a, b);
    store_two(out + i, hs - i, a, b);
  }
}
template <class S>
static inline void put_head(const float* head, int64_t hs, const Rows<S>& rows, int64_t m, int64_t c) {
  for (int64_t i = 0; i < hs; i += NR) {
    vf a, b;
    load_two(head + i, hs - i, a, b);
    store_two(rows.at(m, c + i), hs - i, a, b);
  }
}

// Queries and keys of `rows` rows, the first of which is row `begin` of all: f(row, head, its position's turns) for each that
// is no padding. `turns` (T, hs) are cosines and sines.
template <class F>
static void each_placed(const BlockShape& s, const float* turns, const int32_t* start, int64_t begin, int64_t rows, F&& f) {
  for (int64_t m = 0; m < rows; m++) {
    const int64_t position = (begin + m) % s.T - start[(begin + m) / s.T];
    for (int64_t h = 0; position >= 0 && h < s.heads.heads + s.heads.kv_heads; h++) f(m, h, turns + position * s.heads.hs);
  }
}

// What stands between the parts of a forward pass beside the activations: nothing.
struct NoWork {
  NoWork(Scratch&, const BlockShape&, int64_t, int64_t) {}
};
