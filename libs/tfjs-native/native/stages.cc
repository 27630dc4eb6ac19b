#include "stages.h"

#include <algorithm>
#include <utility>

#include "threads.h"

namespace minchat {

Stage::Stage(int64_t n, int64_t rows, std::function<void(int64_t)> task) : count(n), rows_(rows), task_(std::move(task)), left_(n) {
  if (rows == 0) return;
  done_.reset(new std::atomic<bool>[static_cast<size_t>(n)]);
  for (int64_t i = 0; i < n; i++) done_[i].store(false, std::memory_order_relaxed);
}

void Stage::run(int64_t i) {
  for (const auto& [other, rows] : needs_) {
    if (!rows) {
      wait_until([stage = other] { return stage->left_.load(std::memory_order_acquire) == 0; });
      continue;
    }
    const int64_t end = std::min(((i + 1) * rows_ + other->rows_ - 1) / other->rows_, other->count);
    for (int64_t theirs = i * rows_ / other->rows_; theirs < end; theirs++)
      wait_until([flag = &other->done_[theirs]] { return flag->load(std::memory_order_acquire); });
  }
  // Also where it throws: others wait for it, and the round fails anyway.
  struct Done {
    Stage* stage;
    int64_t i;
    ~Done() {
      if (stage->done_ != nullptr) stage->done_[i].store(true, std::memory_order_release);
      stage->left_.fetch_sub(1, std::memory_order_acq_rel);
    }
  } done{this, i};
  task_(i);
}

Stage& Stages::make(int64_t count, int64_t rows, std::function<void(int64_t)> task) {
  stages_.push_back(std::make_unique<Stage>(count, rows, std::move(task)));
  return *stages_.back();
}

void Stages::put(Stage& stage, int64_t from, int64_t to) {
  for (int64_t i = from; i < to; i++) order_.push_back({&stage, i});
}

void Stages::run() {
  parallel(static_cast<int64_t>(order_.size()), [this](int64_t i) { order_[static_cast<size_t>(i)].stage->run(order_[static_cast<size_t>(i)].i); });
}

}  // namespace minchat
