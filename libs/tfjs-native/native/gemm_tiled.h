// The bf16 product of operands in tiles (packing_tiled.h): the same `gemm` for them. Included after gemm.h, whose M, N, K
// and epilogues are meant; K counts pairs of bfloat16.

#include "packing_tiled.h"

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
static inline Ahead ahead_of(const uint32_t* data, int64_t words, int64_t part, int64_t parts, int64_t steps) {
  if (steps == 0) return {};
  const int64_t bytes = ceil_div(words * int64_t{sizeof(uint32_t)}, parts * steps * 64) * 64;
  return {reinterpret_cast<const char*>(data) + part * bytes * steps, bytes};
}

// A block of A times a panel of B.
#ifdef HAVE_AMX
#include "amx-tiles.h"
#include "products_amx.h"
#else
#include "products_vectors.h"
#endif

// How much of the operands is taken at a time: so many pairs along K, and panels of B of so many words.
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
// by from L2; sums wait there too for the next stretch. `along`: the pairs of a panel of B, of which A may be but a stretch.
template <class Done>
static void gemm_part(const Blocking& blocking, const AMatrix<TilePair>& A, const TilePair* packed, int64_t along, int64_t M, int64_t b0, int64_t b1, int64_t p0, int64_t p1, Done& done) {
  constexpr int64_t kWaiting = int64_t{1} << 17;  // words of strips in L2: 512 KiB
  if (b0 == b1 || p0 == p1) return;
  // With AMX a single row too goes through tiles, though they are nearly empty then: a product in vectors rounds
  // otherwise, and a row's bits must not depend on whether others stand beside it.
#ifndef HAVE_AMX
  if (M <= kFewRows) return few_rows_product(M, A, packed, along, p0, p1, done);
#endif
  const uint32_t* B = reinterpret_cast<const uint32_t*>(packed);
  const int64_t K = A.K, size = along * NR, depth = K == 0 ? kTile : ceil_div(ceil_div(K, ceil_div(K, blocking.depth)), kTile) * kTile;
  const int64_t panels = p1 - p0, stretch = ceil_div(panels, ceil_div(panels, blocking.words / (depth * NR))), group = K > depth ? kWaiting / (kBlock * NR * stretch) : b1 - b0;
  const int64_t waiting = K > depth ? group * stretch : 2;
  Scratch scratch;
  float* strips = scratch.take<float>(waiting * kBlock * NR);
  Tiles tiles;
  int64_t made = 0;
  Strip last{nullptr, 0, 0, 0};  // waits to be finished
  for (int64_t p = p0; p < p1; p += stretch) {
    const int64_t end = p + stretch < p1 ? p + stretch : p1;
    for (int64_t g = b0; g < b1; g += group) {
      for (int64_t k = 0; k == 0 || k < K; k += depth) {
        const int64_t steps = (K - k < depth ? K - k : depth) / kTile, blocks = b1 - g < group ? b1 - g : group;
        const bool more = k + depth < K;
        // What is multiplied next: the next stretch of these panels, or the first of the next ones.
        const int64_t next_k = more ? k + depth : 0, next_p = more || g + group < b1 ? p : end, next_end = next_p + stretch < p1 ? next_p + stretch : p1;
        for (int64_t b = g; b < g + blocks; b++) {
          const int64_t m0 = b * kBlock, rows = M - m0 < kBlock ? M - m0 : kBlock;
          const uint32_t* next_block = b + 1 < g + blocks ? A.block(b + 1) + k * A.height : A.block(g) + (k + depth) * A.height;
          const bool fetch_block = K > depth && (more || b + 1 < g + blocks);
          for (int64_t q = p; q < end; q++) {
            float* strip = strips + (K > depth ? (b - g) * stretch + q - p : made++ % 2) * kBlock * NR;
            const int64_t product = (b - g) * (end - p) + q - p, panel = next_p + product / blocks;
            const Ahead a_ahead = fetch_block ? ahead_of(next_block, depth * A.height, q - p, end - p, steps) : Ahead{};
            const Ahead b_ahead = panel < next_end ? ahead_of(B + panel * size + next_k * NR, depth * NR, product % blocks, blocks, steps) : Ahead{};
            tiles_product(tiles, rows, A.block(b) + k * A.height, A.height, B + q * size + k * NR, steps, k > 0, strip, last, done, a_ahead, b_ahead);
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
template <class Done>
static void gemm_share(const Blocking& blocking, const AMatrix<TilePair>& A, const TilePair* B, int64_t M, int64_t N, int64_t part, int64_t parts, Done& done) {
  const int64_t blocks = ceil_div(M, kBlock), panels = ceil_div(N, NR), all = blocks >= panels ? blocks : panels;
  const int64_t from = all * part / parts, to = all * (part + 1) / parts;
  if (blocks >= panels) gemm_part(blocking, A, B, A.K, M, from, to, 0, panels, done);
  else gemm_part(blocking, A, B, A.K, M, 0, blocks, from, to, done);
}
// The whole product on all threads.
template <class Done>
static void gemm_strips(const AMatrix<TilePair>& A, const TilePair* B, int64_t M, int64_t N, Done&& done) {
  const int64_t parts = M * N * A.K < kAlone ? 1 : threads() * 4;
  parallel(parts, [&](int64_t part) { gemm_share(kPlain, A, B, M, N, part, parts, done); });
}

template <class Epilogue>
static void gemm(const AMatrix<TilePair>& A, const TilePair* B, int64_t M, int64_t N, int64_t, Epilogue&& epilogue) {
  gemm_strips(A, B, M, N, [&](const Strip& strip, int64_t from, int64_t to) {
    const int64_t n = strip.n0;
    const int left = static_cast<int>(N - n < NR ? N - n : NR);
    for (int64_t r = from; r < to; r++) {
      const float* v = strip.data + r * NR;
      epilogue(strip.m0 + r, n, load(v), left < VF ? left : VF);
      if (left > VF) epilogue(strip.m0 + r, n + VF, load(v + VF), left - VF);
    }
  });
}

// Strips become rows of a float32 matrix that nobody reads soon.
static auto rows_away(float* out, int64_t N) {
  return [=](const Strip& strip, int64_t from, int64_t to) {
    for (int64_t r = from; r < to; r++) store_two_away(out + (strip.m0 + r) * N + strip.n0, N - strip.n0, load(strip.data + r * NR), load(strip.data + r * NR + VF));
  };
}

// For kernels that go through C themselves: rows `begin`, a multiple of row_block, to `end` of A, and panels `first` to
// `last`, on this thread.
static constexpr int64_t row_block(TilePair) { return kBlock; }
template <class Row>
static void rows_times_panels(const AMatrix<TilePair>& A, const TilePair* B, int64_t begin, int64_t end, int64_t first, int64_t last, int64_t, Row&& row) {
  const auto done = [&](const Strip& strip, int64_t from, int64_t to) {
    for (int64_t r = from; r < to; r++) row(strip.m0 + r, strip.n0, load(strip.data + r * NR), load(strip.data + r * NR + VF));
  };
  gemm_part(kVocabulary, A, B, A.K, end, begin / kBlock, ceil_div(end, kBlock), first, last, done);
}
