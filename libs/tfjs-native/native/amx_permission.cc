#include "amx_permission.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace minchat {
namespace {

constexpr uint32_t kOsxsave = 1u << 27;  // leaf 1, ECX: XGETBV may be used
constexpr uint32_t kAmxBf16 = 1u << 22, kAmxTile = 1u << 24;  // leaf 7, EDX (bit 25, AMX-INT8, is not needed)
constexpr uint32_t kTileConfigState = 1u << 17, kTileDataState = 1u << 18;  // XCR0
constexpr int kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
constexpr int kTileData = 18;               // XFEATURE_XTILEDATA

bool permitted() {
  uint32_t a, b, c, d;
  if (!__get_cpuid_count(1, 0, &a, &b, &c, &d) || (c & kOsxsave) == 0) return false;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & kAmxBf16) == 0 || (d & kAmxTile) == 0) return false;
  uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & (kTileConfigState | kTileDataState)) != (kTileConfigState | kTileDataState)) return false;
  // Linux gives tiles to processes that ask, once for all their threads.
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

}  // namespace

bool amx_permitted() {
  static const bool answer = permitted();
  return answer;
}

}  // namespace minchat

#else

namespace minchat {
bool amx_permitted() { return false; }
}  // namespace minchat

#endif
