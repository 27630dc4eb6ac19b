// Thousands of small jobs on the thread pool, for ThreadSanitizer: every part of every job runs once,
// before `parallel` returns, whether the threads were spinning or asleep, and however many they are; and
// no task of a stage begins before those that it needs are done.
#include "stages.h"
#include "threads.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <thread>
#include <vector>

using namespace minchat;

static void expect(bool right, const char* what, int job) {
  if (right) return;
  std::fprintf(stderr, "job %d: %s\n", job, what);
  std::exit(1);
}

// Plain numbers again: a task that begins too early is a race, and finds that something is missing.
static void stages_in_order(int job) {
  constexpr int kLayers = 6;
  const int64_t rows = 1 + job % 37;
  std::vector<std::vector<int>> done(kLayers, std::vector<int>(static_cast<size_t>(rows)));
  int wholes = 0;
  Stages stages;
  Stage *earlier = nullptr, *whole = nullptr;
  for (int layer = 0; layer < kLayers; layer++) {
    // Tasks of other sizes from stage to stage: some need several of the stage before, some share one.
    const int64_t each = layer % 3 + 1, count = (rows + each - 1) / each;
    Stage& stage = stages.make(count, each, [&done, rows, layer, each, job](int64_t i) {
      for (int64_t r = i * each; r < (i + 1) * each && r < rows; r++) {
        expect(layer == 0 || done[layer - 1][r] == 1, "a task came before the rows that it needs", job);
        done[layer][r]++;
      }
    });
    if (earlier != nullptr) stage.needs_rows(*earlier);
    stages.put(stage, 0, count / 2);
    if (whole != nullptr) stages.put(*whole);
    stages.put(stage, count / 2, count);
    Stage& next = stages.make(1, 0, [&done, &wholes, layer, job](int64_t) {
      for (const int found : done[layer]) expect(found == 1, "a task came before all of a stage", job);
      expect(wholes++ == layer, "stages that need each other came in another order", job);
    });
    next.needs(stage);
    if (whole != nullptr) next.needs(*whole);
    earlier = &stage;
    whole = &next;
  }
  stages.put(*whole);
  stages.run();
  expect(wholes == kLayers, "a task did not run", job);
}

// What a part throws reaches the caller when nobody works for it any more, and nobody waits for what never comes.
static void failing(int job) {
  std::vector<int> runs(static_cast<size_t>(1 + job % 17));
  bool thrown = false;
  try {
    parallel(static_cast<int64_t>(runs.size()), [&](int64_t i) {
      runs[static_cast<size_t>(i)]++;
      if (i == job % 5) throw std::bad_alloc();
    });
  } catch (const std::bad_alloc&) {
    thrown = true;
  }
  expect(thrown == (job % 5 < static_cast<int>(runs.size())), "what a part threw did not reach the caller", job);
  Stages stages;
  Stage& first = stages.make(4, 1, [job](int64_t i) {
    if (i == job % 4) throw std::bad_alloc();
  });
  Stage& second = stages.make(4, 1, [](int64_t) {});
  second.needs_rows(first);
  stages.put(first);
  stages.put(second);
  thrown = false;
  try {
    stages.run();
  } catch (const std::bad_alloc&) {
    thrown = true;
  }
  expect(thrown, "what a stage threw did not reach the caller", job);
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
    if (job % 4 == 0) stages_in_order(job);
    if (job % 10 == 0) failing(job);
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
