// SPDX-License-Identifier: Apache-2.0
//
// The "pattern" of a tokenizer.json, {"Regex": "..."} or {"String": "..."}, and the ways a text is
// cut at its matches.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"
#include "common/tokenizer/regex.h"

namespace longhaul::tokenizer {

// The empty String matches between all characters, as in Hugging Face tokenizers.
StatusOr<Regex> ParsePattern(const Json& pattern);

std::string ReplaceAll(const Regex& regex, std::string_view text, std::string_view content);

// What becomes of a delimiter: "a-b" at "-" gives
enum class SplitBehavior {
  kRemoved,             // a b
  kIsolated,            // a - b
  kMergedWithPrevious,  // a- b
  kMergedWithNext,      // a -b
  kContiguous,          // as isolated, with delimiters side by side as one piece
};
StatusOr<SplitBehavior> ParseSplitBehavior(const Json& split);

// The pieces of `text`, none empty. Inverted, the matches are the text and the rest the delimiters.
enum class SplitSense { kMatchesDelimit, kMatchesAreText };
struct SplitRule {
  SplitBehavior behavior;
  SplitSense sense = SplitSense::kMatchesDelimit;
};
std::vector<Span> SplitAt(const Regex& regex, std::string_view text, const SplitRule& rule);

}  // namespace longhaul::tokenizer
