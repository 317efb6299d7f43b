// SPDX-License-Identifier: Apache-2.0
//
// Words around an answer that say no more than that it is one.
#pragma once

#include <optional>
#include <string_view>

namespace longhaul::reward::math {

// "42" of "The final answer is 42."; other texts as they are.
std::string_view WithoutLeadIn(std::string_view text);

// The C of "(C)", "option C", \text{(C)} and \textbf{(C)}\ 12: a label in brackets or behind
// "option", before the value it stands for where there is one.
std::optional<char> ChoiceLabel(std::string_view text);
// Where the label stands in what follows "the correct option is", up to the end of the line;
// nothing when it is not plainly one label.
std::optional<size_t> AnnouncedLabel(std::string_view sentence);
// The label of a text that is nothing but that, or its letter.
std::optional<char> LoneChoice(std::string_view text);

}  // namespace longhaul::reward::math
