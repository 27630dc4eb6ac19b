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

// Memory for the length of a kernel's call, or of a task of it, on a stack of the thread that runs it.
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

}  // namespace minchat
