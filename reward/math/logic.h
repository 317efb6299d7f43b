// SPDX-License-Identifier: Apache-2.0
//
// Formulas of logic: kApply nodes named by their sign. "And" and "or" are associative and
// commutative; further laws (those of De Morgan, the double negation) are not used, since a
// question may ask for just that step.
//
// \wedge is "and" where the answer has another sign of logic, or the other answer says \land;
// elsewhere it may be an exterior product, which is associative only.
#pragma once

#include <string_view>
#include <vector>

#include "reward/math/expression.h"

namespace longhaul::reward::math {

inline constexpr std::string_view kAndSign = "\\land";
inline constexpr std::string_view kOrSign = "\\lor";
inline constexpr std::string_view kNotSign = "\\neg";
inline constexpr std::string_view kWedgeSign = "\\wedge";

// Parts that are joined by the same sign are opened; one part is itself.
const Node* JoinedFormulas(Arena& arena, std::string_view sign, std::vector<const Node*> parts);
bool IsAndOr(const Node& node);

// \forall or \exists: args are the range of the variable and what is said of it.
bool IsQuantified(const Node& node);

// Reads \wedge of the response as the ground truth means it, and a formula beside a list as the
// list of its parts.
void MatchLogic(Arena& arena, const Node*& gold, const Node*& pred);

}  // namespace longhaul::reward::math
