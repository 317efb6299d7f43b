// SPDX-License-Identifier: Apache-2.0
//
// Whether the words around a value in prose say that it is not the answer, or only under a
// condition, or make another of it: "not 42", "less than 5", "half of 5", "5 is impossible", "5 if
// n is odd", "or perhaps 5".
#pragma once

#include <string_view>

namespace longhaul::reward::math {

// The value goes from `begin` to `end` of a text in small letters. Looks at a few words of the same
// sentence.
bool IsDoubted(std::string_view lower, size_t begin, size_t end);

}  // namespace longhaul::reward::math
