// SPDX-License-Identifier: Apache-2.0
//
// How the answer is found in a response. A task names its extractor: trying several would let a
// policy leave different answers in different places.
//
//   whole        all of it, surrounding whitespace removed
//   response     the response as it is, the thinking too
//   answer_tag   inside the last <answer> ... </answer>
//   answer_line  after "Answer:" on the last line that begins with it (letter case and a bold
//                "**Answer:**" do not matter)
//   last_number  the last number written in it
//   after        after the last occurrence of the option `marker`: the rest of that line, or with
//                the option `until` everything up to that string, which must be there
//   boxed        inside the last \boxed{...} or \fbox{...}, braces balanced; several that belong
//                together (reward/extractors/boxes.h) with what is between them
//   math_answer  where mathematical answers stand in prose (reward/math/answer_finder.h)
//   code_block   the last closed block between fences (```python) of the option `language`, which
//                is python unless given; without the indentation of its fence
//   hash         the rest of the line after the last "####"
//
// Only what follows the last "</think>" counts when the response has one ("response" excepted).
// Extractors are pure, thread-safe and take time linear in the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"
#include "common/status.h"

namespace longhaul::reward {

// What follows the last "</think>", or all; nothing where a "<think>" is left open.
std::string_view AfterThinking(std::string_view response);

// Nothing when the text holds no answer of this form.
using ExtractFunction = std::optional<std::string> (*)(std::string_view text, const Json& options);

struct Extractor {
  std::string_view name;
  ExtractFunction extract;
  std::vector<std::string_view> required_options = {};  // strings that must not be empty
  std::vector<std::string_view> optional_options = {};  // the same, where given
  bool sees_thinking = false;

  std::optional<std::string> Extract(std::string_view response, const Json& options) const {
    return extract(sees_thinking ? response : AfterThinking(response), options);
  }
  Status CheckOptions(const Json& options) const;
};

// The error names every extractor there is.
StatusOr<const Extractor*> FindExtractor(std::string_view name);

// Whitespace of ASCII removed from both ends.
std::string_view Trim(std::string_view text);

// Those whose answer is a part of the text as it stands give a view of it.
std::optional<std::string_view> ExtractAnswerTag(std::string_view text, const Json& options);
std::optional<std::string_view> ExtractAnswerLine(std::string_view text, const Json& options);
std::optional<std::string_view> ExtractLastNumber(std::string_view text, const Json& options);
std::optional<std::string_view> ExtractAfter(std::string_view text, const Json& options);
std::optional<std::string> ExtractBoxed(std::string_view text, const Json& options);
std::optional<std::string_view> ExtractHash(std::string_view text, const Json& options);
std::optional<std::string> ExtractCodeBlock(std::string_view text, const Json& options);

}  // namespace longhaul::reward
