// Work in stages, as one round of `parallel`: no thread waits for the others at the end of a stage. Tasks are taken in the
// order in which they were put, and each begins when those that it needs are done; these must have been put before it,
// so that whoever waits, waits for somebody at work.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace minchat {

class Stage {
 public:
  // Tasks 0 .. count-1. Where they work on rows, task i has those from i * rows on, `rows` of them at most.
  Stage(int64_t count, int64_t rows, std::function<void(int64_t)> task);
  // A task begins when all tasks of the other stage are done,
  void needs(const Stage& other) { needs_.push_back({&other, false}); }
  // or those with rows of its own.
  void needs_rows(const Stage& other) { needs_.push_back({&other, true}); }

  const int64_t count;

 private:
  friend class Stages;
  struct Need {
    const Stage* other;
    bool rows;
  };
  void run(int64_t i);

  const int64_t rows_;
  const std::function<void(int64_t)> task_;
  std::vector<Need> needs_;
  std::unique_ptr<std::atomic<bool>[]> done_;  // of stages with rows
  std::atomic<int64_t> left_;
};

class Stages {
 public:
  // A new stage, to be put into the order.
  Stage& make(int64_t count, int64_t rows, std::function<void(int64_t)> task);
  // Its tasks from .. to-1 come next.
  void put(Stage& stage, int64_t from, int64_t to);
  void put(Stage& stage) { put(stage, 0, stage.count); }
  void run();

 private:
  struct Task {
    Stage* stage;
    int64_t i;
  };
  std::vector<std::unique_ptr<Stage>> stages_;
  std::vector<Task> order_;
};

}  // namespace minchat
