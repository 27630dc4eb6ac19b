#include "memory.h"

#include <sys/mman.h>

#include <cstdlib>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>
#include <vector>

namespace minchat {
namespace {
constexpr size_t kLine = 64;
}

#ifdef __SANITIZE_ADDRESS__

// For the tests: every piece by itself and none of them recycled, so that the sanitizer sees where
// each begins and ends.
namespace {
void* exactly(size_t bytes) {
  void* p = nullptr;
  if (posix_memalign(&p, kLine, bytes == 0 ? 1 : bytes) != 0) throw std::bad_alloc();
  return p;
}
thread_local std::vector<void*> pieces;
}  // namespace

void* take_buffer(size_t bytes) { return exactly(bytes); }
void give_buffer(void* buffer, size_t) { std::free(buffer); }
size_t buffers_used() { return 0; }
size_t buffers_idle() { return 0; }

Scratch::Scratch() : mark_(pieces.size()) {}
Scratch::~Scratch() {
  for (; pieces.size() > mark_; pieces.pop_back()) std::free(pieces.back());
}
void* Scratch::bytes(size_t count) {
  pieces.push_back(exactly(count));
  return pieces.back();
}

#else

namespace {

constexpr size_t kHuge = size_t{2} << 20;

size_t rounded(size_t bytes) {
  const size_t unit = bytes >= kHuge ? size_t{4096} : kLine;
  return bytes == 0 ? kLine : (bytes + unit - 1) / unit * unit;
}

struct Buffers {
  std::mutex mutex;
  std::unordered_map<size_t, std::vector<void*>> idle;
  size_t used_bytes = 0, idle_bytes = 0;
};
Buffers& buffers() {
  static Buffers* instance = new Buffers();
  return *instance;
}

void* allocate(size_t size) {
  // Large buffers ask for huge pages: a GEMM walks many rows at once, each on another page.
  void* p = nullptr;
  if (posix_memalign(&p, size >= kHuge ? kHuge : kLine, size) != 0) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
  if (size >= kHuge) madvise(p, size, MADV_HUGEPAGE);
#endif
  return p;
}

}  // namespace

void* take_buffer(size_t bytes) {
  Buffers& b = buffers();
  const size_t size = rounded(bytes);
  std::lock_guard<std::mutex> lock(b.mutex);
  b.used_bytes += size;
  auto found = b.idle.find(size);
  if (found != b.idle.end() && !found->second.empty()) {
    void* p = found->second.back();
    found->second.pop_back();
    b.idle_bytes -= size;
    return p;
  }
  // A new size while much lies idle: shapes have changed, let the old sizes go.
  if (b.idle_bytes > (size_t{256} << 20) && b.idle_bytes > b.used_bytes) {
    for (auto& [_, list] : b.idle)
      for (void* p : list) std::free(p);
    b.idle.clear();
    b.idle_bytes = 0;
  }
  return allocate(size);
}

void give_buffer(void* buffer, size_t bytes) {
  Buffers& b = buffers();
  const size_t size = rounded(bytes);
  std::lock_guard<std::mutex> lock(b.mutex);
  b.used_bytes -= size;
  b.idle_bytes += size;
  b.idle[size].push_back(buffer);
}

size_t buffers_used() { return buffers().used_bytes; }
size_t buffers_idle() { return buffers().idle_bytes; }

// The scratch stack: blocks that stay, and a position counted over all of them.
namespace {
struct Block {
  char* base;
  size_t size;
  size_t start;  // position of its first byte on the stack
};
struct Stack {
  std::vector<Block> blocks;
  size_t position = 0;
  ~Stack() {
    for (const Block& block : blocks) std::free(block.base);
  }
};
thread_local Stack stack;
}  // namespace

Scratch::Scratch() : mark_(stack.position) {}
Scratch::~Scratch() { stack.position = mark_; }

void* Scratch::bytes(size_t count) {
  const size_t size = rounded(count);
  auto& [blocks, position] = stack;
  for (const Block& block : blocks) {
    const size_t at = position > block.start ? position - block.start : 0;
    if (at + size <= block.size) {
      position = block.start + at + size;
      return block.base + at;
    }
  }
  const size_t start = blocks.empty() ? 0 : blocks.back().start + blocks.back().size;
  const size_t length = size > (size_t{8} << 20) ? size : size_t{8} << 20;
  blocks.push_back({static_cast<char*>(allocate(rounded(length))), rounded(length), start});
  position = start + size;
  return blocks.back().base;
}

#endif

}  // namespace minchat
