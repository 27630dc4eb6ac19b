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
static inline vf splat(float x) { return vf{} + x; }
static inline vu splat(uint32_t x) { return vu{} + x; }

// The first n lanes; the rest is zero (load) or left alone (store).
static inline vf load_n(const float* p, int n) {
  if (n >= VF) return load(p);
  vf v{};
  __builtin_memcpy(&v, p, sizeof(float) * n);
  return v;
}
static inline void store_n(float* p, vf v, int n) {
  if (n >= VF) return store(p, v);
  __builtin_memcpy(p, &v, sizeof(float) * n);
}

static inline float sum(vf v) {
  float s = 0;
  for (int i = 0; i < VF; i++) s += v[i];
  return s;
}
static inline vf max(vf a, vf b) { return a > b ? a : b; }
static inline float max_lane(vf v) {
  float m = v[0];
  for (int i = 1; i < VF; i++) m = v[i] > m ? v[i] : m;
  return m;
}

// e^x, relative error below 2e-7; x is clamped to where e^x is a normal number, and what lies
// under -87 gives 0. NaN stays NaN.
static inline vf exp(vf x) {
  const vf nan_keeper = x - x;  // 0, or NaN for NaN and infinities
  vf t = x * 1.44269504088896341f;
  t = t > splat(127.0f) ? splat(127.0f) : t;
  t = t < splat(-126.0f) ? splat(-126.0f) : t;
  const vf magic = splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to a whole number
  const vf shifted = t + magic;
  const vf n = shifted - magic;
  const vf f = t - n;  // -0.5 .. 0.5
  vf p = splat(1.535336188319500e-4f);
  p = p * f + 1.339887440266574e-3f;
  p = p * f + 9.618437357674640e-3f;
  p = p * f + 5.550332471162809e-2f;
  p = p * f + 2.402264791363012e-1f;
  p = p * f + 6.931472028550421e-1f;
  p = p * f + 1.0f;
  const vi scale = ((vi)shifted - (vi)magic) << 23;
  vf r = (vf)((vi)p + scale);
  r = x < splat(-87.0f) ? vf{} : r;
  return x < splat(3.0e38f) && x > splat(-3.0e38f) ? r + nan_keeper : (x > vf{} ? x : (x < vf{} ? vf{} : nan_keeper));
}
static inline float exp(float x) { return exp(splat(x))[0]; }

// GELU in its tanh form is p * sigmoid(2u), u = sqrt(2/pi) (p + 0.044715 p^3).
static inline vf gelu_sigmoid(vf p) {
  const vf u2 = p * (1.5957691216057308f + 0.07135481282748f * p * p);
  return 1.0f / (1.0f + exp(-u2));
}
static inline vf gelu(vf p) { return p * gelu_sigmoid(p); }
static inline vf gelu_gradient(vf p) {
  const vf s = gelu_sigmoid(p);
  return s + p * s * (1.0f - s) * (1.5957691216057308f + 0.21406443848244f * p * p);
}

// Two floats rounded to bfloat16 (nearest, ties to even), `low` in the lower half of each word.
static inline vu bf16_pair(vf low, vf high) {
  const vu l = (vu)low, h = (vu)high;
  const vu lr = l + 0x7fffu + ((l >> 16) & 1u), hr = h + 0x7fffu + ((h >> 16) & 1u);
  return (lr >> 16) | (hr & 0xffff0000u);
}
static inline uint32_t bf16_pair(float low, float high) {
  uint32_t l, h;
  __builtin_memcpy(&l, &low, 4);
  __builtin_memcpy(&h, &high, 4);
  l += 0x7fffu + ((l >> 16) & 1u);
  h += 0x7fffu + ((h >> 16) & 1u);
  return (l >> 16) | (h & 0xffff0000u);
}
