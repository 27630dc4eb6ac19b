// y = activation(x @ weight (+ bias)) (+ residual); x (M, I), weight (I, O).
// With GELU `pre`, where it is wanted, keeps the value before it, for the gradient.

enum class Activation { kNone, kGelu };

// What a matrix looks like packed as B (K, N): equal forms of equal sizes are the same.
template <class P>
static int pack_form(bool transposed) { return P::kForm + (transposed ? 3 : 0) + 6 * NR; }
template <class P>
static size_t packed_bytes(int64_t K, int64_t N) { return sizeof(typename P::Word) * static_cast<size_t>(b_size<P>(K, N)); }

template <class P>
static const typename P::Word* packed_weight(const float* weight, int64_t ld, bool transposed, int64_t K, int64_t N) {
  return static_cast<const typename P::Word*>(packed({weight, pack_form<P>(transposed)}, packed_bytes<P>(K, N), [&](void* out) {
    pack_b<P>(weight, ld, transposed, K, N, static_cast<typename P::Word*>(out));
  }));
}

// A weight (rows, columns) that is about to be written, and what packs rows of it again into one of its forms.
struct Repack {
  void (*rows)(const float* weight, int64_t ld, bool transposed, int64_t K, int64_t N, int64_t from, int64_t to, void* out);
  bool transposed;
  int64_t K, N;
  void* out;
};
template <class P>
static void repacks_of(const PackedForm& form, int64_t rows, int64_t columns, std::vector<Repack>& found) {
  for (const bool transposed : {false, true}) {
    const int64_t K = transposed ? columns : rows, N = transposed ? rows : columns;
    if (form.form != pack_form<P>(transposed) || form.bytes != packed_bytes<P>(K, N)) continue;
    const auto pack = [](const float* weight, int64_t ld, bool across, int64_t k, int64_t n, int64_t from, int64_t to, void* out) {
      put_b<P, true>(across ? plain_matrix(weight, ld, n, k) : plain_matrix(weight, ld, k, n), across, from, to, static_cast<typename P::Word*>(out));
    };
    found.push_back({pack, transposed, K, N, form.buffer});
    return;
  }
}
// All forms of it that are in use. Where this cannot make one of them, all are forgotten.
static std::vector<Repack> repacks_of(const float* weight, int64_t rows, int64_t columns) {
  std::vector<Repack> found;
  const std::vector<PackedForm> forms = forms_in_use(weight);
  for (const PackedForm& form : forms) {
    repacks_of<Float32>(form, rows, columns, found);
#ifdef HAVE_BF16
    repacks_of<BFloat16>(form, rows, columns, found);
#endif
  }
  if (found.size() < forms.size()) {
    forget_packed(weight);
    found.clear();
  }
  return found;
}

template <class P>
static void linear_forward(Activation activation, const float* x, const float* weight, const float* bias, const float* residual, float* y, float* pre, int64_t M, int64_t I, int64_t O) {
  Scratch scratch;
  const AMatrix<P> A = rows_a<P>(scratch, x, I, M, I);
  const auto* B = packed_weight<P>(weight, O, false, I, O);
  const auto biased = [=](int64_t n, vf v, int lanes) { return bias == nullptr ? v : v + load_n(bias + n, lanes); };
  if (activation == Activation::kGelu) {
    gemm(A, B, M, O, [=](int64_t m, int64_t n, vf v, int lanes) {
      v = biased(n, v, lanes);
      if (pre != nullptr) store_n(pre + m * O + n, v, lanes);
      store_n(y + m * O + n, gelu(v), lanes);
    });
  } else if (residual != nullptr) {
    gemm(A, B, M, O, [=](int64_t m, int64_t n, vf v, int lanes) {
      store_n(y + m * O + n, biased(n, v, lanes) + load_n(residual + m * O + n, lanes), lanes);
    });
  } else {
    gemm(A, B, M, O, [=](int64_t m, int64_t n, vf v, int lanes) { store_n(y + m * O + n, biased(n, v, lanes), lanes); });
  }
}

// The gradient before the activation, dy or with `pre` dy * gelu'(pre): its rows, its panels, and the sum of its rows in dbias, where that is wanted.
// All in one pass, since passes over memory bound what products are so fast at.
template <class P>
struct GradientOperands {
  AMatrix<P> rows;
  const typename P::Word* panels;
};
template <class P>
static GradientOperands<P> gradient_operands(Scratch& scratch, const float* dy, const float* pre, float* dbias, int64_t M, int64_t O) {
  const int64_t chunks = ceil_div(M, kRowChunk);
  const OperandRows<P> rows(scratch, O, M);
  auto* panels = scratch.take<typename P::Word>(b_size<P>(M, O));
  float* sums = scratch.take<float>(chunks * O);
  const auto plain = [=](int64_t m, int64_t n, vf& first, vf& second) {
    __builtin_prefetch(dy + m * O + n + NR, 0, 2);
    load_two(dy + m * O + n, O - n, first, second);
  };
  const auto before_gelu = [=](int64_t m, int64_t n, vf& first, vf& second) {
    __builtin_prefetch(pre + m * O + n + NR, 0, 2);
    vf p0, p1;
    plain(m, n, first, second);
    load_two(pre + m * O + n, O - n, p0, p1);
    first *= gelu_gradient(p0);
    second *= gelu_gradient(p1);
  };
  parallel(chunks, [&](int64_t chunk) {
    const int64_t begin = chunk * kRowChunk, end = begin + kRowChunk < M ? begin + kRowChunk : M;
    if (pre == nullptr) rows_and_panels<P>(begin, end, M, O, plain, rows.from(begin), panels, sums + chunk * O);
    else rows_and_panels<P>(begin, end, M, O, before_gelu, rows.from(begin), panels, sums + chunk * O);
  });
  fill_panels<P>(M, O, panels);
  if (dbias != nullptr) add_chunks(sums, chunks, O, dbias);
  return {rows.matrix(), panels};
}

template <class P>
static void linear_backward(const float* dy, const float* x, const float* weight, const float* pre, float* dx, float* dweight, float* dbias, int64_t M, int64_t I, int64_t O) {
  Scratch scratch;
  const auto g = gradient_operands<P>(scratch, dy, pre, dbias, M, O);
  gemm(g.rows, packed_weight<P>(weight, O, true, O, I), M, I, [=](int64_t m, int64_t n, vf v, int lanes) { store_n(dx + m * I + n, v, lanes); });
  const AMatrix<P> X = columns_a<P>(scratch, x, I, I, M);
  gemm(X, g.panels, I, O, [=](int64_t m, int64_t n, vf v, int lanes) { store_n(dweight + m * O + n, v, lanes); });
}

// out (M, N) = a b; a (M, K) or, transposed, (K, M); b (K, N) or, transposed, (N, K).
template <class P>
static void matrix_multiply(const float* a, const float* b, float* out, int64_t M, int64_t N, int64_t K, bool transpose_a, bool transpose_b) {
  Scratch scratch;
  auto* b_words = scratch.take<typename P::Word>(b_size<P>(K, N));
  const AMatrix<P> A = transpose_a ? columns_a<P>(scratch, a, M, M, K) : rows_a<P>(scratch, a, K, M, K);
  pack_b<P>(b, transpose_b ? K : N, transpose_b, K, N, b_words);
  gemm(A, b_words, M, N, [=](int64_t m, int64_t n, vf v, int lanes) { store_n(out + m * N + n, v, lanes); });
}
