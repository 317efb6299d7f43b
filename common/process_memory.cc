// SPDX-License-Identifier: Apache-2.0
#include "common/process_memory.h"

#include <cstdlib>
#include <fstream>
#include <string>

namespace longhaul {

ProcessMemory ReadProcessMemory() {
  ProcessMemory memory;
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line)) {
    const bool resident = line.starts_with("VmRSS:");
    if (!resident && !line.starts_with("VmHWM:")) continue;
    const int64_t bytes = std::strtoll(line.c_str() + 6, nullptr, 10) * 1024;
    (resident ? memory.resident_bytes : memory.peak_bytes) = bytes;
  }
  return memory;
}

}  // namespace longhaul
