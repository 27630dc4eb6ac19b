// What the processor can do at the most: products of numbers that stay in registers, on all threads, for
// benchmarks to be measured against. operations[0] gets how many were done.

constexpr int64_t kPeakTurns = 50000;
constexpr int kPeakSums = VB == 64 ? 16 : 12;  // more than the latency of one needs, and there are registers for

// E: float, or uint32_t for pairs of bfloat16.
template <class E>
static double peak_in_registers() {
  constexpr int64_t numbers = std::is_same<E, float>::value ? VF : 2 * VF;  // that one instruction multiplies
  parallel(threads(), [&](int64_t) {
    E factors[VF] = {};
    volatile float begin[kPeakSums] = {};  // or the compiler makes one sum of all
    vf sums[kPeakSums];
#pragma GCC unroll 16
    for (int i = 0; i < kPeakSums; i++) sums[i] = splat(begin[i]);
    for (int64_t turn = 0; turn < kPeakTurns; turn++) {
      asm volatile("" : "+m"(factors));  // no number that the compiler knows
      const auto b = load(factors);
      const E a = factors[0];
#pragma GCC unroll 16
      for (int i = 0; i < kPeakSums; i++) multiply_add(sums[i], a, b);
    }
    vf total{};
#pragma GCC unroll 16
    for (int i = 0; i < kPeakSums; i++) total += sums[i];
    asm volatile("" : : "m"(total));
  });
  return static_cast<double>(2 * numbers * kPeakSums * kPeakTurns * threads());
}

template <class P>
static void peak(double* operations) {
  operations[0] = peak_in_registers<float>();
}
#ifdef HAVE_BF16
template <>
void peak<BFloat16>(double* operations) {
#ifdef HAVE_AMX
  parallel(threads(), [&](int64_t) {
    AmxTiles tiles;
    tiles.shape(NR);
    for (int64_t turn = 0; turn < kPeakTurns; turn++) {
      tile_dpbf16ps(0, 4, 6);
      tile_dpbf16ps(1, 4, 7);
      tile_dpbf16ps(2, 5, 6);
      tile_dpbf16ps(3, 5, 7);
    }
  });
  operations[0] = static_cast<double>(2 * NR * NR * 2 * kTile * kPeakTurns * threads());
#else
  operations[0] = peak_in_registers<uint32_t>();
#endif
}
#endif
