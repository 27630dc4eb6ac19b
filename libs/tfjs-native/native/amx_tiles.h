// The tile operations of AMX: the processor's own, or, with EMULATE_AMX, the same in plain C++ for
// tests on other machines. Included inside namespace ISA, after vec.h.
//
// Tiles are named by number, 0 to 7, so the operations are macros: the number is part of the
// instruction. A tile has up to 16 rows of up to 64 bytes, its shape comes from the configuration,
// and the configuration belongs to the thread.

// The 64 bytes that LDTILECFG reads.
struct alignas(64) TileConfig {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {};
  uint8_t rows[16] = {};

  void set(int tile, int64_t rows_of_tile, int64_t bytes) {
    rows[tile] = static_cast<uint8_t>(rows_of_tile);
    row_bytes[tile] = static_cast<uint16_t>(rows_of_tile == 0 ? 0 : bytes);
  }
};
static_assert(sizeof(TileConfig) == 64, "the processor reads 64 bytes");

#ifndef EMULATE_AMX

// GCC's intrinsics do not tell the compiler that they read memory: without the barriers it leaves
// stores undone that a tile load depends on, those of the configuration for one (GCC 12: SIGILL).
#define TILE_BARRIER() asm volatile("" ::: "memory")
static inline void tile_configure(const TileConfig& config) {
  TILE_BARRIER();
  _tile_loadconfig(&config);
  TILE_BARRIER();
}
static inline void tile_release() { _tile_release(); }
#define tile_zero(tile) _tile_zero(tile)
#define tile_load(tile, base, stride) \
  do { TILE_BARRIER(); _tile_loadd(tile, base, stride); } while (0)
// The same of what is not read again soon: it does not take the place of what is in the first cache.
#define tile_load_streamed(tile, base, stride) \
  do { TILE_BARRIER(); _tile_stream_loadd(tile, base, stride); } while (0)
#define tile_store(tile, base, stride) _tile_stored(tile, base, stride)
// c += a . b
#define tile_dpbf16ps(c, a, b) _tile_dpbf16ps(c, a, b)

#else

#define PRODUCTS_BY_TURNS  // and not by the state of the core

// What the processor would refuse ends the process, as its exception would.
static void tile_expect(bool right) {
  if (!right) __builtin_trap();
}

struct TileFile {
  bool configured = false;
  TileConfig config;
  alignas(64) uint32_t data[8][16][16];
};
static thread_local TileFile tile_file;

static inline int tile_rows_of(int tile) {
  tile_expect(tile_file.configured && tile_file.config.rows[tile] > 0);
  return tile_file.config.rows[tile];
}
static inline int tile_bytes_of(int tile) { return tile_file.config.row_bytes[tile]; }

static void tile_configure(const TileConfig& config) {
  tile_expect(config.palette == 1 && config.start_row == 0);
  for (int i = 0; i < 14; i++) tile_expect(config.reserved[i] == 0);
  for (int i = 0; i < 16; i++) {
    tile_expect(config.rows[i] <= 16 && config.row_bytes[i] <= 64 && (config.rows[i] == 0) == (config.row_bytes[i] == 0));
    tile_expect(i < 8 || config.rows[i] == 0);
  }
  tile_file = TileFile{true, config, {}};
}
static void tile_release() { tile_file = TileFile{}; }
static void tile_zero(int tile) {
  tile_rows_of(tile);
  __builtin_memset(tile_file.data[tile], 0, sizeof tile_file.data[tile]);
}
static void tile_load(int tile, const void* base, int64_t stride) {
  const int rows = tile_rows_of(tile);
  __builtin_memset(tile_file.data[tile], 0, sizeof tile_file.data[tile]);
  for (int r = 0; r < rows; r++) __builtin_memcpy(tile_file.data[tile][r], static_cast<const char*>(base) + r * stride, static_cast<size_t>(tile_bytes_of(tile)));
}
static void tile_load_streamed(int tile, const void* base, int64_t stride) { tile_load(tile, base, stride); }
static void tile_store(int tile, void* base, int64_t stride) {
  const int rows = tile_rows_of(tile);
  for (int r = 0; r < rows; r++) __builtin_memcpy(static_cast<char*>(base) + r * stride, tile_file.data[tile][r], static_cast<size_t>(tile_bytes_of(tile)));
}

// Denormal numbers become zeros that keep their sign (DAZ and FTZ, always on in tiles).
static inline vf tile_flushed(vf v) {
  const vu u = (vu)v;
  return (vf)((u & 0x7f800000u) == splat(0u) ? (u & 0x80000000u) : u);
}
// TDPBF16PS as in Intel's manual: the even and the odd products of a row are summed apart, each by
// fused multiply-adds in the order of K, then added to each other and to c.
static void tile_dpbf16ps(int c, int a, int b) {
  const int rows = tile_rows_of(c), pairs = tile_bytes_of(a) / 4;
  tile_expect(c != a && c != b && a != b && tile_rows_of(a) == rows && tile_rows_of(b) == pairs && tile_bytes_of(b) == tile_bytes_of(c));
  for (int m = 0; m < rows; m++) {
    vf even{}, odd{};
    for (int k = 0; k < pairs; k++) {
      const vu x = splat(tile_file.data[a][m][k]), y = load(tile_file.data[b][k]);
      const auto add = [](vf total, vu p, vu q) { return tile_flushed((vf)_mm512_fmadd_ps((__m512)tile_flushed((vf)p), (__m512)tile_flushed((vf)q), (__m512)total)); };
      even = add(even, x << 16, y << 16);
      odd = add(odd, x & 0xffff0000u, y & 0xffff0000u);
    }
    const vf total = tile_flushed(tile_flushed((vf)load(tile_file.data[c][m])) + tile_flushed(even + odd));
    // Lanes beyond the row's bytes are zero already: those of b are.
    store(tile_file.data[c][m], (vu)total);
  }
}

#endif
