// The product in AMX tiles by itself, for amx.cc: compiled once with the processor's instructions
// (ISA=amx_bf16) and once with their emulation (ISA=amx_emulated).
#include <immintrin.h>

#include <cstdint>
#include <vector>

#include "memory.h"
#include "threads.h"

namespace minchat {
namespace ISA {
namespace {

#include "vec.h"
#include "gemm.h"
#include "row_sums.h"
#ifndef EMULATE_AMX
#define PRODUCTS_BY_TURNS
#endif
#include "gemm_tiled.h"

}  // namespace

// out (M, N) = a b; a (M, K) or, transposed, (K, M); b (K, N) or, transposed, (N, K).
void multiply(const float* a, bool transposed_a, const float* b, bool transposed_b, float* out, int64_t M, int64_t N, int64_t K) {
  std::vector<TilePair> x(static_cast<size_t>(tiled_a_size(M, K))), y(static_cast<size_t>(packed_b_size<TiledBFloat16>(K, N)));
  const auto A = transposed_a ? columns_a<TiledBFloat16>(a, M, M, K, x.data()) : rows_a(a, K, M, K, x.data());
  pack_b<TiledBFloat16>(b, transposed_b ? K : N, transposed_b, K, N, y.data());
  gemm(A, y.data(), M, N, TiledBFloat16::elements(K), [=](int64_t m, int64_t n, vf v, int lanes) { store_n(out + m * N + n, v, lanes); });
}

}  // namespace ISA
}  // namespace minchat
