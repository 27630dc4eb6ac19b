// Thousands of small jobs on the thread pool, for ThreadSanitizer: every part of every job runs once,
// before `parallel` returns, whether the threads were spinning or asleep, and however many they are.
#include "threads.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

using namespace minchat;

static void expect(bool right, const char* what, int job) {
  if (right) return;
  std::fprintf(stderr, "job %d: %s\n", job, what);
  std::exit(1);
}

int main() {
  for (int job = 0; job < 6000; job++) {
    if (job % 500 == 0) set_threads(1 + job / 500 % 4);
    // Long enough for the threads to fall asleep.
    if (job % 300 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const int64_t parts = job % 17;
    // Plain numbers, without locks: a part that ran twice, or too late, is a race.
    std::vector<int> runs(static_cast<size_t>(parts));
    parallel(parts, [&](int64_t i) { runs[static_cast<size_t>(i)]++; });
    for (const int count : runs) expect(count == 1, "a part did not run once", job);

    std::vector<int> seen(static_cast<size_t>(job % 100));
    parallel_ranges(static_cast<int64_t>(seen.size()), 8, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++) seen[static_cast<size_t>(i)]++;
    });
    for (const int count : seen) expect(count == 1, "the ranges do not cover all once", job);
  }

  // Callers at once: one with one thread, and two that share the pool.
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 3; caller++)
    callers.emplace_back([caller] {
      set_threads(1 + caller);
      for (int job = 0; job < 1000; job++) {
        std::vector<int> runs(static_cast<size_t>(job % 17));
        parallel(job % 17, [&](int64_t i) { runs[static_cast<size_t>(i)]++; });
        for (const int count : runs) expect(count == 1, "a part did not run once", job);
      }
    });
  for (std::thread& caller : callers) caller.join();
}
