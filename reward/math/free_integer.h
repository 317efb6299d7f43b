// SPDX-License-Identifier: Apache-2.0
//
// Families of values that a free integer runs through: x = 2k\pi with k \in Z. By what letter the
// integer goes does not matter, nor whether a response says that it is one.
//
// A letter is a free integer when the answer says so (k \in Z, once, for a letter of its values),
// or where nothing is said when it is the only letter of the values, one of j, k, l, m, n, and they
// go by equal steps of angles: linear in it with a \pi or a degree. "3k + 1" alone is a function of
// the k of its task.
#pragma once

#include <string>

#include "reward/math/value_comparer.h"

namespace longhaul::reward::math {

struct IntegerFamily {
  const Node* node = nullptr;  // without the statement
  std::string letter = {};     // none: no letter that could be the integer
  bool known = false;          // by one of the two signs above
};

IntegerFamily ReadIntegerFamily(ValueComparer& values, const Node* node);

// The response in the letter of the ground truth, where the latter has a free integer.
void MatchIntegerFamilies(ValueComparer& values, const Node*& gold, const Node*& pred);

}  // namespace longhaul::reward::math
