// SPDX-License-Identifier: Apache-2.0
//
// The units that we know, in small letters.
#pragma once

#include <string_view>

namespace longhaul::reward::math {

// numerator / denominator of its base unit.
struct UnitEntry {
  std::string_view name;
  std::string_view base;  // "m2": an area
  long numerator;
  long denominator = 1;
};

// By a name or symbol, also in the plural; null when it is none.
const UnitEntry* FindUnit(std::string_view word);

}  // namespace longhaul::reward::math
