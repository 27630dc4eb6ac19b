// Weights packed for the product, kept while the buffer they were packed from does not change.
#pragma once
#include <cstdint>
#include <functional>

namespace minchat {

// Which packing: along rows or transposed, float32 or bf16, for which instruction set.
struct PackKey {
  const void* source;
  int form;
};

// The packed form of a buffer; `fill` makes it when it is not there.
void* packed(PackKey key, size_t bytes, const std::function<void(void*)>& fill);
// The buffer was written or given away: forget what was packed from it.
void forget_packed(const void* source);

}  // namespace minchat
