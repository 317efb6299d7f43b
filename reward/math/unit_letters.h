// SPDX-License-Identifier: Apache-2.0
//
// Letters that are units beside an answer which says so.
#pragma once

#include "reward/math/expression.h"

namespace longhaul::reward::math {

// A number with letters that are also units, 9.8 m/s^2 or 5 \mu C, as that quantity; other nodes
// themselves.
const Node* UnitLetters(Arena& arena, const Node* node);
// The other way round: a plain unit whose letters are all in `names` is their product, the hr^2 of
// \pi hr^2 beside \pi r^2 h.
const Node* UnitsAsLetters(Arena& arena, const Node* node, const Node& names);

}  // namespace longhaul::reward::math
