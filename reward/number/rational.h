// SPDX-License-Identifier: Apache-2.0
//
// The exact value of a written number, as a rational of GMP. Numbers whose digits and exponent
// together exceed kMaxNumberDigits are refused before anything is computed, so that 1e999999999
// costs nothing. Pure functions.
#pragma once

#include <gmpxx.h>

#include <cstdint>
#include <string_view>

#include "common/status.h"
#include "reward/number/number_scanner.h"
#include "reward/verifier.h"

namespace longhaul::reward {

inline constexpr int64_t kMaxNumberDigits = 20'000;

enum class PercentMeaning {
  kFraction,  // 50% is 0.5
  kValue,     // 50% is 50
  kRefused,   // 50% is no number
};

// InvalidArgument: a zero denominator, a refused percentage. ResourceExhausted: too many digits or
// more work than the budget has.
StatusOr<mpq_class> RationalValue(const NumberToken& token, PercentMeaning percent,
                                  WorkBudget& budget);

// The whole of `text` as a number; InvalidArgument when it is none.
StatusOr<mpq_class> ParseRational(std::string_view text, PercentMeaning percent,
                                  WorkBudget& budget);

}  // namespace longhaul::reward
