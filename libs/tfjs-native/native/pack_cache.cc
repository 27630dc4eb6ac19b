#include "pack_cache.h"

#include <mutex>
#include <unordered_map>
#include <vector>

#include "memory.h"

namespace minchat {
namespace {
struct Entry {
  int form;
  void* buffer;
  size_t bytes;
};
// Buffers are also forgotten when Node's garbage collector finds them, beside a kernel of another thread.
std::mutex mutex;
std::unordered_map<const void*, std::vector<Entry>> entries;
}  // namespace

void* packed(PackKey key, size_t bytes, const std::function<void(void*)>& fill) {
  std::lock_guard<std::mutex> lock(mutex);
  auto& list = entries[key.source];
  for (const Entry& entry : list)
    if (entry.form == key.form && entry.bytes == bytes) return entry.buffer;
  void* buffer = take_buffer(bytes);
  fill(buffer);
  list.push_back({key.form, buffer, bytes});
  return buffer;
}

void forget_packed(const void* source) {
  std::lock_guard<std::mutex> lock(mutex);
  auto found = entries.find(source);
  if (found == entries.end()) return;
  for (const Entry& entry : found->second) give_buffer(entry.buffer, entry.bytes);
  entries.erase(found);
}

}  // namespace minchat
