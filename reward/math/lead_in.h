// SPDX-License-Identifier: Apache-2.0
//
// Words around an answer that say no more than that it is one.
#pragma once

#include <optional>
#include <string_view>

namespace longhaul::reward::math {

// "42" of "The final answer is 42."; other texts as they are.
std::string_view WithoutLeadIn(std::string_view text);

// The C of "(C)", \text{(C)} and \textbf{(C)}\ 12: a label in brackets, before the value it stands
// for where there is one.
std::optional<char> ChoiceLabel(std::string_view text);
// The same of a text that is nothing but the label, or the letter.
std::optional<char> LoneChoice(std::string_view text);

}  // namespace longhaul::reward::math
