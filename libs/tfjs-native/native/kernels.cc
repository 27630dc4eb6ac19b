// Compiled once per instruction set: the build passes ISA (the namespace), VB (bytes of a vector),
// HAVE_BF16 and HAVE_AMX along with the compiler's flags for it.
#include "kernels.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <type_traits>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "amx_permission.h"
#include "memory.h"
#include "pack_cache.h"
#include "stages.h"
#include "threads.h"

namespace minchat {
namespace ISA {
namespace {

#include "vec.h"
#include "rows.h"
#include "float32.h"
#ifdef HAVE_BF16
#include "bfloat16.h"
#endif
#include "packing.h"
#include "gemm.h"
#include "row_sums.h"
#include "cutter.h"
#include "ops/layer_norm.h"
#include "ops/rms_norm.h"
#include "ops/rotary.h"
#include "ops/swiglu.h"
#include "ops/linear.h"
#include "ops/attention.h"
#include "ops/decode_attention.h"
#include "ops/embedding.h"
#include "ops/token_nll.h"
#include "ops/optimizer.h"
#include "ops/elementwise.h"
#include "ops/block.h"
#include "ops/block_forward.h"
#include "ops/block_backward.h"
#include "ops/transformer.h"
#include "ops/sampling.h"
#include "ops/read_tokens.h"
#include "ops/peak.h"

float* f(void* p) { return static_cast<float*>(p); }
const int32_t* i(void* p) { return static_cast<const int32_t*>(p); }
int64_t n(double x) { return static_cast<int64_t>(x); }
float s(double x) { return static_cast<float>(x); }

// Calls `kernel` with the format that is wanted.
template <class F>
void with_product(F&& kernel) {
#ifdef HAVE_BF16
  if (multiply_in_bf16) return kernel(BFloat16{});
#endif
  kernel(Float32{});
}

std::vector<int64_t> counts(const double* v, int64_t count) { return std::vector<int64_t>(v, v + count); }
HeadShape head_shape(const double* v) { return {n(v[0]), n(v[1]), n(v[2])}; }
BlockShape block_shape(const double* v) { return {n(v[0]), n(v[1]), n(v[2]), head_shape(v + 3), n(v[6]), n(v[7]), n(v[8]), v[9] != 0, v[10] != 0}; }
// In the order of blockParameters (src/fused-kernels.ts).
BlockParameters block_parameters(void* const* d) { return {f(d[0]), f(d[1]), f(d[2]), f(d[3]), f(d[4]), f(d[5]), f(d[6]), f(d[7]), f(d[8]), f(d[9]), f(d[10]), f(d[11]), f(d[12]), f(d[13])}; }

// wte, wpe, the last norm's weight and bias, those of every block. Numbers: layers, the last block's shape, the rows of wte and wpe.
TransformerParameters transformer(void* const* d, const double* v, const float* turns) {
  TransformerParameters parameters = {f(d[0]), f(d[1]), f(d[2]), f(d[3]), turns, {}, n(v[12]), n(v[13])};
  for (int64_t layer = 0; layer < n(v[0]); layer++) parameters.blocks.push_back(block_parameters(d + 4 + 14 * layer));
  return parameters;
}

const NamedKernel kernels[] = {
    {"layerNormForward", [](void* const* d, const double* v) { layer_norm_forward(f(d[0]), f(d[1]), f(d[2]), f(d[3]), f(d[4]), f(d[5]), n(v[0]), n(v[1]), s(v[2])); }},
    {"layerNormBackward", [](void* const* d, const double* v) { layer_norm_backward(f(d[0]), f(d[1]), f(d[2]), f(d[3]), f(d[4]), f(d[5]), f(d[6]), f(d[7]), n(v[0]), n(v[1])); }},
    {"rmsNormForward", [](void* const* d, const double* v) { rms_norm_forward(f(d[0]), f(d[1]), f(d[2]), f(d[3]), n(v[0]), n(v[1]), s(v[2])); }},
    {"rmsNormBackward", [](void* const* d, const double* v) { rms_norm_backward(f(d[0]), f(d[1]), f(d[2]), f(d[3]), f(d[4]), f(d[5]), n(v[0]), n(v[1])); }},
    {"rotary", [](void* const* d, const double* v) { rotary(f(d[0]), f(d[1]), i(d[2]), f(d[3]), n(v[0]), n(v[1]), n(v[2]), n(v[3]), v[4] != 0); }},
    {"swigluForward", [](void* const* d, const double* v) { swiglu_forward(f(d[0]), f(d[1]), n(v[0]), n(v[1])); }},
    {"swigluBackward", [](void* const* d, const double* v) { swiglu_backward(f(d[0]), f(d[1]), f(d[2]), n(v[0]), n(v[1])); }},
    {"linearForward", [](void* const* d, const double* v) {
       with_product([&](auto P) { linear_forward<decltype(P)>(d[5] == nullptr ? Activation::kNone : Activation::kGelu, f(d[0]), f(d[1]), f(d[2]), f(d[3]), f(d[4]), f(d[5]), n(v[0]), n(v[1]), n(v[2])); });
     }},
    {"linearBackward", [](void* const* d, const double* v) {
       with_product([&](auto P) { linear_backward<decltype(P)>(f(d[0]), f(d[1]), f(d[2]), f(d[3]), f(d[4]), f(d[5]), f(d[6]), n(v[0]), n(v[1]), n(v[2])); });
     }},
    // tfjs's own product is exact: what is made of plain operations (losses, heads) is small and may need it.
    {"matrixMultiply", [](void* const* d, const double* v) { matrix_multiply<Float32>(f(d[0]), f(d[1]), f(d[2]), n(v[0]), n(v[1]), n(v[2]), v[3] != 0, v[4] != 0); }},
    {"attentionForward", [](void* const* d, const double* v) {
       with_product([&](auto P) { attention_forward<decltype(P)>(f(d[0]), i(d[1]), f(d[2]), f(d[3]), n(v[0]), n(v[1]), head_shape(v + 2)); });
     }},
    {"attentionBackward", [](void* const* d, const double* v) {
       with_product([&](auto P) { attention_backward<decltype(P)>(f(d[0]), f(d[1]), f(d[2]), f(d[3]), i(d[4]), f(d[5]), n(v[0]), n(v[1]), head_shape(v + 2)); });
     }},
    {"transformerActivations", [](void* const* d, const double* v) {
       with_product([&](auto P) { *static_cast<double*>(d[0]) = static_cast<double>(transformer_activations<decltype(P)>(n(v[0]), block_shape(v + 1))); });
     }},
    {"transformerForward", [](void* const* d, const double* v) {
       with_product([&](auto P) { transformer_forward<decltype(P)>(block_shape(v + 1), transformer(d + 5, v, f(d[4])), i(d[0]), i(d[1]), f(d[2]), f(d[3]), s(v[14])); });
     }},
    {"transformerBackward", [](void* const* d, const double* v) {
       with_product([&](auto P) { transformer_backward<decltype(P)>(block_shape(v + 1), transformer(d + 5, v, f(d[4])), f(d[0]), i(d[1]), i(d[2]), f(d[3]), transformer(d + 9 + 14 * n(v[0]), v, nullptr), v[15] != 0, s(v[14])); });
     }},
    {"readTokens", [](void* const* d, const double* v) {
       CachedModel model = {f(d[5]), f(d[6]), f(d[7]), f(d[8]), f(d[9]), std::vector<CachedLayer>(static_cast<size_t>(n(v[1]))), n(v[2]), n(v[3]), n(v[4]), n(v[5]), head_shape(v + 6), v[9] != 0, s(v[10])};
       void* const* p = d + 11;
       for (CachedLayer& layer : model.layers) {
         layer = {block_parameters(p), f(p[14]), f(p[15])};
         p += 16;
       }
       with_product([&](auto P) { read_tokens<decltype(P)>(model, {i(d[0]), i(d[1]), i(d[2]), i(d[3]), f(d[4])}, f(d[10]), n(v[0])); });
     }},
    {"sample", [](void* const* d, const double* v) {
       const auto doubles = [&](int k) { return static_cast<const double*>(d[k]); };
       sample(f(d[0]), {doubles(1), doubles(2), i(d[3]), doubles(4), i(d[5]), i(d[6]), doubles(7)}, f(d[8]), n(v[0]), n(v[1]));
     }},
    {"embeddingForward", [](void* const* d, const double* v) { embedding_forward(i(d[0]), i(d[1]), f(d[2]), f(d[3]), f(d[4]), n(v[0]), n(v[1]), n(v[2])); }},
    {"embeddingBackward", [](void* const* d, const double* v) { embedding_backward(f(d[0]), i(d[1]), i(d[2]), f(d[3]), f(d[4]), n(v[0]), n(v[1]), n(v[2]), n(v[3]), n(v[4]), v[5] != 0); }},
    {"logits", [](void* const* d, const double* v) {
       with_product([&](auto P) { logits<decltype(P)>(f(d[0]), f(d[1]), f(d[2]), n(v[0]), n(v[1]), n(v[2])); });
     }},
    {"tokenNllActivations", [](void* const* d, const double* v) {
       with_product([&](auto P) { *static_cast<double*>(d[0]) = static_cast<double>(token_nll_activations<decltype(P)>(n(v[0]), n(v[2]))); });
     }},
    {"tokenNllForward", [](void* const* d, const double* v) {
       with_product([&](auto P) { token_nll_forward<decltype(P)>(f(d[0]), f(d[1]), i(d[2]), f(d[3]), f(d[4]), f(d[5]), f(d[6]), f(d[7]), n(v[0]), n(v[1]), n(v[2]), s(v[3])); });
     }},
    {"tokenNllBackward", [](void* const* d, const double* v) {
       with_product([&](auto P) { token_nll_backward<decltype(P)>(f(d[0]), f(d[1]), f(d[2]), i(d[3]), f(d[4]), f(d[5]), f(d[6]), f(d[7]), n(v[0]), n(v[1]), n(v[2]), s(v[3])); });
     }},
    // Numbers: how many arrays, then the size of each.
    {"squaredSums", [](void* const* d, const double* v) {
       const int64_t count = n(v[0]);
       std::vector<float*> arrays;
       for (int64_t k = 0; k < count; k++) arrays.push_back(f(d[k]));
       squared_sums(arrays.data(), counts(v + 1, count), f(d[count]));
     }},
    // Numbers: how many parameters, the seven of the step; of each its rows, its columns and its weight decay.
    {"adamw", [](void* const* d, const double* v) {
       std::vector<UpdatedParameter> parameters;
       const double* each = v + 8;
       for (int64_t k = 0; k < n(v[0]); k++, d += 4, each += 3) parameters.push_back({f(d[0]), f(d[1]), f(d[2]), f(d[3]), s(each[2]), n(each[0]), n(each[1])});
       adamw(parameters, {s(v[1]), s(v[2]), s(v[3]), s(v[4]), s(v[5]), s(v[6]), s(v[7])});
     }},
    {"peak", [](void* const* d, const double*) { with_product([&](auto P) { peak<decltype(P)>(static_cast<double*>(d[0])); }); }},
    {"binary", [](void* const* d, const double* v) { binary(static_cast<Binary>(n(v[0])), f(d[0]), v[1] != 0, f(d[1]), v[2] != 0, f(d[2]), n(v[3])); }},
};

bool available() {
#if defined(__x86_64__)
#if defined(HAVE_AMX) && !defined(EMULATE_AMX)
  if (!amx_permitted()) return false;
#endif
#if defined(HAVE_BF16)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bf16");
#elif VB == 64
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
#elif VB == 32
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return true;
#endif
#else
  return true;
#endif
}

}  // namespace
}  // namespace ISA

#ifdef HAVE_BF16
constexpr bool kBf16 = true;
#else
constexpr bool kBf16 = false;
#endif
#define SET_NAME_(x) x##_set
#define SET_NAME(x) SET_NAME_(x)
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
extern const InstructionSet SET_NAME(ISA) = {TEXT(ISA), kBf16, ISA::available, ISA::kernels, sizeof(ISA::kernels) / sizeof(ISA::kernels[0])};

}  // namespace minchat
