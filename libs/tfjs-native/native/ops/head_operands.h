// What attention in tiles makes operands of: n rows of `width` numbers S, wherever they lie (rows.h).

static inline vu words_of(const float* p, int64_t n) {
  vf a, b;
  load_two(p, n, a, b);
  return bf16_words(a, b);
}
static inline vu words_of(const bf16* p, int64_t n) { return load_words(p, n); }

template <class S>
struct TileRows {
  Rows<const S> rows;
  int64_t n, width;
  // All rows of a matrix as A.
  AMatrix<TilePair> matrix(Scratch& scratch) const;
  // A tile: of 16 rows from m on the 32 columns from c on, in words of two. Zeros where there are none.
  __attribute__((always_inline)) void tile(int64_t m, int64_t c, vu (&out)[kTile]) const {
    if (m + kTile <= n && rows.together(m, kTile)) {
      const S* p = rows.at(m, c);
      for (int64_t r = 0; r < kTile; r++) out[r] = words_of(p + r * rows.row, width - c);
    } else {
      for (int64_t r = 0; r < kTile; r++) out[r] = m + r < n ? words_of(rows.at(m + r, c), width - c) : vu{};
    }
  }
  // Of 32 rows, two by two, the words (number, number below) of the first 16 columns from c on, and of the next 16.
  __attribute__((always_inline)) void pairs(int64_t m, int64_t c, vu (&first)[kTile], vu (&second)[kTile]) const {
    vu above[kTile], below[kTile];
    tile(m, c, above);
    tile(m + kTile, c, below);
    for (int64_t i = 0; i < kTile / 2; i++) {
      zip_words(above[2 * i], above[2 * i + 1], first[i], second[i]);
      zip_words(below[2 * i], below[2 * i + 1], first[kTile / 2 + i], second[kTile / 2 + i]);
    }
  }
};

static inline void put_tile(vu (&words)[kTile], uint32_t* out, int64_t row = kTile) {
  for (int64_t i = 0; i < kTile; i++) store(out + i * row, words[i]);
}
static inline void put_transposed(vu (&words)[kTile], uint32_t* out, int64_t row = kTile) {
  vf v[kTile];
  for (int64_t i = 0; i < kTile; i++) v[i] = (vf)words[i];
  transpose(v);
  for (int64_t i = 0; i < kTile; i++) store(out + i * row, (vu)v[i]);
}
// 32 columns of 32 rows from m and c on, as a block of A.
template <class S>
static inline void columns_block(const TileRows<S>& source, int64_t m, int64_t c, uint32_t* block) {
  vu first[kTile], second[kTile];
  source.pairs(m, c, first, second);
  put_transposed(first, block);
  put_transposed(second, block + kTile * kTile);
}

// 16 rows from m on as their half of a block of A.
template <class S>
static inline void put_tiles(const TileRows<S>& source, int64_t m, uint32_t* block) {
  for (int64_t c = 0; c < source.width; c += NR) {
    vu words[kTile];
    source.tile(m, c, words);
    put_tile(words, block + c / 2 * kBlock);
  }
}

// Blocks of A, (n, width), `stride` words apart.
struct RowBlocks {
  const uint32_t* data;
  int64_t stride;
  const uint32_t* block(int64_t b) const { return data + b * stride; }
};
// Where they lie, if they lie so.
template <class S>
static RowBlocks rows_of(Scratch& scratch, const TileRows<S>& source) {
  const Rows<const S>& rows = source.rows;
  const int64_t stride = kBlock * TiledBFloat16::elements(source.width), blocks = ceil_div(source.n, kBlock);
  if (sizeof(S) == sizeof(bf16) && rows.blocked() && rows.first % kBlock == 0 && source.width % NR == 0) return {reinterpret_cast<const uint32_t*>(rows.at(0)), rows.block / 2};
  uint32_t* out = scratch.take<uint32_t>(blocks * stride);
  for (int64_t m = 0; m < source.n; m += kTile) put_tiles(source, m, out + m / kBlock * stride + m % kBlock * kTile);
  return {out, stride};
}
template <class S>
AMatrix<TilePair> TileRows<S>::matrix(Scratch& scratch) const {
  return {reinterpret_cast<const TilePair*>(rows_of(scratch, *this).data), kBlock, TiledBFloat16::elements(width)};
}
// A (width, n).
template <class S>
static const uint32_t* columns_of(Scratch& scratch, const TileRows<S>& source) {
  const int64_t along = TiledBFloat16::elements(source.n);
  uint32_t* out = scratch.take<uint32_t>(ceil_div(source.width, kBlock) * kBlock * along);
  for (int64_t c = 0; c < source.width; c += kBlock)
    for (int64_t t = 0; t < source.n; t += kBlock) columns_block(source, t, c, out + c * along + t / 2 * kBlock);
  return out;
}
// B (width, n) in panels of 32 of the rows.
template <class S>
static const uint32_t* panels_across(Scratch& scratch, const TileRows<S>& source) {
  uint32_t* out = scratch.take<uint32_t>(ceil_div(source.n, NR) * NR * TiledBFloat16::elements(source.width));
  uint32_t* to = out;
  for (int64_t m = 0; m < source.n; m += NR)
    for (int64_t c = 0; c < source.width; c += NR, to += kTile * NR)
      for (int64_t half = 0; half < NR; half += kTile) {
        vu words[kTile];
        source.tile(m + half, c, words);
        put_transposed(words, to + panel_at(0, half), kPanelRow);
      }
  return out;
}
// B (n, width) in panels of 32 of the columns.
template <class S>
static const uint32_t* panels_along(Scratch& scratch, const TileRows<S>& source) {
  uint32_t* out = scratch.take<uint32_t>(ceil_div(source.width, NR) * NR * TiledBFloat16::elements(source.n));
  uint32_t* to = out;
  for (int64_t c = 0; c < source.width; c += NR)
    for (int64_t m = 0; m < source.n; m += kBlock, to += kTile * NR) {
      vu first[kTile], second[kTile];
      source.pairs(m, c, first, second);
      put_tile(first, to + panel_at(0, 0), kPanelRow);
      put_tile(second, to + panel_at(0, VF), kPanelRow);
    }
  return out;
}

// Their part, from row `begin` of M on, of B (M, width) in such panels, past the caches, and in `total` (width) their sum.
static void put_panels(const TileRows<bf16>& source, int64_t begin, int64_t M, TilePair* panels, float* total) {
  const int64_t along = TiledBFloat16::elements(M);
  __builtin_memset(total, 0, sizeof(float) * static_cast<size_t>(source.width));
  for (int64_t m = 0; m < source.n; m += kBlock) {
    uint32_t* to = reinterpret_cast<uint32_t*>(panels) + (begin + m) / 2 * NR;
    for (int64_t c = 0; c < source.width; c += NR, to += along * NR) {
      vu first[kTile], second[kTile];
      source.pairs(m, c, first, second);
      for (int64_t i = 0; i < kTile; i++) store_away(to + panel_at(i, 0), first[i]);
      for (int64_t i = 0; i < kTile; i++) store_away(to + panel_at(i, VF), second[i]);
      vf s0, s1, low, high;
      load_two(total + c, source.width - c, s0, s1);
      for (int64_t i = 0; i < kTile; i++) {
        unzip_words(first[i], low, high);
        s0 += low;
        s0 += high;
        unzip_words(second[i], low, high);
        s1 += low;
        s1 += high;
      }
      store_two(total + c, source.width - c, s0, s1);
    }
  }
}
