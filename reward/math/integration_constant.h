// SPDX-License-Identifier: Apache-2.0
//
// Constants of integration: x^2 + c is x^2 + C, c_1 e^x + c_2 e^{-x} the same with C_1 and C_2.
//
// Only where they are plainly that: a function of one variable plus the constant, which occurs
// nowhere else, or constants numbered from 1 and one variable. Elsewhere c and C are two names (of
// a side and of an angle).
#pragma once

#include "reward/math/expression.h"

namespace longhaul::reward::math {

// The response with its constants named as in the ground truth.
const Node* MatchIntegrationConstants(Arena& arena, const Node* gold, const Node* pred);

}  // namespace longhaul::reward::math
