// SPDX-License-Identifier: Apache-2.0
//
// Units of measure behind a value. A unit that we know has a dimension and a factor, so that 2 m
// and 200 cm are the same. What has no unit at all is taken to be in the other's.
//
// Other words behind a value say what is counted (5 apples, 5 runs, 5 distinct ways): they must be
// the same where both sides have them (an s at the end aside), and count for nothing where one side
// has none, since they do not change the value. Those that do change it, or that deny it (5 tenths,
// 5 dozen, 5 or more, 5 fails: HasQualifier), and what is longer than a few words, are a factor of
// their own that nothing but the same words equals. So are words behind values that \times joins:
// a 3 \times 4 matrix is neither 12 nor a 4 \times 3 matrix.
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
// All of its words are units.
bool IsKnownMeasure(std::string_view words);
// Without the s of a plural.
std::string_view Singular(std::string_view word);
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
