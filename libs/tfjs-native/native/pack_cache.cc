#include "pack_cache.h"

#include <mutex>
#include <stdexcept>
#include <unordered_map>

#include "memory.h"

namespace minchat {
namespace {
struct Entry : PackedForm {
  bool used;
};
// Buffers are also forgotten when Node's garbage collector finds them, beside a kernel of another thread.
std::mutex mutex;
std::unordered_map<const void*, std::vector<Entry>> entries;
}  // namespace

void begin_packing(const void* source) {
  std::lock_guard<std::mutex> lock(mutex);
  entries[source];
}

void end_packing(const void* source) {
  forget_packed(source);
  std::lock_guard<std::mutex> lock(mutex);
  entries.erase(source);
}

void* packed(PackKey key, size_t bytes, const std::function<void(void*)>& fill) {
  std::lock_guard<std::mutex> lock(mutex);
  const auto found = entries.find(key.source);
  if (found == entries.end()) throw std::logic_error("a weight lies in memory whose end nobody would tell");
  auto& list = found->second;
  for (Entry& entry : list)
    if (entry.form == key.form && entry.bytes == bytes) {
      entry.used = true;
      return entry.buffer;
    }
  void* buffer = take_buffer(bytes);
  fill(buffer);
  list.push_back({{key.form, buffer, bytes}, true});
  return buffer;
}

void forget_packed(const void* source) {
  std::lock_guard<std::mutex> lock(mutex);
  auto found = entries.find(source);
  if (found == entries.end()) return;
  for (const Entry& entry : found->second) give_buffer(entry.buffer, entry.bytes);
  found->second.clear();
}

std::vector<PackedForm> forms_in_use(const void* source) {
  std::lock_guard<std::mutex> lock(mutex);
  auto found = entries.find(source);
  if (found == entries.end()) return {};
  std::vector<Entry> kept;
  for (Entry& entry : found->second) {
    if (entry.used) kept.push_back({entry, false});
    else give_buffer(entry.buffer, entry.bytes);
  }
  found->second = kept;
  return {kept.begin(), kept.end()};
}

}  // namespace minchat
