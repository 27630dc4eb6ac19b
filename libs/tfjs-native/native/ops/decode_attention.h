// Attention of the newest token over a cache (S, kv_heads, P, hs) of keys and values: the bits of a whole text's attention
// (attention.h), so that a policy samples from the very distribution that it is then trained on. All that becomes bfloat16
// there does so here, and sums are made in the same order. The cache holds keys and values as the products read them, in no
// more bytes than that takes: a slot's head begins where its float32 would, and may fill only the first part. Keys lie in
// blocks of VF positions, [block][hs][VF] (the last one narrower, if P ends in it), so that a query meets VF of them at
// once; values lie in rows, [P][hs]. Elements are words: in bfloat16 two numbers that follow each other along the sum.

// n numbers as elements, in `room` where they are not yet.
static inline const float* elements_of(const float* numbers, int64_t, float*) { return numbers; }
#ifdef HAVE_BF16
static inline const uint32_t* elements_of(const float* s, int64_t n, uint32_t* room) {
  int64_t k = 0;
  for (; k + 2 * VF <= n; k += 2 * VF) store(room + k / 2, bf16_words(load(s + k), load(s + k + VF)));
  if (k == n) return room;
  const vu words = bf16_words(load_n(s + k, static_cast<int>(n - k)), n - k > VF ? load_n(s + k + VF, static_cast<int>(n - k - VF)) : vf{});
  store_n(reinterpret_cast<float*>(room + k / 2), (vf)words, static_cast<int>((n - k + 1) / 2));
  return room;
}
#endif

// Row `position` of values, as elements along positions. A pair's second half is 0 until it comes.
static inline void put_value(float* values, int64_t position, int64_t hs, const float* v) {
  for (int64_t c = 0; c < hs; c += VF) store_n(values + position * hs + c, load_n(v + c, static_cast<int>(hs - c)), static_cast<int>(hs - c));
}
#ifdef HAVE_BF16
static inline void put_value(uint32_t* values, int64_t position, int64_t hs, const float* v) {
  for (int64_t c = 0; c < hs; c += VF) {
    const int left = static_cast<int>(hs - c);
    float* row = reinterpret_cast<float*>(values + position / 2 * hs + c);
    const vf x = load_n(v + c, left);
    const vu words = position % 2 == 0 ? bf16_pair(x, vf{}) : bf16_pair(vf{}, x) | ((vu)load_n(row, left) & 0xffffu);
    store_n(row, (vf)words, left);
  }
}
static inline vu load_n(const uint32_t* p, int n) { return (vu)load_n(reinterpret_cast<const float*>(p), n); }
#endif

template <class Format>
struct HeadCache {
  using E = typename Format::Word;
  E *keys, *values;
  int64_t P, hs, elements;

  HeadCache(float* all_keys, float* all_values, int64_t slot_head, int64_t positions, int64_t head_size)
      : keys(reinterpret_cast<E*>(all_keys + slot_head * positions * head_size)), values(reinterpret_cast<E*>(all_values + slot_head * positions * head_size)), P(positions), hs(head_size), elements(Format::elements(head_size)) {}

  int width(int64_t block) const { return static_cast<int>(P - block * VF < VF ? P - block * VF : VF); }
  E* block(int64_t b) const { return keys + b * VF * elements; }

  // Fetches the lines that `put` writes.
  void fetch(int64_t position) const {
    const int64_t b = position / VF, w = width(b);
    for (int64_t c = 0; c < elements; c++) __builtin_prefetch(block(b) + c * w + position % VF, 1);
  }

  // `row` is room for a key's elements.
  void put(int64_t position, const float* k, const float* v, E* row) const {
    const E* key = elements_of(k, hs, row);
    const int64_t b = position / VF, w = width(b);
    for (int64_t c = 0; c < elements; c++) block(b)[c * w + position % VF] = key[c];
    put_value(values, position, hs, v);
  }
};

// Columns of a row from `visible` up to `seen` (whole vectors) become `value`.
static inline void hide(float* row, int64_t visible, int64_t seen, float value) {
  int64_t j = visible / VF * VF;
  if (j >= seen) return;
  store(row + j, lanes() < static_cast<int32_t>(visible - j) ? load(row + j) : splat(value));
  for (j += VF; j < seen; j += VF) store(row + j, splat(value));
}

// Scores (whole vectors) become 2^(score * to_exponent - the largest of these); returns their sum, in pairs as attention.h adds.
template <class P>
static inline float softmax_terms(float* scores, int64_t seen, float to_exponent) {
  vf m = load(scores);
  for (int64_t j = VF; j < seen; j += VF) m = max(m, load(scores + j));
  const vf top = splat(max_lane(m) * to_exponent);
  for (int64_t j = 0; j < seen; j += VF) store(scores + j, P::exp2(load(scores + j) * to_exponent - top));
  float total = 0;
  for (int64_t j = 0; j < seen; j += 2) total += scores[j] + scores[j + 1];
  return total;
}

// sums[i] of `count` words, line by line; add(sum, i, k) adds the product of word k.
template <class P, int N, class Add>
static inline void add_up(Sum<P> (&sums)[N], int64_t count, Add&& add) {
  for (int64_t line = 0; line < count; line += P::kLine) {
    const int64_t end = line + P::kLine < count ? line + P::kLine : count;
    for (int64_t k = line; k < end; k++) {
#pragma GCC unroll 8
      for (int i = 0; i < N; i++) add(sums[i], i, k);
    }
#pragma GCC unroll 8
    for (int i = 0; i < N; i++) sums[i].end_line();
  }
}

// Scores of a query against G whole blocks of keys; fetches what lies at `ahead` meanwhile.
template <class P, int G, class E>
static inline void score_blocks(const E* q, const E* keys, int64_t elements, const char* ahead, float* scores) {
  Sum<P> sums[G];
  add_up<P>(sums, elements, [&](Sum<P>& sum, int i, int64_t c) {
    sum.add(q[c], load(keys + (i * elements + c) * VF));
    __builtin_prefetch(ahead + (i * elements + c) * VB, 0, 2);
  });
  for (int i = 0; i < G; i++) store(scores + i * VF, sums[i].get());
}

// So many sums side by side hide each other's latency.
constexpr int kSums = 8;

template <class P, int G = kSums, class E>
static inline void score_group(int64_t count, const E* q, const E* keys, int64_t elements, const char* ahead, float* scores) {
  if (count == G) return score_blocks<P, G>(q, keys, elements, ahead, scores);
  if constexpr (G > 1) score_group<P, G - 1>(count, q, keys, elements, ahead, scores);
}

// N vectors of y, `last` lanes of the last one: weights times rows of values that are hs apart, times `factor`.
// Fetches what lies as far behind `ahead` meanwhile.
template <class P, int N, class E, class Lanes>
static inline void weigh_columns(const E* weights, const E* values, int64_t count, int64_t hs, Lanes last, float factor, const E* ahead, float* y) {
  Sum<P> sums[N];
  add_up<P>(sums, count, [&](Sum<P>& sum, int i, int64_t j) {
    const E* row = values + j * hs + i * VF;
    __builtin_prefetch(ahead + j * hs + i * VF, 0, 2);
    if (i + 1 < N) sum.add(weights[j], load(row));
    else sum.add(weights[j], load_n(row, last));
  });
  for (int i = 0; i < N; i++) store_n(y + i * VF, sums[i].get() * factor, i + 1 < N ? VF : static_cast<int>(last));
}

template <class P, int N = kSums, class E>
static inline void weigh_group(int64_t vectors, const E* weights, const E* values, int64_t count, int64_t hs, int last, float factor, const E* ahead, float* y) {
  if (vectors == N) {
    if (last == VF) return weigh_columns<P, N>(weights, values, count, hs, std::integral_constant<int, VF>(), factor, ahead, y);
    return weigh_columns<P, N>(weights, values, count, hs, last, factor, ahead, y);
  }
  if constexpr (N > 1) weigh_group<P, N - 1>(vectors, weights, values, count, hs, last, factor, ahead, y);
}

// y (hs) = weights (elements of them) times rows of values, times `factor`.
template <class P, class E>
static inline void weigh_values(const E* weights, const E* values, int64_t count, int64_t hs, float factor, const E* ahead, float* y) {
  constexpr int64_t kColumns = kSums * VF;
  for (int64_t c = 0; c < hs; c += kColumns) {
    const int64_t left = hs - c < kColumns ? hs - c : kColumns, vectors = ceil_div(left, VF);
    weigh_group<P>(vectors, weights, values + c, count, hs, static_cast<int>(left - (vectors - 1) * VF), factor, ahead + c, y + c);
  }
}

// The newest token of slot slots[r] at positions[r]: its keys and values go into the cache, its queries
// attend to everything up to itself. qkv (R, W), out (R, C). Heads of keys `first` to `last` of all R * kv_heads, and the
// heads of queries that see them, on this thread.
template <class Format, class S>
static void decode_heads(const float* qkv, const int32_t* slots, const int32_t* positions, float* keys, float* values, const Rows<S>& out, const HeadShape& shape, int64_t P, int64_t first, int64_t last) {
  using E = typename Format::Word;
  const int64_t hs = shape.hs, kv_heads = shape.kv_heads, group = shape.group();
  const float to_exponent = kLog2E / __builtin_sqrtf(static_cast<float>(hs));  // exponents are those of 2
  const auto cache_of = [&](int64_t task) { return HeadCache<Format>(keys, values, slots[task / kv_heads] * kv_heads + task % kv_heads, P, hs); };
  const auto token_of = [&](int64_t task) { return qkv + task / kv_heads * shape.W(); };
  // All keys before the first query: a vector that was just written number by number cannot be read at once.
  {
    Scratch scratch;
    E* row = scratch.take<E>(Format::elements(hs));
    for (int64_t task = first; task < last; task++) {
      constexpr int64_t kAhead = 4;
      const int64_t h = task % kv_heads * group;
      if (task + kAhead < last) cache_of(task + kAhead).fetch(positions[(task + kAhead) / kv_heads]);
      cache_of(task).put(positions[task / kv_heads], token_of(task) + shape.key(h), token_of(task) + shape.value(h), row);
    }
  }
  for (int64_t task = first; task < last; task++) {
    const HeadCache<Format> cache = cache_of(task);
    const int64_t n = positions[task / kv_heads] + 1, blocks = ceil_div(n, VF), seen = blocks * VF, whole = cache.width(blocks - 1) == VF ? blocks : blocks - 1;
    Scratch scratch;
    float *scores = scratch.take<float>(seen), *y = scratch.take<float>(hs);
    E *row = scratch.take<E>(cache.elements), *weights = scratch.take<E>(seen);
    for (int64_t h = task % kv_heads * group; h < (task % kv_heads + 1) * group; h++) {
      const E* q = elements_of(token_of(task) + h * hs, hs, row);
      for (int64_t b = 0; b < whole; b += kSums)
        score_group<Format>(whole - b < kSums ? whole - b : kSums, q, cache.block(b), cache.elements, reinterpret_cast<const char*>(cache.values) + b * cache.elements * VB, scores + b * VF);
      if (whole < blocks) {
        const int width = cache.width(whole);
        Sum<Format> sums[1];
        add_up<Format>(sums, cache.elements, [&](Sum<Format>& sum, int, int64_t c) { sum.add(q[c], load_n(cache.block(whole) + c * width, width)); });
        store(scores + whole * VF, sums[0].get());
      }
      hide(scores, n, seen, -__builtin_inff());
      const float total = softmax_terms<Format>(scores, seen, to_exponent);
      const E* w = elements_of(scores, n, weights);
      const E* next = task + 1 < last ? cache_of(task + 1).keys : cache.keys;
      weigh_values<Format>(w, cache.values, Format::elements(n), hs, 1.0f / total, next, y);
      const Rows<S> head = out.from(0, h * hs);
      for (int64_t c = 0; c < hs; c += NR) {
        vf a, b;
        load_two(y + c, hs - c, a, b);
        store_two(head.at(task / kv_heads, c), hs - c, a, b);
      }
    }
  }
}

// The keys and values of one head of n tokens, `stride` apart, from position 0; k and v are the first one's.
template <class Format>
static void put_prompt(const float* k, const float* v, int64_t n, int64_t stride, const HeadCache<Format>& cache) {
  Scratch scratch;
  auto* row = scratch.take<typename Format::Word>(cache.elements);
  for (int64_t t = 0; t < n; t++) cache.put(t, k + t * stride, v + t * stride, row);
}
