// SPDX-License-Identifier: Apache-2.0
//
// What an error says of a name that nobody knows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace longhaul {

// The name that is meant by edit distance, if one is near: "; did you mean 'x'?". Else all of them:
// "; valid: x, y".
std::string SuggestName(std::string_view given, const std::vector<std::string>& names);

// "x, y", an empty one as ''.
std::string JoinNames(const std::vector<std::string>& names);

}  // namespace longhaul
