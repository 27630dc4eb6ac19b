#include "dispatch.h"

#include <cstring>

namespace minchat {

std::atomic<bool> multiply_in_bf16{true};

// EACH_SET(USE) is USE(name) for every instruction set that was compiled, the fastest first; what is
// only for tests comes after `portable`, which every machine has, and so is never chosen by itself.
#define DECLARE(name) extern const InstructionSet name##_set;
EACH_SET(DECLARE)

namespace {
#define ADDRESS(name) &name##_set,
const InstructionSet* const sets[] = {EACH_SET(ADDRESS)};
std::atomic<const InstructionSet*> chosen{nullptr};
}  // namespace

std::vector<const InstructionSet*> available_sets() {
  std::vector<const InstructionSet*> found;
  for (const InstructionSet* set : sets)
    if (set->available()) found.push_back(set);
  return found;
}

const InstructionSet& current_set() {
  const InstructionSet* set = chosen;
  if (set == nullptr) chosen = set = available_sets().front();
  return *set;
}

bool choose_set(const char* name) {
  for (const InstructionSet* set : available_sets())
    if (std::strcmp(set->name, name) == 0) {
      chosen = set;
      return true;
    }
  return false;
}

Kernel find_kernel(const char* name) {
  const InstructionSet& set = current_set();
  for (int i = 0; i < set.count; i++)
    if (std::strcmp(set.kernels[i].name, name) == 0) return set.kernels[i].run;
  return nullptr;
}

}  // namespace minchat
