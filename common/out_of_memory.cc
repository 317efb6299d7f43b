// SPDX-License-Identifier: Apache-2.0
#include "common/out_of_memory.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <new>

namespace longhaul {

void EndOutOfMemory(std::string_view what) {
  std::array<char, 512> line;
  size_t size = 0;
  for (std::string_view part : {std::string_view("error: there is not enough memory: "), what,
                                std::string_view("; give smaller sizes, or more memory\n")}) {
    const size_t fits = std::min(part.size(), line.size() - size);
    std::copy_n(part.data(), fits, line.data() + size);
    size += fits;
  }
  if (write(STDERR_FILENO, line.data(), size) < 0) _exit(1);  // nobody reads it
  _exit(1);
}

void EndWhenNewFails() {
  std::set_new_handler([] { EndOutOfMemory("an allocation failed"); });
}

}  // namespace longhaul
