// SPDX-License-Identifier: Apache-2.0
//
// Where a written number begins and ends, without its value.
//
//   number   = decimal [ "/" unsigned decimal ] [ "%" ]
//   decimal  = [ sign ] ( digits [ "." digits ] | "." digits ) [ exponent ]
//   digits   = plain, or in groups of three: 1,234,567  1_234_567  and no-break or thin spaces
//   exponent = ( "e" | "E" ) [ sign ] digits
//            | ( "x" | "*" | "×" | "\times" ) "10^" [ "{" ] [ sign ] digits [ "}" ]
//   sign     = "+" | "-" | U+2212
//
// Pure functions, linear in what they read.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace longhaul::reward {

struct DecimalToken {
  bool negative = false;
  std::string_view whole;     // with its separators; may be empty
  std::string_view fraction;  // digits after the point; may be empty
  bool exponent_negative = false;
  std::string_view exponent;  // digits; may be empty
};

struct NumberToken {
  DecimalToken numerator;
  std::optional<DecimalToken> denominator;
  bool percent = false;
  size_t length = 0;  // bytes of the text it takes
};

// The number that `text` begins with, as long as it goes.
std::optional<NumberToken> ScanNumber(std::string_view text);

// Bytes of the sign that `text` begins or ends with; 0 when it does not.
size_t LeadingSignLength(std::string_view text);
size_t TrailingSignLength(std::string_view text);

inline bool IsDigit(char ch) { return ch >= '0' && ch <= '9'; }

}  // namespace longhaul::reward
