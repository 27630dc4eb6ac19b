// Which instruction set runs: the best one that the processor and the system allow, or a chosen one.
#pragma once
#include <vector>

#include "kernels.h"

namespace minchat {

std::vector<const InstructionSet*> available_sets();
const InstructionSet& current_set();
// False when this machine does not have it.
bool choose_set(const char* name);
Kernel find_kernel(const char* name);

}  // namespace minchat
