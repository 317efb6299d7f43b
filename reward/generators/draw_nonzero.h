// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "common/random.h"

namespace longhaul::reward {

// One of -largest to largest, but 0.
inline int64_t DrawNonzero(int64_t largest, RandomSequence& random) {
  const int64_t size = random.Between(1, largest);
  return random.Below(2) == 0 ? size : -size;
}

}  // namespace longhaul::reward
