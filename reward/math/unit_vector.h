// SPDX-License-Identifier: Apache-2.0
//
// The unit vectors i, j, k by any of their signs: \mathbf{i}, \vec{i}, \hat{\imath}.
//
// An answer shows that it means them by a bold or accented i or j, or by such a k that has no other
// letters beside it (elsewhere a wave vector and its direction are two things). Plain letters
// are read so in a response to such an answer, in a ground truth where it has two of them: 3 + 4i
// is a complex number. Beside a tuple or a column of as many entries their sums are tuples.
#pragma once

#include "reward/math/expression.h"

namespace longhaul::reward::math {

// The node of a bold letter that may be a unit vector; null for other letters.
const Node* BoldLetter(Arena& arena, const Node* letter);

// Gives them one form in both answers. Bold letters that are none become plain.
void MatchUnitVectors(Arena& arena, const Node*& gold, const Node*& pred);

}  // namespace longhaul::reward::math
