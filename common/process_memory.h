// SPDX-License-Identifier: Apache-2.0
//
// Resident memory of this process, as the kernel counts it (/proc/self/status).
#pragma once

#include <cstdint>

namespace longhaul {

struct ProcessMemory {
  int64_t resident_bytes = 0;  // now
  int64_t peak_bytes = 0;      // the most since the process began
};

// Zeros where the kernel does not say.
ProcessMemory ReadProcessMemory();

}  // namespace longhaul
