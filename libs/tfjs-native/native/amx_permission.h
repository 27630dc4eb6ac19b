// Whether this process may use AMX tiles with bfloat16.
#pragma once

namespace minchat {

bool amx_permitted();

}  // namespace minchat
