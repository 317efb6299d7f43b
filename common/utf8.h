// SPDX-License-Identifier: Apache-2.0
//
// Well-formed UTF-8 (The Unicode Standard, table 3-7).
#pragma once

#include <cstddef>
#include <string_view>

namespace longhaul {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

// Bytes of the first character of `text`, 1 to 4; 0 when it does not begin with a whole,
// well-formed one.
inline size_t Utf8CharacterLength(std::string_view text) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto tail = [&](size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  const unsigned b0 = byte(0), b1 = byte(1);
  if (text.empty()) return 0;
  if (b0 < 0x80) return 1;
  if (b0 >= 0xc2 && b0 <= 0xdf) return tail(1) ? 2 : 0;
  if (b0 >= 0xe0 && b0 <= 0xef) {
    const bool overlong = b0 == 0xe0 && b1 < 0xa0, surrogate = b0 == 0xed && b1 > 0x9f;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (b0 >= 0xf0 && b0 <= 0xf4) {
    const bool overlong = b0 == 0xf0 && b1 < 0x90, too_big = b0 == 0xf4 && b1 > 0x8f;
    return tail(1) && tail(2) && tail(3) && !overlong && !too_big ? 4 : 0;
  }
  return 0;
}

}  // namespace longhaul
