// Weights packed for the product, kept while the buffer they were packed from does not change.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace minchat {

// Which packing: along rows or transposed, float32 or bf16, for which instruction set.
struct PackKey {
  const void* source;
  int form;
};

// From when to when memory is a buffer that may be packed from. Other memory may not: what was packed from it would be
// taken for that of whatever comes to lie there next.
void begin_packing(const void* source);
void end_packing(const void* source);
// The packed form of such a buffer; `fill` makes it when it is not there.
void* packed(PackKey key, size_t bytes, const std::function<void(void*)>& fill);
// The buffer was written, or what it held is given up: forget what was packed from it.
void forget_packed(const void* source);

struct PackedForm {
  int form;
  void* buffer;
  size_t bytes;
};
// For who writes the buffer, and packs it again at once while it is in cache: the forms that were asked for since
// the last time. The others are forgotten.
std::vector<PackedForm> forms_in_use(const void* source);

}  // namespace minchat
