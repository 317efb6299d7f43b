// SPDX-License-Identifier: Apache-2.0
#include "reward/verifiers/exact.h"

#include <re2/re2.h>

#include <algorithm>
#include <memory>

#include "reward/text_normalizer.h"

namespace longhaul::reward {
namespace {

using Parts = std::vector<std::string>;  // normalised; of a comparison without pattern, one

struct Truth {
  TextRules rules;
  std::unique_ptr<re2::RE2> pattern;
  bool any_order = false;
  bool partial = false;
  std::vector<Parts> accepted;  // the ground truth first
};

constexpr int64_t kPatternMemoryBytes = 1 << 20;
constexpr int64_t kPatternSteps = 50;  // per byte
constexpr int kMaxGroups = 8;

// Matches of the pattern from the left, each as its groups with a unit separator between.
Parts FindParts(const re2::RE2& pattern, const std::string& text, const TextRules& rules) {
  Parts parts;
  const int groups = std::min(pattern.NumberOfCapturingGroups(), kMaxGroups);
  re2::StringPiece found[kMaxGroups + 1];
  size_t at = 0;
  while (at <= text.size() &&
         pattern.Match(text, at, text.size(), re2::RE2::UNANCHORED, found, groups + 1)) {
    std::string part = groups == 0 ? NormalizeText(found[0].as_string(), rules) : "";
    for (int i = 1; i <= groups; ++i) {
      part += NormalizeText(found[i].as_string(), rules) + "\x1f";
    }
    if (!found[0].empty()) parts.push_back(std::move(part));
    const size_t end = static_cast<size_t>(found[0].data() - text.data()) + found[0].size();
    at = found[0].empty() ? end + 1 : end;
  }
  return parts;
}

Parts PartsOf(std::string_view text, const Truth& truth) {
  if (truth.pattern == nullptr) return {NormalizeText(text, truth.rules)};
  Parts parts = FindParts(*truth.pattern, std::string(text), truth.rules);
  if (truth.any_order) std::sort(parts.begin(), parts.end());
  return parts;
}

Status AddAccepted(std::string_view text, Truth& truth) {
  Parts parts = PartsOf(text, truth);
  if (parts.empty()) return InvalidArgument("the pattern finds nothing in '{}'", Excerpt(text));
  truth.accepted.push_back(std::move(parts));
  return OkStatus();
}

StatusOr<TextRules> ReadRules(const Json& options) {
  TextRules rules;
  ASSIGN_OR_RETURN(const std::string letters, options.GetStringOr("case", "match"));
  if (letters == "ignore") {
    rules.letter_case = CaseRule::kIgnore;
  } else if (letters != "match") {
    return InvalidArgument("option case '{}'; valid: match, ignore", Excerpt(letters));
  }
  ASSIGN_OR_RETURN(const std::string spaces, options.GetStringOr("whitespace", "trim"));
  if (spaces == "trim") {
    rules.whitespace = WhitespaceRule::kTrim;
  } else if (spaces == "collapse") {
    rules.whitespace = WhitespaceRule::kCollapse;
  } else if (spaces == "remove") {
    rules.whitespace = WhitespaceRule::kRemove;
  } else if (spaces == "keep") {
    rules.whitespace = WhitespaceRule::kKeep;
  } else {
    return InvalidArgument("option whitespace '{}'; valid: trim, collapse, remove, keep",
                           Excerpt(spaces));
  }
  return rules;
}

// Whether an option has the second of its two values; the first when it is absent.
StatusOr<bool> ReadSwitch(const Json& options, std::string_view key, std::string_view off,
                          std::string_view on) {
  const auto value = options.GetStringOr(key, off);
  if (!value.ok()) return value.status();
  if (*value != off && *value != on) {
    return InvalidArgument("option {} '{}'; valid: {}, {}", key, Excerpt(*value), off, on);
  }
  return *value == on;
}

Status ReadPattern(const Json& options, Truth& truth) {
  ASSIGN_OR_RETURN(truth.any_order, ReadSwitch(options, "order", "same", "any"));
  ASSIGN_OR_RETURN(const std::string pattern, options.GetStringOr("pattern", ""));
  if (pattern.empty()) {
    if (options.Find("order") != nullptr) return InvalidArgument("option order needs a pattern");
    return OkStatus();
  }
  re2::RE2::Options re2_options(re2::RE2::Quiet);
  re2_options.set_max_mem(kPatternMemoryBytes);
  re2_options.set_case_sensitive(truth.rules.letter_case == CaseRule::kMatch);
  truth.pattern = std::make_unique<re2::RE2>(pattern, re2_options);
  if (!truth.pattern->ok()) {
    return InvalidArgument("pattern '{}': {}", Excerpt(pattern), truth.pattern->error());
  }
  if (truth.partial) return InvalidArgument("option partial is not for a pattern");
  return OkStatus();
}

Status ReadAccept(const Json& options, Truth& truth) {
  const Json* accept = options.Find("accept");
  if (accept == nullptr) return OkStatus();
  if (!accept->is_array()) return InvalidArgument("option accept is not a list of strings");
  for (const Json& item : accept->items()) {
    ASSIGN_OR_RETURN(const std::string text, item.AsString());
    RETURN_IF_ERROR(Annotate(AddAccepted(text, truth), "option accept"));
  }
  return OkStatus();
}

StatusOr<Truth> ReadTruth(const ScoringTask& task) {
  Truth truth;
  ASSIGN_OR_RETURN(truth.rules, ReadRules(task.options));
  ASSIGN_OR_RETURN(truth.partial, ReadSwitch(task.options, "partial", "none", "prefix"));
  RETURN_IF_ERROR(ReadPattern(task.options, truth));
  RETURN_IF_ERROR(ReadAccept(task.options, truth));
  RETURN_IF_ERROR(AddAccepted(task.answer, truth));
  std::rotate(truth.accepted.begin(), truth.accepted.end() - 1, truth.accepted.end());
  return truth;
}

double PrefixScore(const std::string& text, const std::string& truth) {
  const auto [end, unused] = std::mismatch(truth.begin(), truth.end(), text.begin(), text.end());
  return static_cast<double>(end - truth.begin()) / static_cast<double>(truth.size() + 1);
}

}  // namespace

Status ExactVerifier::CheckTask(const ScoringTask& task) const { return ReadTruth(task).status(); }

Verdict ExactVerifier::Verify(const ScoringTask& task, const Response& response,
                              WorkBudget& budget) const {
  const StatusOr<Truth> truth = ReadTruth(task);
  if (!truth.ok()) return Unscorable("ground truth: " + Message(truth.status()));
  if (!response.answer.has_value()) return Wrong("no answer found");
  const int64_t steps = truth->pattern == nullptr ? 1 : kPatternSteps;
  if (!budget.Spend(steps * static_cast<int64_t>(response.answer->size()))) {
    return Wrong("answer too long");
  }

  const Parts parts = PartsOf(*response.answer, *truth);
  for (const Parts& accepted : truth->accepted) {
    if (parts == accepted) return Right();
  }
  std::string detail =
      fmt::format("'{}' instead of '{}'", Excerpt(*response.answer), Excerpt(task.answer));
  if (!truth->partial) return Wrong(std::move(detail));
  return Partial(PrefixScore(parts.front(), truth->accepted.front().front()), std::move(detail));
}

}  // namespace longhaul::reward
