// Runs the AMX product with the processor's own instructions and compares it, bit for bit, with the
// emulation, and both with plain loops.
//
// On a processor without AMX each tile instruction raises SIGILL; the handler decodes it and does to
// the emulated tiles what it says. So what the compiler made of the intrinsics is tested everywhere
// (opcodes, operands, strides, configuration), only their execution is the emulation's. On a processor
// with AMX nothing is trapped, and the emulation itself is tested.
#include <immintrin.h>
#include <signal.h>
#include <ucontext.h>

#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "amx_permission.h"
#include "threads.h"

namespace minchat {
namespace amx_bf16 {
void multiply(const float*, bool, const float*, bool, float*, int64_t, int64_t, int64_t);
}
namespace amx_emulated {
void multiply(const float*, bool, const float*, bool, float*, int64_t, int64_t, int64_t);
}
}  // namespace minchat

namespace {

#define VB 64
#define HAVE_BF16
#define EMULATE_AMX
#include "vec.h"
#include "amx_tiles.h"

std::atomic<long> trapped{0};

// ---- one tile instruction at the place where the processor refused it

[[noreturn]] void unknown(const uint8_t* code) {
  std::fprintf(stderr, "unknown instruction %02x %02x %02x %02x %02x\n", code[0], code[1], code[2], code[3], code[4]);
  std::_Exit(1);
}

void on_illegal_instruction(int, siginfo_t*, void* context) {
  greg_t* registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  static const int order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI, REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  const uint8_t* const code = reinterpret_cast<const uint8_t*>(registers[REG_RIP]);
  // VEX with three bytes, map 0F38, W0, 128 bits.
  if (code[0] != 0xc4 || (code[1] & 0x1f) != 2 || (code[2] & 0x84) != 0) unknown(code);
  const bool x = !(code[1] & 0x40), b = !(code[1] & 0x20);
  const int third = (~code[2] >> 3) & 15, prefix = code[2] & 3, opcode = code[3];
  const int mod = code[4] >> 6, reg = (code[4] >> 3) & 7, rm = code[4] & 7;
  const uint8_t* next = code + 5;
  char* address = nullptr;
  int64_t stride = 0;
  if (mod != 3) {
    int64_t at = 0;
    bool far = mod == 2, rip = false;
    if (rm == 4) {
      const int scale = *next >> 6, index = ((*next >> 3) & 7) + 8 * x, base = *next & 7;
      next++;
      if (index != 4) stride = registers[order[index]] << scale;
      if (base == 5 && mod == 0) far = true;
      else at = registers[order[base + 8 * b]];
    } else if (rm == 5 && mod == 0) {
      far = rip = true;
    } else {
      at = registers[order[rm + 8 * b]];
    }
    if (mod == 1) at += static_cast<int8_t>(*next++);
    if (far) {
      int32_t distance;
      std::memcpy(&distance, next, 4);
      next += 4;
      at += distance;
    }
    if (rip) at += reinterpret_cast<int64_t>(next);
    address = reinterpret_cast<char*>(at);
  }
  enum { kNone, k66, kF3, kF2 };
  if (opcode == 0x49 && prefix == kNone && mod != 3) {
    TileConfig config;
    std::memcpy(static_cast<void*>(&config), address + stride, sizeof config);  // here an index is one
    tile_configure(config);
  } else if (opcode == 0x49 && prefix == kNone && code[4] == 0xc0) tile_release();
  else if (opcode == 0x49 && prefix == kF2 && mod == 3 && rm == 0) tile_zero(reg);
  else if (opcode == 0x4b && prefix == kF2 && rm == 4) tile_load(reg, address, stride);
  else if (opcode == 0x4b && prefix == k66 && rm == 4) tile_load_streamed(reg, address, stride);
  else if (opcode == 0x4b && prefix == kF3 && rm == 4) tile_store(reg, address, stride);
  else if (opcode == 0x5c && prefix == kF3 && mod == 3) tile_dpbf16ps(reg, rm, third);
  else unknown(code);
  trapped++;
  registers[REG_RIP] = reinterpret_cast<greg_t>(next);
}

// ---- the comparison

uint32_t state = 1;
float noise() {
  state = state * 1664525u + 1013904223u;
  return static_cast<float>(static_cast<int32_t>(state)) / 2147483648.0f;
}
double rounded(float v) { return static_cast<double>(_mm_cvtss_f32((__m128)_mm_slli_epi32(_mm_cvtepu16_epi32((__m128i)_mm_cvtneps_pbh(_mm_set_ss(v))), 16))); }

bool compare(int64_t M, int64_t N, int64_t K, bool transposed_a, bool transposed_b) {
  std::vector<float> a(static_cast<size_t>(M * K)), b(static_cast<size_t>(K * N)), out(static_cast<size_t>(M * N)), emulated(out.size());
  for (float& v : a) v = noise();
  for (float& v : b) v = noise();
  minchat::amx_bf16::multiply(a.data(), transposed_a, b.data(), transposed_b, out.data(), M, N, K);
  minchat::amx_emulated::multiply(a.data(), transposed_a, b.data(), transposed_b, emulated.data(), M, N, K);
  bool same = std::memcmp(out.data(), emulated.data(), out.size() * sizeof(float)) == 0;
  if (!same) std::fprintf(stderr, "other bits than the emulation's");
  for (int64_t m = 0; same && m < M; m++)
    for (int64_t n = 0; n < N; n++) {
      double sum = 0;
      for (int64_t k = 0; k < K; k++) sum += rounded(a[static_cast<size_t>(transposed_a ? k * M + m : m * K + k)]) * rounded(b[static_cast<size_t>(transposed_b ? n * K + k : k * N + n)]);
      const double found = static_cast<double>(out[static_cast<size_t>(m * N + n)]);
      if (!(std::fabs(found - sum) <= 1e-5 * (1.0 + static_cast<double>(K)))) {
        std::fprintf(stderr, "(%ld, %ld) is %g, expected %g", static_cast<long>(m), static_cast<long>(n), found, sum);
        same = false;
        break;
      }
    }
  if (!same) std::fprintf(stderr, " for M %ld, N %ld, K %ld, a%s b%s\n", static_cast<long>(M), static_cast<long>(N), static_cast<long>(K), transposed_a ? "^T" : "", transposed_b ? "^T" : "");
  return same;
}

}  // namespace

int main() {
  struct sigaction action = {};
  action.sa_sigaction = on_illegal_instruction;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGILL, &action, nullptr);
  const bool own = minchat::amx_permitted();
  minchat::set_threads(2);
  bool right = true;
  const int64_t sizes[] = {1, 2, 15, 16, 17, 31, 32, 33, 65};
  for (const int64_t M : sizes)
    for (const int64_t N : sizes)
      for (const int64_t K : sizes) right = compare(M, N, K, (M + N + K) % 2 == 0, (M + K) % 3 == 0) && right;
  const int64_t larger[][3] = {{100, 70, 300}, {64, 96, 512}, {64, 96, 513}, {289, 33, 545}, {40, 64, 1030}, {7, 200, 640}, {300, 500, 64}, {300, 620, 545}};
  for (const auto& [M, N, K] : larger)
    for (int i = 0; i < 4; i++) right = compare(M, N, K, i & 1, i & 2) && right;
  std::printf("%s: %s, %ld instructions trapped\n", right ? "the same bits" : "wrong", own ? "the processor's own tiles" : "no AMX here", trapped.load());
  // Either all tile instructions ran, or all were done here.
  return right && (own ? trapped == 0 : trapped > 0) ? 0 : 1;
}
