// C (M, N) = A (M, K) . B (K, N) of operands in squares (packing.h), in float32 or bfloat16, with sums in float32. C comes in
// strips, a block of A times a panel of B each, with which whatever follows (bias, GELU, residual, softmax statistics) is done
// while they are in the first cache. Included once per instruction set, inside namespace ISA.
//
// Every element of C is summed over the whole of K in one fixed order: the same bits, however the parts are shared out among
// threads, and however many rows stand beside its own.

static inline void multiply_add(vf& c, float a, vf b) { c += splat(a) * b; }
#ifdef HAVE_BF16
// Of pairs of bfloat16 that follow each other along K.
static inline void multiply_add(vf& c, uint32_t a, vu b) {
  c = (vf)_mm512_dpbf16_ps((__m512)c, (__m512bh)_mm512_set1_epi32(static_cast<int>(a)), (__m512bh)b);
}
#endif

// A finished part of C: rows m0 on, columns n0 on, as (rows, NR).
struct Strip {
  float* data;
  int64_t m0, n0, rows;
};

// What is read from L3 soon, fetched into L2 a few lines with every step of the products before.
struct Ahead {
  const char* data = nullptr;
  int64_t bytes = 0;  // with every step
  void step() {
    for (int64_t at = 0; at < bytes; at += 64) __builtin_prefetch(data + at, 0, 2);
    data += bytes;
  }
};
// Part `part` of `parts` of `words` from `data` on, in so many steps.
static inline Ahead ahead_of(const void* data, int64_t words, int64_t part, int64_t parts, int64_t steps) {
  if (steps == 0) return {};
  const int64_t bytes = ceil_div(words * int64_t{sizeof(float)}, parts * steps * 64) * 64;
  return {static_cast<const char*>(data) + part * bytes * steps, bytes};
}

// A block of A times a panel of B: block_times_panel for each kind of tiles.
#include "products_vectors.h"
template <class P>
struct Products {
  using Tiles = NoTiles;
  using Sum = VectorSum<P>;
  static constexpr int64_t kAlone = 40000;  // a smaller product, M N K, is not shared out among threads
};
#ifdef HAVE_AMX
#include "amx_tiles.h"
#include "products_amx.h"
template <>
struct Products<BFloat16> {
  using Tiles = AmxTiles;
  using Sum = TileSum;
  static constexpr int64_t kAlone = 200000;
};
#endif
template <class P>
using Tiles = typename Products<P>::Tiles;
template <class P>
using Sum = typename Products<P>::Sum;

// How much of the operands is taken at a time: so many words along K, and panels of B of so many words.
struct Blocking {
  int64_t depth, words;
};
// Of a block: a stretch of A, at most 32 KiB, stays in L1 with a strip; L2, half of which the core's other thread may
// have, is left to the rows that go through all of a weight, which comes from L3 for them.
constexpr Blocking kRowsInCache{256, int64_t{1} << 16};
// Of logits, of which there are too many to be added up in stretches.
constexpr Blocking kVocabulary{512, int64_t{1} << 15};
constexpr Blocking kPlain{512, int64_t{1} << 17};

// Blocks b0 .. b1 of A times panels p0 .. p1 of B: done gets every strip of C, those of a block of rows
// in the order of the panels. A stretch of a block of A stays in L1 and, what does not fit, in L2, while panels stream
// by from L2; sums wait there too for the next stretch. `along`: the words of a panel of B, of which A may be but a stretch.
template <class P, class Done>
static void gemm_part(const Blocking& blocking, const AMatrix<P>& A, const typename P::Word* B, int64_t along, int64_t M, int64_t b0, int64_t b1, int64_t p0, int64_t p1, Done& done) {
  constexpr int64_t kWaiting = int64_t{1} << 17;  // words of strips in L2: 512 KiB
  if (b0 == b1 || p0 == p1) return;
  // With AMX a single row too goes through tiles, though they are nearly empty then: a product in vectors rounds
  // otherwise, and a row's bits must not depend on whether others stand beside it.
  if constexpr (std::is_same<Tiles<P>, NoTiles>::value)
    if (M <= kFewRows && !A.turned) return few_rows_product<P>(M, A, B, along, p0, p1, done);
  const int64_t K = A.K, size = along * NR, depth = K == 0 ? P::kLine : ceil_div(ceil_div(K, ceil_div(K, blocking.depth)), P::kLine) * P::kLine;
  const int64_t panels = p1 - p0, stretch = ceil_div(panels, ceil_div(panels, blocking.words / (depth * NR))), group = K > depth ? kWaiting / (NR * NR * stretch) : b1 - b0;
  const int64_t waiting = K > depth ? group * stretch : 2;
  Scratch scratch;
  float* strips = scratch.take<float>(waiting * NR * NR);
  Tiles<P> tiles;
  int64_t made = 0;
  Strip last{nullptr, 0, 0, 0};  // waits to be finished
  for (int64_t p = p0; p < p1; p += stretch) {
    const int64_t end = p + stretch < p1 ? p + stretch : p1;
    for (int64_t g = b0; g < b1; g += group) {
      for (int64_t k = 0; k == 0 || k < K; k += depth) {
        const int64_t steps = (K - k < depth ? K - k : depth) / P::kLine, blocks = b1 - g < group ? b1 - g : group;
        const bool more = k + depth < K;
        // What is multiplied next: the next stretch of these panels, or the first of the next ones.
        const int64_t next_k = more ? k + depth : 0, next_p = more || g + group < b1 ? p : end, next_end = next_p + stretch < p1 ? next_p + stretch : p1;
        for (int64_t b = g; b < g + blocks; b++) {
          const int64_t m0 = b * NR, rows = M - m0 < NR ? M - m0 : NR;
          const typename P::Word* next_block = b + 1 < g + blocks ? A.block(b + 1) + k * NR : A.block(g) + (k + depth) * NR;
          const bool fetch_block = K > depth && (more || b + 1 < g + blocks);
          for (int64_t q = p; q < end; q++) {
            float* strip = strips + (K > depth ? (b - g) * stretch + q - p : made++ % 2) * NR * NR;
            const int64_t product = (b - g) * (end - p) + q - p, panel = next_p + product / blocks;
            const Ahead a_ahead = fetch_block ? ahead_of(next_block, depth * NR, q - p, end - p, steps) : Ahead{};
            const Ahead b_ahead = panel < next_end ? ahead_of(B + panel * size + next_k * NR, depth * NR, product % blocks, blocks, steps) : Ahead{};
            block_times_panel<P>(tiles, rows, A.block(b) + k * NR, A.turned, B + q * size + k * NR, steps, k > 0, strip, last, done, a_ahead, b_ahead);
            last.rows = 0;
            if (!more) last = {strip, m0, q * NR, rows};
          }
        }
      }
      if (K > depth && last.rows > 0) {  // the next group takes the same strips
        done(last, int64_t{0}, last.rows);
        last.rows = 0;
      }
    }
  }
  if (last.rows > 0) done(last, int64_t{0}, last.rows);
  stored_away();
}

// Part `part` of `parts` of the product, C given in strips. Whoever takes rows reads all of B, whoever
// takes panels all of A.
template <class P, class Done>
static void gemm_share(const Blocking& blocking, const AMatrix<P>& A, const typename P::Word* B, int64_t M, int64_t N, int64_t part, int64_t parts, Done& done) {
  const int64_t blocks = ceil_div(M, NR), panels = ceil_div(N, NR), all = blocks >= panels ? blocks : panels;
  const int64_t from = all * part / parts, to = all * (part + 1) / parts;
  if (blocks >= panels) gemm_part(blocking, A, B, A.K, M, from, to, 0, panels, done);
  else gemm_part(blocking, A, B, A.K, M, 0, blocks, from, to, done);
}
// The whole product on all threads; epilogue(row, column, value, lanes) gets the vectors of C, `lanes` of which lie inside.
template <class P, class Epilogue>
static void gemm(const AMatrix<P>& A, const typename P::Word* B, int64_t M, int64_t N, Epilogue&& epilogue) {
  const auto done = [&](const Strip& strip, int64_t from, int64_t to) {
    const int64_t n = strip.n0;
    const int left = static_cast<int>(N - n < NR ? N - n : NR);
    for (int64_t r = from; r < to; r++) {
      const float* v = strip.data + r * NR;
      epilogue(strip.m0 + r, n, load(v), left < VF ? left : VF);
      if (left > VF) epilogue(strip.m0 + r, n + VF, load(v + VF), left - VF);
    }
  };
  // Finer than one part a thread, so that a thread that was interrupted does not hold up the rest.
  const int64_t parts = M * N * A.K < Products<P>::kAlone ? 1 : threads() * 4;
  parallel(parts, [&](int64_t part) { gemm_share(kPlain, A, B, M, N, part, parts, done); });
}

// Strips become rows of a float32 matrix that nobody reads soon.
static auto rows_away(float* out, int64_t N) {
  return [=](const Strip& strip, int64_t from, int64_t to) {
    for (int64_t r = from; r < to; r++) store_two_away(out + (strip.m0 + r) * N + strip.n0, N - strip.n0, load(strip.data + r * NR), load(strip.data + r * NR + VF));
  };
}

// row(m, n0, c0, c1) for rows `begin`, a multiple of NR, to `end` of A and panels `first` to `last` of B, for each row in the
// order of the panels: the two vectors of C from column n0 on. On this thread.
template <class P, class Row>
static void rows_times_panels(const AMatrix<P>& A, const typename P::Word* B, int64_t begin, int64_t end, int64_t first, int64_t last, Row&& row) {
  const auto done = [&](const Strip& strip, int64_t from, int64_t to) {
    for (int64_t r = from; r < to; r++) row(strip.m0 + r, strip.n0, load(strip.data + r * NR), load(strip.data + r * NR + VF));
  };
  gemm_part(kVocabulary, A, B, A.K, end, begin / NR, ceil_div(end, NR), first, last, done);
}

// All panels of B times the rows of a chunk; done(strip, from, to) gets strips, their rows counted in the chunk.
template <class P, class Done>
static void times_panels(const AMatrix<P>& A, int64_t rows, const typename P::Word* B, int64_t N, Done&& done) {
  gemm_part(kRowsInCache, A, B, A.K, rows, 0, ceil_div(rows, NR), 0, ceil_div(N, NR), done);
}
