// SPDX-License-Identifier: Apache-2.0
//
// What letters side by side stand for. Numbers commute; matrices and the members of a group do not;
// the ends of a segment are one name. An answer shows which it means:
//
//   in order   the inverse of a capital or of a function beside another (P D P^{-1}, g h^{-1}), a
//              letter on both sides of something and inverse once (a b a^{-1}), a transpose beside
//              another factor (X^T X), two orders of the same capitals in a sum (AB - BA), two bold
//              capitals
//   segments   pairs of capitals multiplied with or divided by one another (AB \cdot CD)
//
// Products in order are equal by the rules of a group: what stands beside its inverse cancels,
// inverse and transpose of a product are those of its factors in the opposite order. A ground truth
// that divides by a capital (V / R) means numbers wherever it shows no order itself.
#pragma once

#include "reward/math/expression.h"

namespace longhaul::reward::math {

enum class LetterMeaning : uint8_t { kNumbers, kSegments, kInOrder };

LetterMeaning MeaningOfLetters(const Node& answer);
// For both answers.
LetterMeaning MeaningOfLetters(const Node& gold, const Node& pred);
const Node* ReadLetters(Arena& arena, const Node* answer, LetterMeaning meaning);

}  // namespace longhaul::reward::math
