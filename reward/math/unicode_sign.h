// SPDX-License-Identifier: Apache-2.0
//
// Mathematical signs outside ASCII and what they stand for.
#pragma once

#include <optional>
#include <string_view>

namespace longhaul::reward::math {

struct UnicodeSign {
  enum class Kind { kSign, kSpace, kSuperscript, kSubscript, kFraction };
  Kind kind = Kind::kSign;
  std::string_view bytes;
  // kSign: one character, a symbol, or a command without its backslash; scripts: a digit or "-";
  // kFraction: "1/2".
  std::string_view meaning;
};

// The sign that `text` begins with, if it is one that we know.
std::optional<UnicodeSign> FindUnicodeSign(std::string_view text);

}  // namespace longhaul::reward::math
