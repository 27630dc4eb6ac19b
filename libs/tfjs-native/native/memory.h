// Buffers on cache-line borders, recycled by size: fresh pages cost more than most kernels.
#pragma once
#include <cstddef>
#include <cstdint>

namespace minchat {

void* take_buffer(size_t bytes);
void give_buffer(void* buffer, size_t bytes);
// Bytes handed out and bytes waiting to be used again.
size_t buffers_used();
size_t buffers_idle();

// Memory for the length of one kernel call, on a stack of the thread that calls.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  template <class T>
  T* take(int64_t count) {
    return static_cast<T*>(bytes(sizeof(T) * static_cast<size_t>(count)));
  }

 private:
  void* bytes(size_t count);
  size_t mark_;
};

// Memory of one thread for the length of one task, at most `floats` floats of it (each piece rounded
// up to 16). A thread runs one task at a time.
class TaskScratch {
 public:
  explicit TaskScratch(int64_t floats);
  ~TaskScratch();
  template <class T>
  T* take(int64_t count) {
    static_assert(sizeof(T) == sizeof(float));
    return static_cast<T*>(piece(count));
  }

 private:
  void* piece(int64_t floats);
};

}  // namespace minchat
