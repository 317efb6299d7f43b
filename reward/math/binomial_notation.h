// SPDX-License-Identifier: Apache-2.0
//
// Binomial coefficients in the notations that can also mean something else: C(8, 3) is a point by
// that name too, 8C3 a product, C_8^3 a power of a constant. They are read so only where the first
// reading does not match. The notations of one meaning, {}_8C_3 and \binom{8}{3}, are the parser's.
#pragma once

#include "reward/math/expression.h"

namespace longhaul::reward::math {

// The tree with these read as binomials; the tree itself when it has none. Numbers must have
// 0 <= k <= n.
const Node* ReadBinomials(Arena& arena, const Node* node);

}  // namespace longhaul::reward::math
