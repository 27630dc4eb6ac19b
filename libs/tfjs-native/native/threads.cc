#include "threads.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

namespace minchat {
namespace {

// Whoever waits spins for a little while, since what it waits for usually comes within microseconds, and sleeps then.
//
// A round is over as soon as its parts are done. Nobody waits for a thread that took none: one that was
// slow to wake, on a machine that other programs use too, finds nothing left and costs nothing.
class Pool {
 public:
  void resize(int count) {
    if (count == wanted_) return;
    stop_ = true;
    begin(0);
    for (auto& worker : workers_) worker.join();
    workers_.clear();
    stop_ = false;
    const uint64_t seen = tickets_.load() >> 32;
    wanted_ = count;
    try {
      for (int i = 1; i < count; i++) workers_.emplace_back([this, seen] { work(seen); });
    } catch (const std::system_error&) {
      // The system gives no more of them (a limit on processes): fewer do the same work.
    }
  }

  void run(int64_t parts, const std::function<void(int64_t)>& part) {
    part_ = &part;
    parts_ = parts;
    done_.store(0, std::memory_order_relaxed);
    begin(parts);
    take();
    for (int spins = 0; done_.load(std::memory_order_acquire) != parts; spins++) {
      if (spins < kSpins) {
        relax();
        continue;
      }
      std::unique_lock<std::mutex> lock(mutex_);
      finished_.wait(lock, [&] { return done_.load(std::memory_order_acquire) == parts; });
    }
    if (failure_ != nullptr) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  // What a part throws, most likely that memory is used up, is the caller's, once nobody works for it any more.
  void run_part(int64_t i) {
    try {
      (*part_)(i);
    } catch (...) {
      std::lock_guard<std::mutex> lock(mutex_);
      failure_ = std::current_exception();
    }
  }

  void begin(int64_t parts) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      const uint64_t round = (tickets_.load(std::memory_order_relaxed) >> 32) + 1;
      tickets_.store(round << 32 | static_cast<uint64_t>(parts), std::memory_order_release);
    }
    if (sleeping_.load() > 0) condition_.notify_all();
  }

  void take() {
    for (uint64_t ticket = tickets_.load(std::memory_order_acquire);;) {
      const int64_t left = static_cast<int64_t>(ticket & 0xffffffffu);
      if (left == 0) return;
      // Fails where the round is another by now.
      if (!tickets_.compare_exchange_weak(ticket, ticket - 1, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
      // The round cannot end before this part is done: until then `part_` and `parts_` stand still.
      const int64_t parts = parts_;
      run_part(parts - left);
      if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == parts) {
        // Under the lock, so that the news cannot come between the caller's look and its sleep.
        std::lock_guard<std::mutex> lock(mutex_);
        finished_.notify_one();
      }
      ticket = tickets_.load(std::memory_order_acquire);
    }
  }

  void work(uint64_t seen) {
    for (;;) {
      const auto begun = [&] { return tickets_.load(std::memory_order_acquire) >> 32 != seen; };
      for (int spins = 0; !begun(); spins++) {
        if (spins < kSpins) {
          relax();
          continue;
        }
        std::unique_lock<std::mutex> lock(mutex_);
        sleeping_.fetch_add(1);
        condition_.wait(lock, begun);
        sleeping_.fetch_sub(1);
      }
      seen = tickets_.load(std::memory_order_acquire) >> 32;
      if (stop_) return;
      take();
    }
  }

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable condition_;
  std::condition_variable finished_;
  // The round's number, and below it how many of its parts nobody has taken yet.
  std::atomic<uint64_t> tickets_{0};
  std::atomic<int> sleeping_{0};
  std::atomic<int64_t> done_{0};
  std::atomic<bool> stop_{false};
  const std::function<void(int64_t)>* part_ = nullptr;
  int64_t parts_ = 0;
  std::exception_ptr failure_;
  int wanted_ = 1;
};

Pool& pool() {
  static Pool* instance = new Pool();  // never destroyed: threads may outlive main's statics
  return *instance;
}
std::mutex pool_in_use;
thread_local int wanted = 1;

}  // namespace

void set_threads(int count) { wanted = count < 1 ? 1 : count; }
int threads() { return wanted; }

void parallel(int64_t parts, const std::function<void(int64_t)>& part) {
  if (wanted == 1 || parts <= 1) {
    for (int64_t i = 0; i < parts; i++) part(i);
    return;
  }
  std::lock_guard<std::mutex> lock(pool_in_use);
  pool().resize(wanted);
  pool().run(parts, part);
}

}  // namespace minchat
