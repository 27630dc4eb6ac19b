// The product in AMX tiles by itself, for amx.cc: compiled once with the processor's instructions
// (ISA=amx_bf16) and once with their emulation (ISA=amx_emulated).
#include <immintrin.h>

#include <cstdint>

#include "memory.h"
#include "threads.h"

namespace minchat {
namespace ISA {
namespace {

#include "vec.h"
#include "rows.h"
#include "float32.h"
#include "bfloat16.h"
#include "packing.h"
#ifndef EMULATE_AMX
#define PRODUCTS_BY_TURNS
#endif
#include "gemm.h"

}  // namespace

// out (M, N) = a b; a (M, K) or, transposed, (K, M); b (K, N) or, transposed, (N, K).
void multiply(const float* a, bool transposed_a, const float* b, bool transposed_b, float* out, int64_t M, int64_t N, int64_t K) {
  Scratch scratch;
  uint32_t* y = scratch.take<uint32_t>(b_size<BFloat16>(K, N));
  const AMatrix<BFloat16> A = transposed_a ? columns_a<BFloat16>(scratch, a, M, M, K) : rows_a<BFloat16>(scratch, a, K, M, K);
  pack_b<BFloat16>(b, transposed_b ? K : N, transposed_b, K, N, y);
  gemm(A, y, M, N, [=](int64_t m, int64_t n, vf v, int lanes) { store_n(out + m * N + n, v, lanes); });
}

}  // namespace ISA
}  // namespace minchat
