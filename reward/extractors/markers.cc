// SPDX-License-Identifier: Apache-2.0
//
// Answers that stand after or between markers.
#include <string>

#include "reward/extractors/extractor.h"

namespace longhaul::reward {
namespace {

std::string_view FirstLine(std::string_view text) { return text.substr(0, text.find('\n')); }

bool StartsWithIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  for (size_t i = 0; i < lower.size(); ++i) {
    const char ch = text[i];
    if ((ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch - 'A' + 'a') : ch) != lower[i]) return false;
  }
  return true;
}

// What follows "Answer:" or "**Answer:**" at the start of a line.
std::optional<std::string_view> AnswerOfLine(std::string_view line) {
  constexpr std::string_view kAnswer = "answer";
  line = Trim(line);
  const bool bold = line.starts_with("**");
  if (bold) line.remove_prefix(2);
  if (!StartsWithIgnoringCase(line, kAnswer)) return std::nullopt;
  line = Trim(line.substr(kAnswer.size()));
  if (bold && line.starts_with("**")) line = Trim(line.substr(2));  // **Answer**: 42
  if (!line.starts_with(':')) return std::nullopt;
  line = Trim(line.substr(1));
  if (bold && line.starts_with("**")) return Trim(line.substr(2));  // **Answer:** 42
  if (bold && line.ends_with("**")) line.remove_suffix(2);          // **Answer: 42**
  return Trim(line);
}

}  // namespace

std::optional<std::string_view> ExtractAnswerTag(std::string_view text, const Json&) {
  constexpr std::string_view kOpen = "<answer>", kClose = "</answer>";
  const size_t close = text.rfind(kClose);
  if (close == std::string_view::npos) return std::nullopt;
  const size_t open = text.substr(0, close).rfind(kOpen);
  if (open == std::string_view::npos) return std::nullopt;
  const std::string_view inside = text.substr(open + kOpen.size(), close - open - kOpen.size());
  // "<answer>1</answer>2</answer>": the last closing tag has no opening one of its own.
  if (inside.find(kClose) != std::string_view::npos) return std::nullopt;
  return Trim(inside);
}

std::optional<std::string_view> ExtractAnswerLine(std::string_view text, const Json&) {
  while (!text.empty()) {
    const size_t newline = text.find_last_of('\n');
    const size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    if (const auto answer = AnswerOfLine(text.substr(start))) return answer;
    text = text.substr(0, start == 0 ? 0 : start - 1);
  }
  return std::nullopt;
}

std::optional<std::string_view> ExtractAfter(std::string_view text, const Json& options) {
  const auto marker = options.GetString("marker");
  if (!marker.ok() || marker->empty()) return std::nullopt;
  const size_t found = text.rfind(*marker);
  if (found == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(found + marker->size());
  const auto until = options.GetStringOr("until", "");
  if (!until.ok() || until->empty()) return Trim(FirstLine(rest));
  const size_t end = rest.find(*until);
  if (end == std::string_view::npos) return std::nullopt;
  return Trim(rest.substr(0, end));
}

std::optional<std::string_view> ExtractHash(std::string_view text, const Json&) {
  constexpr std::string_view kHash = "####";
  const size_t found = text.rfind(kHash);
  if (found == std::string_view::npos) return std::nullopt;
  std::string_view line = Trim(FirstLine(text.substr(found + kHash.size())));
  constexpr std::string_view kBold = "**";  // #### **42**
  if (line.size() > 2 * kBold.size() && line.starts_with(kBold) && line.ends_with(kBold)) {
    line = Trim(line.substr(kBold.size(), line.size() - 2 * kBold.size()));
  }
  return line;
}

}  // namespace longhaul::reward
