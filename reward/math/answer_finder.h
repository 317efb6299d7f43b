// SPDX-License-Identifier: Apache-2.0
//
// Where the answer stands in prose, in the order that Math-Verify has made customary. The strongest
// place wins, and in it what ends last:
//
//   1. "final answer is X. I hope it is correct"; "#### X"; <answer>X</answer>
//   2. \boxed{X} and \fbox{X} (several close together are one answer); "final answer ... is X"
//   3. "answer: X", "answer is X"
//   4. the last mathematics ($...$, \(...\), \[...\]) or number (number_finder.h), or several that
//      commas, "and" or "or" join
//   5. of a response: a few words behind "answer:", the last "(B)", the last **words**, or words
//      that are all of it
//
// A value of a response that the words around it doubt (doubt.h) is none.
// A short text that is an expression from end to end is the answer itself. Linear in the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "reward/extractors/boxes.h"

namespace longhaul::reward::math {

enum class FindMode {
  kAny,
  kLatex,   // only mathematics between delimiters
  kPlain,   // also numbers in prose, with a decimal comma
  kString,  // a letter of a choice, or words
};
// Of the option `extract`: latex, expr, string; kAny when it is absent.
StatusOr<FindMode> ReadFindMode(const Json& options);

std::optional<std::string_view> FindAnswer(std::string_view text, FindMode mode, TextRole role);

// The same with an option `extract`, as an extractor of responses.
std::optional<std::string_view> ExtractMathAnswer(std::string_view text, const Json& options);

}  // namespace longhaul::reward::math
