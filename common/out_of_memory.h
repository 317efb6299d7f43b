// SPDX-License-Identifier: Apache-2.0
//
// What happens when memory ends: one line on stderr that says so, and exit code 1. Nothing is
// unwound, because locks and half-changed state would be left behind; a run continues from its last
// checkpoint as after any other death.
#pragma once

#include <string_view>

namespace longhaul {

// Ends the process. Allocates nothing; any thread. `what`: "17 bytes for a tensor".
[[noreturn]] void EndOutOfMemory(std::string_view what);

// From here on `new` ends the process like this, in every thread and library, instead of throwing.
void EndWhenNewFails();

}  // namespace longhaul
