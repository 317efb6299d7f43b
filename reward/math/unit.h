// SPDX-License-Identifier: Apache-2.0
//
// Units of measure behind a value. A unit that we know has a dimension and a factor, so that 2 m
// and 200 cm are the same; other words ("apples") are compared as words. What has no unit at all is
// taken to be in the other's.
#pragma once

#include <gmpxx.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "reward/math/expression.h"

namespace longhaul::reward::math {

struct Measure {
  mpq_class factor = 1;               // to the base unit
  std::map<std::string, int> powers;  // of base units; words we do not know are their own
  bool empty() const { return powers.empty(); }
};

// "cm", "km/h", "square meters", "cm^2", "miles per hour".
std::optional<Measure> ParseUnit(std::string_view text);
bool IsKnownUnit(std::string_view word);
// The same with units of one letter.
bool IsUnit(std::string_view word);
bool IsPercentWord(std::string_view word);

// Small letters, single spaces, no punctuation at the ends; "MW" is "megaw".
std::string NormalizedWords(std::string_view text);

// Whether one is in "units", "square units", ... and the other may be that: in any unit but one of
// another dimension.
bool SameSize(const Measure& a, const Measure& b);

// An expression apart from its unit.
struct Quantity {
  const Node* value = nullptr;
  Measure measure;
};
Quantity SplitUnit(Arena& arena, const Node* node);

}  // namespace longhaul::reward::math
