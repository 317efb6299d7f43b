// SPDX-License-Identifier: Apache-2.0
//
// Permutations written as cycles: (132), (12)(34), (1 10)(2 3). As mathematics without a comma they
// would be read as numbers and their products.
#pragma once

#include <map>
#include <optional>
#include <string_view>

namespace longhaul::reward::math {

// To where each that moves is sent.
using Permutation = std::map<int, int>;

// Nothing for what is no product of cycles, and for a single one of two digits: (12) is a number as
// often. Cycles apply from the right to the left.
std::optional<Permutation> ReadCycles(std::string_view text);

}  // namespace longhaul::reward::math
