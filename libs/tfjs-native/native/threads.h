// The backend's own threads. `parallel(n, f)` calls f(0) .. f(n-1), each once, on all of them, and
// returns when all are done; what one of them throws, it throws then. Which thread does which part never changes what is computed. Callers with
// one thread never wait for each other; those with more share the same threads, one call at a time.
#pragma once
#include <cstdint>
#include <functional>
#include <thread>

namespace minchat {

// How often who waits looks before it gives its processor away: where other programs want the processors, spinning
// would keep the very thread from running that is waited for.
constexpr int kSpins = 4000;
inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// For what the calling thread asks from now on: 1 (until it is set) and more, itself among them.
void set_threads(int count);
int threads();

void parallel(int64_t parts, const std::function<void(int64_t)>& part);

// Cuts 0..n into at most `parts` even ranges and calls f(begin, end) for each.
template <class F>
void parallel_ranges(int64_t n, int64_t parts, F&& f) {
  if (n <= 0) return;
  if (parts > n) parts = n;
  parallel(parts, [&](int64_t i) { f(n * i / parts, n * (i + 1) / parts); });
}

// Until `ready()`: spins for a little while, since what it waits for usually comes soon, and lets others run then.
template <class F>
void wait_until(F&& ready) {
  for (int spins = 0; !ready(); spins++) spins < kSpins ? relax() : std::this_thread::yield();
}

}  // namespace minchat
