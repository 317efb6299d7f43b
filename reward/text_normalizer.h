// SPDX-License-Identifier: Apache-2.0
//
// Texts made comparable. Thread-safe, linear.
#pragma once

#include <string>
#include <string_view>

namespace longhaul::reward {

enum class WhitespaceRule { kKeep, kTrim, kCollapse, kRemove };
enum class CaseRule { kMatch, kIgnore };

struct TextRules {
  CaseRule letter_case = CaseRule::kMatch;
  WhitespaceRule whitespace = WhitespaceRule::kTrim;
};

// Whitespace is ASCII's. A text that is not UTF-8 keeps the case of its letters beyond ASCII.
std::string NormalizeText(std::string_view text, const TextRules& rules);

}  // namespace longhaul::reward
