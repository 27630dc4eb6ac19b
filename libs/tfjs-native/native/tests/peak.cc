// What one processor can do at the most, in registers: fused multiply-adds of float32, and dot
// products of bfloat16 pairs. The best of many short runs, in processor time.
//   g++ -O3 -march=native native/tests/peak.cc -o /tmp/peak && /tmp/peak
#include <immintrin.h>
#include <time.h>

#include <cstdio>

static double seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

template <class F>
static double best(F&& instruction) {
  constexpr int kSums = 16, kTurns = 400000;  // more sums than the latency of one needs
  double least = 1e9;
  for (int run = 0; run < 30; run++) {
    __m512 sums[kSums];
    for (__m512& s : sums) s = _mm512_set1_ps(1e-3f);
    const double begin = seconds();
    for (int turn = 0; turn < kTurns; turn++) {
#pragma GCC unroll 16
      for (int i = 0; i < kSums; i++) {
        sums[i] = instruction(sums[i]);
        asm volatile("" : "+v"(sums[i]));
      }
    }
    const double taken = seconds() - begin;
    if (taken < least) least = taken;
  }
  return kTurns * static_cast<double>(kSums) / least * 1e-9;
}

int main() {
  const __m512 one = _mm512_set1_ps(1.0f), little = _mm512_set1_ps(1e-9f);
  std::printf("float32 FMA: %.0f GFLOP/s\n", 32 * best([=](__m512 s) { return _mm512_fmadd_ps(s, one, little); }));
#ifdef __AVX512BF16__
  std::printf("bf16 dot:    %.0f GFLOP/s\n", 64 * best([=](__m512 s) { return _mm512_dpbf16_ps(s, (__m512bh)one, (__m512bh)little); }));
#endif
}
