// Vectors of the instruction set this file is compiled for, by GCC's vector extension, so that one
// source serves AVX-512, AVX2 and everything else. Included once per instruction set, inside
// namespace ISA.
//
// VF floats of VB bytes a vector. All loads and stores are unaligned ones: on buffers that begin
// on a cache line they cost the same.

typedef float vf __attribute__((vector_size(VB)));
typedef int32_t vi __attribute__((vector_size(VB)));
typedef uint32_t vu __attribute__((vector_size(VB)));
typedef float vf_mem __attribute__((vector_size(VB), aligned(4), may_alias));
typedef uint32_t vu_mem __attribute__((vector_size(VB), aligned(4), may_alias));

constexpr int VF = VB / 4;

static inline vf load(const float* p) { return *reinterpret_cast<const vf_mem*>(p); }
static inline vu load(const uint32_t* p) { return *reinterpret_cast<const vu_mem*>(p); }
static inline void store(float* p, vf v) { *reinterpret_cast<vf_mem*>(p) = v; }
static inline void store(uint32_t* p, vu v) { *reinterpret_cast<vu_mem*>(p) = v; }
// Not 0 + x, which would be an addition: -0 becomes 0 by it.
static inline vf splat(float x) { return x - vf{}; }
static inline vu splat(uint32_t x) { return vu{} + x; }

// The first n lanes (1 and more); the rest is zero (load) or left alone (store). The sanitizer does
// not see what masked instructions touch.
#if VB == 64 && !defined(__SANITIZE_ADDRESS__)
#define MASKED 1
#else
#define MASKED 0
#endif
static inline vf load_n(const float* p, int n) {
  if (n >= VF) return load(p);
#if MASKED
  return (vf)_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1u), p);
#else
  vf v{};
  __builtin_memcpy(&v, p, sizeof(float) * n);
  return v;
#endif
}
static inline void store_n(float* p, vf v, int n) {
  if (n >= VF) return store(p, v);
#if MASKED
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1u), (__m512)v);
#else
  __builtin_memcpy(p, &v, sizeof(float) * n);
#endif
}

// Lane i holds i.
static inline vi lanes() {
  vi v{};
  for (int i = 0; i < VF; i++) v[i] = i;
  return v;
}

static inline vf max(vf a, vf b) { return a > b ? a : b; }
#if VB == 64
static inline float sum(vf v) { return _mm512_reduce_add_ps((__m512)v); }
static inline float max_lane(vf v) { return _mm512_reduce_max_ps((__m512)v); }
#else
static inline float sum(vf v) {
  float s = 0;
  for (int i = 0; i < VF; i++) s += v[i];
  return s;
}
static inline float max_lane(vf v) {
  float m = v[0];
  for (int i = 1; i < VF; i++) m = v[i] > m ? v[i] : m;
  return m;
}
#endif
static inline bool any_above(vf v, float limit) {
#if VB == 64
  return _mm512_cmp_ps_mask((__m512)v, _mm512_set1_ps(limit), _CMP_GT_OQ) != 0;
#elif VB == 32
  return _mm256_movemask_ps(_mm256_cmp_ps((__m256)v, _mm256_set1_ps(limit), _CMP_GT_OQ)) != 0;
#else
  return max_lane(v) > limit;
#endif
}
// The first `visible` lanes of two vectors, what follows becomes `hidden`.
static inline void hide_lanes(vf& left, vf& right, int64_t visible, float hidden) {
  left = lanes() < static_cast<int32_t>(visible) ? left : splat(hidden);
  right = lanes() < static_cast<int32_t>(visible - VF) ? right : splat(hidden);
}
static inline vf root(vf v) {
#if VB == 64
  return (vf)_mm512_sqrt_ps((__m512)v);
#elif VB == 32
  return (vf)_mm256_sqrt_ps((__m256)v);
#else
  for (int lane = 0; lane < VF; lane++) v[lane] = __builtin_sqrtf(v[lane]);
  return v;
#endif
}

constexpr float kLog2E = 1.44269504088896341f;

// 2^t, relative error below 2e-7; what lies under -126 gives 0 or less than 2^-126. NaN stays NaN.
static inline vf exp2(vf t) {
#if VB == 64
  // 2^t is that of its whole part, which scalef takes out of t itself, times that of the rest. Minimax polynomial.
  const vf f = (vf)_mm512_reduce_ps((__m512)t, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);  // 0 .. 1
  vf p = splat(1.8775767e-3f);
  p = p * f + 8.98934002e-3f;
  p = p * f + 5.58263181e-2f;
  p = p * f + 2.40153617e-1f;
  p = p * f + 6.93153073e-1f;
  p = p * f + 9.99999925e-1f;
  return (vf)_mm512_scalef_ps((__m512)p, (__m512)t);
#else
  const vf rounder = splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to a whole number
  vf within = t > splat(128.0f) ? splat(128.0f) : t;
  within = within < splat(-126.0f) ? splat(-126.0f) : within;
  const vf shifted = within + rounder, f = within - (shifted - rounder);  // -0.5 .. 0.5
  vf p = splat(1.535336188319500e-4f);
  p = p * f + 1.339887440266574e-3f;
  p = p * f + 9.618437357674640e-3f;
  p = p * f + 5.550332471162809e-2f;
  p = p * f + 2.402264791363012e-1f;
  p = p * f + 6.931472028550421e-1f;
  p = p * f + 1.0f;
  // The whole part, which the lowest bits of `shifted` hold, goes into the exponent: 128 makes infinity.
  const vf r = t < splat(-126.0f) ? vf{} : (vf)((vi)p + ((vi)shifted << 23));
  return t == t ? r : t;
#endif
}
// e^x; what lies under -87 gives 0.
static inline vf exp(vf x) {
  const vf r = exp2(x * kLog2E);
#if VB == 64
  return (vf)_mm512_maskz_mov_ps(_mm512_cmp_ps_mask((__m512)x, _mm512_set1_ps(-87.0f), _CMP_NLT_UQ), (__m512)r);
#else
  return x < splat(-87.0f) ? vf{} : r;
#endif
}
static inline float exp(float x) { return exp(splat(x))[0]; }

// The natural logarithm of normal numbers above 0, within 2e-7 of it or of 1. NaN stays NaN.
static inline vf log(vf x) {
  // x = m 2^e with m in 0.75 .. 1.5, and log m = 2 artanh((m - 1) / (m + 1)) by its series.
  const vi e = ((vi)x - 0x3f400000) >> 23;
  const vf m = (vf)((vi)x - (e << 23)), s = (m - 1.0f) / (m + 1.0f), s2 = s * s;
  vf p = splat(1.0f / 9);
  p = p * s2 + 1.0f / 7;
  p = p * s2 + 1.0f / 5;
  p = p * s2 + 1.0f / 3;
  return __builtin_convertvector(e, vf) * 0.6931471806f + 2.0f * (s + s * s2 * p) + (x - x);
}

// GELU in its tanh form is p * sigmoid(2u), u = sqrt(2/pi) (p + 0.044715 p^3).
static inline vf gelu_sigmoid(vf p) {
  const vf u2 = p * (1.5957691216057308f + 0.07135481282748f * p * p);
  return 1.0f / (1.0f + exp(-u2));
}
static inline vf gelu(vf p) { return p * gelu_sigmoid(p); }
static inline vf gelu_gradient(vf p, vf s) { return s + p * s * (1.0f - s) * (1.5957691216057308f + 0.21406443848244f * p * p); }
static inline vf gelu_gradient(vf p) { return gelu_gradient(p, gelu_sigmoid(p)); }
#ifdef HAVE_BF16
// 2^t where the result becomes bfloat16: relative error below 7.5e-5, a minimax cubic. -infinity gives 0, NaN stays NaN.
static inline vf exp2_for_bf16(vf t) {
  const vf f = (vf)_mm512_reduce_ps((__m512)t, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);  // 0 .. 1
  vf p = splat(7.802452264e-2f);
  p = p * f + 2.260671554e-1f;
  p = p * f + 6.958335405e-1f;
  p = p * f + 9.999252186e-1f;
  return (vf)_mm512_scalef_ps((__m512)p, (__m512)t);
}
// GELU and its gradient for such results. GELU is p/2 + h(|p|), its gradient 1/2 + h'(|p|) with the sign of p, and h
// a cubic in each of 16 stretches of |p|, 0.3 wide; in the last it is |p|/2. Fitted by minimax to h' and then h: the
// value is right to 1.2e-5, and to 1e-4 of itself where that is above 0.01; the gradient to 1.8e-4, a tenth of its rounding.
alignas(64) static const float kGeluCubics[4][16] = {
    {0.0f, 2.97185542e-04f, 4.08093697e-03f, 4.90683847e-03f, -2.90087972e-02f, -1.32185268e-01f, -2.99391735e-01f, -4.74843517e-01f, -5.86267764e-01f, -5.90563856e-01f, -4.95839286e-01f, -3.49624004e-01f, -2.06989238e-01f, -1.02437035e-01f, -4.20992837e-02f, 0.0f},
    {0.0f, -5.07487231e-03f, -3.09638637e-02f, -3.63004976e-02f, 5.85055372e-02f, 2.86971448e-01f, 5.91793231e-01f, 8.63506817e-01f, 1.01390292e+00f, 1.02019893e+00f, 9.20971223e-01f, 7.81633432e-01f, 6.57266941e-01f, 5.73291697e-01f, 5.28376834e-01f, 0.5f},
    {4.00224294e-01f, 4.28931080e-01f, 4.88564343e-01f, 4.98457772e-01f, 4.10029230e-01f, 2.41232134e-01f, 5.58735794e-02f, -8.44545839e-02f, -1.52138014e-01f, -1.55096261e-01f, -1.20441432e-01f, -7.61720202e-02f, -4.00205627e-02f, -1.75351368e-02f, -6.38931494e-03f, 0.0f},
    {-1.84859206e-02f, -7.40692576e-02f, -1.20219127e-01f, -1.25871613e-01f, -9.83459310e-02f, -5.67341192e-02f, -1.91376490e-02f, 5.03086991e-03f, 1.51865103e-02f, 1.56374132e-02f, 1.16022849e-02f, 6.91310515e-03f, 3.40968989e-03f, 1.40253236e-03f, 4.80483576e-04f, 0.0f},
};
struct GeluCubic {
  vf a, c0, c3, bend, slope;  // bend: c2 + a c3, slope: c1 + a bend
  explicit GeluCubic(vf p) : a((vf)((vu)p & 0x7fffffffu)) {
    // 2^23 more: the low bits are the nearest whole number.
    const __m512i stretch = (__m512i)((vf)_mm512_min_ps((__m512)a, _mm512_set1_ps(4.5f)) * (1.0f / 0.3f) + 8388608.0f);
    const auto of = [&](int i) { return (vf)_mm512_permutexvar_ps(stretch, _mm512_load_ps(kGeluCubics[i])); };
    c0 = of(0);
    c3 = of(3);
    bend = c3 * a + of(2);
    slope = bend * a + of(1);
  }
  vf value(vf p) const { return p * 0.5f + (slope * a + c0); }
  vf gradient(vf p) const {
    const vf h1 = (c3 * a + bend) * a + slope;
    return (vf)((vu)h1 ^ ((vu)p & 0x80000000u)) + 0.5f;
  }
};
static inline vf gelu_for_bf16(vf p) { return GeluCubic(p).value(p); }
static inline void gelu_for_bf16(vf p, vf& value, vf& gradient) {
  const GeluCubic cubic(p);
  value = cubic.value(p);
  gradient = cubic.gradient(p);
}
#endif

// Floats rounded to bfloat16 (nearest, ties to even), two to a word, the first in the lower half.
#ifdef HAVE_BF16
// Of 2 VF floats in a row: the words (a0, a1), (a2, a3) ... (b0, b1) ...
static inline vu bf16_words(vf a, vf b) { return (vu)_mm512_cvtne2ps_pbh((__m512)b, (__m512)a); }
// Of two rows: the words (low0, high0), (low1, high1) ...
static inline vu bf16_pair(vf low, vf high) {
  const __m512i zip = _mm512_set_epi32(0x1f000f, 0x1e000e, 0x1d000d, 0x1c000c, 0x1b000b, 0x1a000a, 0x190009, 0x180008, 0x170007, 0x160006, 0x150005, 0x140004, 0x130003, 0x120002, 0x110001, 0x100000);
  return (vu)_mm512_permutexvar_epi16(zip, (__m512i)bf16_words(low, high));
}
static inline uint32_t bf16_pair(float low, float high) { return bf16_pair(splat(low), splat(high))[0]; }
#endif

// The first n (1 and more) of 2 VF numbers in a row, for a row of float32 or of bfloat16: what follows
// is zero (load_two) or left alone (store_two).
static inline void load_two(const float* p, int64_t n, vf& first, vf& second) {
  first = load_n(p, n < VF ? static_cast<int>(n) : VF);
  second = n > VF ? load_n(p + VF, n < 2 * VF ? static_cast<int>(n - VF) : VF) : vf{};
}
static inline void store_two(float* p, int64_t n, vf first, vf second) {
  store_n(p, first, n < VF ? static_cast<int>(n) : VF);
  if (n > VF) store_n(p + VF, second, n < 2 * VF ? static_cast<int>(n - VF) : VF);
}
// To memory that nobody reads soon, which begins where a vector may: it is not read first, and leaves the caches to others.
static inline void store_away(float* p, vf v) {
#if VB == 64
  _mm512_stream_ps(p, (__m512)v);
#elif VB == 32
  _mm256_stream_ps(p, (__m256)v);
#else
  store(p, v);
#endif
}
// What this thread stored away is there before anyone hears that it is done.
static inline void stored_away() {
#if VB >= 32
  _mm_sfence();
#endif
}
// store_two, away where p begins a vector.
static inline void store_two_away(float* p, int64_t n, vf first, vf second) {
  if (n < 2 * VF || reinterpret_cast<uintptr_t>(p) % sizeof(vf) != 0) return store_two(p, n, first, second);
  store_away(p, first);
  store_away(p + VF, second);
}

#ifdef HAVE_BF16
static inline void store_away(uint32_t* p, vu v) { _mm512_stream_si512(reinterpret_cast<__m512i*>(p), (__m512i)v); }

enum bf16 : uint16_t {};  // one bfloat16 in memory

static inline vu load_words(const bf16* p, int64_t n) {
#if MASKED
  if (n >= 2 * VF) return (vu)_mm512_loadu_si512(p);
  return (vu)_mm512_maskz_loadu_epi16(static_cast<__mmask32>((1u << n) - 1u), p);
#else
  vu v{};
  __builtin_memcpy(&v, p, sizeof(bf16) * static_cast<size_t>(n < 2 * VF ? n : 2 * VF));
  return v;
#endif
}
static inline void store_words(bf16* p, vu words, int64_t n) {
#if MASKED
  // Masked stores are slower, even of every lane.
  if (n >= 2 * VF) return _mm512_storeu_si512(p, (__m512i)words);
  _mm512_mask_storeu_epi16(p, static_cast<__mmask32>((1u << n) - 1u), (__m512i)words);
#else
  __builtin_memcpy(p, &words, sizeof(bf16) * static_cast<size_t>(n < 2 * VF ? n : 2 * VF));
#endif
}
static inline void floats_of(vu words, vf& first, vf& second) {
  first = (vf)((vu)_mm512_cvtepu16_epi32(_mm512_castsi512_si256((__m512i)words)) << 16);
  second = (vf)((vu)_mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64((__m512i)words, 1)) << 16);
}
static inline void load_two(const bf16* p, int64_t n, vf& first, vf& second) { floats_of(load_words(p, n), first, second); }
static inline void store_two(bf16* p, int64_t n, vf first, vf second) { store_words(p, bf16_words(first, second), n); }
// Of the words of bf16_pair(low, high) the two vectors again.
static inline void unzip_words(vu words, vf& low, vf& high) {
  low = (vf)(words << 16);
  high = (vf)(words & 0xffff0000u);
}
// Of two rows of bfloat16: the words (low0, high0), (low1, high1) ... of the first VF numbers, and of the others.
static inline void zip_words(vu low, vu high, vf& first, vf& second) {
  const __m512i zip = _mm512_set_epi32(0x2f000f, 0x2e000e, 0x2d000d, 0x2c000c, 0x2b000b, 0x2a000a, 0x290009, 0x280008, 0x270007, 0x260006, 0x250005, 0x240004, 0x230003, 0x220002, 0x210001, 0x200000);
  first = (vf)_mm512_permutex2var_epi16((__m512i)low, zip, (__m512i)high);
  second = (vf)_mm512_permutex2var_epi16((__m512i)low, _mm512_add_epi16(zip, _mm512_set1_epi16(16)), (__m512i)high);
}
#endif

// Stored as usual, or away.
template <bool AWAY, class T, class V>
static inline void put(T* p, V v) {
  if (AWAY) store_away(p, v);
  else store(p, v);
}

// VF vectors as the rows of a matrix: its columns.
#if VB == 64
static inline void transpose(vf (&v)[VF]) {
  __m512 t[16], u[16];
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_ps((__m512)v[i], (__m512)v[i + 1]);
    t[i + 1] = _mm512_unpackhi_ps((__m512)v[i], (__m512)v[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    const __m512d a = (__m512d)t[i], b = (__m512d)t[i + 1], c = (__m512d)t[i + 2], d = (__m512d)t[i + 3];
    u[i] = (__m512)_mm512_unpacklo_pd(a, c);
    u[i + 1] = (__m512)_mm512_unpackhi_pd(a, c);
    u[i + 2] = (__m512)_mm512_unpacklo_pd(b, d);
    u[i + 3] = (__m512)_mm512_unpackhi_pd(b, d);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_f32x4(u[i], u[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_f32x4(u[i], u[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_f32x4(u[i + 8], u[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_f32x4(u[i + 8], u[i + 12], 0xdd);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    v[i] = (vf)_mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
    v[i + 4] = (vf)_mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88);
    v[i + 8] = (vf)_mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd);
    v[i + 12] = (vf)_mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xdd);
  }
}
#elif VB == 32
static inline void transpose(vf (&v)[VF]) {
  __m256 t[8], u[8];
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_ps((__m256)v[i], (__m256)v[i + 1]);
    t[i + 1] = _mm256_unpackhi_ps((__m256)v[i], (__m256)v[i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
    const __m256d a = (__m256d)t[i], b = (__m256d)t[i + 1], c = (__m256d)t[i + 2], d = (__m256d)t[i + 3];
    u[i] = (__m256)_mm256_unpacklo_pd(a, c);
    u[i + 1] = (__m256)_mm256_unpackhi_pd(a, c);
    u[i + 2] = (__m256)_mm256_unpacklo_pd(b, d);
    u[i + 3] = (__m256)_mm256_unpackhi_pd(b, d);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    v[i] = (vf)_mm256_permute2f128_ps(u[i], u[i + 4], 0x20);
    v[i + 4] = (vf)_mm256_permute2f128_ps(u[i], u[i + 4], 0x31);
  }
}
#else
static inline void transpose(vf (&v)[VF]) {
  for (int i = 0; i < VF; i++)
    for (int j = 0; j < i; j++) {
      const float x = v[i][j];
      v[i][j] = v[j][i];
      v[j][i] = x;
    }
}
#endif
