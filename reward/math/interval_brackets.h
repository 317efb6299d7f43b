// SPDX-License-Identifier: Apache-2.0
//
// Intervals with reversed brackets at their open ends (ISO 80000-2): ]2, 5[ is (2, 5), [1, 2[ is
// [1, 2).
#pragma once

#include <vector>

#include "reward/math/lexer.h"

namespace longhaul::reward::math {

// Turns the brackets of these into round ones. Others are left as they are: in [[1, 2], [3, 4]] an
// opening bracket stands where a value may begin. Linear in the tokens.
void RoundReversedBrackets(std::vector<Token>& tokens);

}  // namespace longhaul::reward::math
