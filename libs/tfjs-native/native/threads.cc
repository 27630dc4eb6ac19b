#include "threads.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace minchat {
namespace {

inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Whoever waits spins for a little while, since what it waits for usually comes within microseconds,
// and sleeps then: where other programs want the processors, spinning would keep the very thread
// from running that is waited for.
constexpr int kSpins = 4000;

class Pool {
 public:
  ~Pool() { resize(1); }

  void resize(int count) {
    if (count == static_cast<int>(workers_.size()) + 1) return;
    stop_ = true;
    wake();
    for (auto& worker : workers_) worker.join();
    workers_.clear();
    stop_ = false;
    const uint64_t seen = round_.load();
    for (int i = 1; i < count; i++) workers_.emplace_back([this, seen] { work(seen); });
  }

  void run(int64_t parts, const std::function<void(int64_t)>& part) {
    if (parts <= 1 || workers_.empty()) {
      for (int64_t i = 0; i < parts; i++) part(i);
      return;
    }
    part_ = &part;
    parts_ = parts;
    next_.store(0, std::memory_order_relaxed);
    busy_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
    wake();
    take();
    for (int spins = 0; busy_.load(std::memory_order_acquire) != 0; spins++) {
      if (spins < kSpins) {
        relax();
        continue;
      }
      std::unique_lock<std::mutex> lock(mutex_);
      finished_.wait(lock, [&] { return busy_.load(std::memory_order_acquire) == 0; });
    }
  }

 private:
  void wake() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      round_.fetch_add(1, std::memory_order_release);
    }
    if (sleeping_.load() > 0) condition_.notify_all();
  }

  void take() {
    for (int64_t i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < parts_;) (*part_)(i);
  }

  void work(uint64_t seen) {
    for (;;) {
      int spins = 0;
      while (round_.load(std::memory_order_acquire) == seen) {
        if (++spins < kSpins) {
          relax();
          continue;
        }
        std::unique_lock<std::mutex> lock(mutex_);
        sleeping_.fetch_add(1);
        condition_.wait(lock, [&] { return round_.load(std::memory_order_acquire) != seen; });
        sleeping_.fetch_sub(1);
      }
      seen++;
      if (stop_) return;
      take();
      if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        // Under the lock, so that the news cannot come between the caller's look and its sleep.
        std::lock_guard<std::mutex> lock(mutex_);
        finished_.notify_one();
      }
    }
  }

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable condition_;
  std::condition_variable finished_;
  std::atomic<uint64_t> round_{0};
  std::atomic<int> sleeping_{0};
  std::atomic<int> busy_{0};
  std::atomic<int64_t> next_{0};
  std::atomic<bool> stop_{false};
  const std::function<void(int64_t)>* part_ = nullptr;
  int64_t parts_ = 0;
};

Pool& pool() {
  static Pool* instance = new Pool();  // never destroyed: threads may outlive main's statics
  return *instance;
}
int wanted = 1;

}  // namespace

void set_threads(int count) { wanted = count < 1 ? 1 : count; }
int threads() { return wanted; }

void parallel(int64_t parts, const std::function<void(int64_t)>& part) {
  pool().resize(wanted);
  pool().run(parts, part);
}

}  // namespace minchat
