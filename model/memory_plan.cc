// SPDX-License-Identifier: Apache-2.0
#include "model/memory_plan.h"

#include <unistd.h>

#include <algorithm>

namespace longhaul::model {

Status CheckFits(std::string_view what, const std::vector<MemoryLine>& lines) {
  const int64_t physical = sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
  int64_t total = 0;
  const MemoryLine* largest = nullptr;
  for (const MemoryLine& line : lines) {
    total += line.bytes;
    if (largest == nullptr || line.bytes > largest->bytes) largest = &line;
  }
  if (total <= physical) return OkStatus();
  constexpr double kGiB = 1 << 30;
  return ResourceExhausted(
      "{} needs {:.2f} GiB of memory and this machine has {:.2f} GiB; most of it ({:.2f} GiB) is "
      "for {}",
      what, static_cast<double>(total) / kGiB, static_cast<double>(physical) / kGiB,
      static_cast<double>(largest->bytes) / kGiB, largest->purpose);
}

}  // namespace longhaul::model
