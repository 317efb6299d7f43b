// SPDX-License-Identifier: Apache-2.0
//
// Times of day: 8:30, 3:05:10, 7:05 p.m. The minutes have two digits, so that 3:4 is a ratio.
#pragma once

#include <gmpxx.h>

#include <optional>
#include <string>
#include <vector>

#include "reward/math/expression.h"

namespace longhaul::reward::math {

struct ClockTime {
  std::vector<mpq_class> parts;  // hours, minutes, seconds
  std::string half;              // "am", "pm", or nothing
};

// Nothing for what cannot be a time.
std::optional<ClockTime> AsClockTime(const Node& node);

// The same digits; a half of the day that one side leaves out does not count.
bool SameTime(const ClockTime& a, const ClockTime& b);

}  // namespace longhaul::reward::math
