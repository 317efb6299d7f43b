// SPDX-License-Identifier: Apache-2.0
#include "reward/extractors/extractor.h"

#include "common/nearest_name.h"
#include "reward/math/answer_finder.h"
#include "reward/scorer.h"

namespace longhaul::reward {
namespace {

std::optional<std::string_view> ExtractWhole(std::string_view text, const Json&) {
  return Trim(text);
}
std::optional<std::string_view> ExtractResponse(std::string_view text, const Json&) { return text; }

template <auto kFind>
std::optional<std::string> Copied(std::string_view text, const Json& options) {
  const std::optional<std::string_view> found = kFind(text, options);
  return found.has_value() ? std::optional<std::string>(*found) : std::nullopt;
}

const std::vector<Extractor>& Extractors() {
  static const std::vector<Extractor> extractors = {
      {.name = "after",
       .extract = Copied<ExtractAfter>,
       .required_options = {"marker"},
       .optional_options = {"until"}},
      {.name = "answer_line", .extract = Copied<ExtractAnswerLine>},
      {.name = "answer_tag", .extract = Copied<ExtractAnswerTag>},
      {.name = "boxed", .extract = ExtractBoxed},
      {.name = "code_block", .extract = ExtractCodeBlock, .optional_options = {"language"}},
      {.name = "hash", .extract = Copied<ExtractHash>},
      {.name = "last_number", .extract = Copied<ExtractLastNumber>},
      {.name = "math_answer",
       .extract = Copied<math::ExtractMathAnswer>,
       .optional_options = {"extract"}},
      {.name = "response", .extract = Copied<ExtractResponse>, .sees_thinking = true},
      {.name = "whole", .extract = Copied<ExtractWhole>},
  };
  return extractors;
}

Status CheckStringOption(const Extractor& extractor, const Json& options, std::string_view key) {
  const Json* value = options.Find(key);
  if (value != nullptr && value->is_string() && !value->AsString()->empty()) return OkStatus();
  return InvalidArgument("extractor '{}' needs a string in option {}", extractor.name, key);
}

}  // namespace

Status Extractor::CheckOptions(const Json& options) const {
  for (const std::string_view key : required_options) {
    RETURN_IF_ERROR(CheckStringOption(*this, options, key));
  }
  for (const std::string_view key : optional_options) {
    if (options.Find(key) != nullptr) RETURN_IF_ERROR(CheckStringOption(*this, options, key));
  }
  return OkStatus();
}

StatusOr<const Extractor*> FindExtractor(std::string_view name) {
  std::vector<std::string> names;
  for (const Extractor& extractor : Extractors()) {
    if (extractor.name == name) return &extractor;
    names.emplace_back(extractor.name);
  }
  return InvalidArgument("unknown extractor '{}'{}", Excerpt(name), SuggestName(name, names));
}

}  // namespace longhaul::reward
