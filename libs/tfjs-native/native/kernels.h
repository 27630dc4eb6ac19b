// The kernels of one instruction set, by name. A kernel gets the data of its tensors and its
// numbers in the order that binding.cc's callers (src/fused-kernels.ts) send them.
#pragma once
#include <atomic>
#include <cstdint>

namespace minchat {

using Kernel = void (*)(void* const* data, const double* numbers);

struct NamedKernel {
  const char* name;
  Kernel run;
};

struct InstructionSet {
  const char* name;
  bool bf16;            // has the bf16 product
  bool (*available)();  // on this machine
  const NamedKernel* kernels;
  int count;
};

// Whether products are made in bf16 where the instruction set can; false for exact runs.
extern std::atomic<bool> multiply_in_bf16;

}  // namespace minchat
