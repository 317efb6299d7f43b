// SPDX-License-Identifier: Apache-2.0
//
#include "reward/extractors/boxes.h"

#include <algorithm>
#include <cctype>

#include "reward/extractors/extractor.h"

namespace longhaul::reward {
namespace {

constexpr size_t kCloseGap = 10;
constexpr size_t kJoinedGap = 70;
constexpr size_t kMaxBoxes = 64;
constexpr int kMaxOpenBoxes = 50;

size_t NextBox(std::string_view text, size_t from) {
  for (size_t at = text.find('\\', from); at != std::string_view::npos;
       at = text.find('\\', at + 1)) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("\\boxed") || rest.starts_with("\\fbox")) return at;
  }
  return std::string_view::npos;
}

// The end of the group that begins at `open`; npos when it is not closed.
size_t CloseOf(std::string_view text, size_t open) {
  int64_t depth = 0;
  for (size_t i = open; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '{') {
      ++depth;
    } else if (text[i] == '}' && --depth == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

bool HasWord(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool left = at == 0 || !std::isalpha(static_cast<unsigned char>(text[at - 1]));
    const size_t end = at + word.size();
    const bool right = end >= text.size() || !std::isalpha(static_cast<unsigned char>(text[end]));
    if (left && right) return true;
  }
  return false;
}

bool BelongTogether(std::string_view gap) {
  if (gap.find(". ") != std::string_view::npos || gap.find("\n\n") != std::string_view::npos) {
    return false;
  }
  if (gap.size() < kCloseGap) return true;
  if (gap.size() > kJoinedGap) return false;
  return HasWord(gap, "and") || HasWord(gap, "or") || gap.starts_with(',');
}

// One without braces takes the next character, as in TeX.
std::optional<Box> ReadBox(std::string_view text, size_t begin, TextRole role) {
  size_t at = begin + (text.substr(begin).starts_with("\\boxed") ? 6 : 5);
  while (at < text.size() && text[at] == ' ') ++at;
  if (at >= text.size()) return std::nullopt;
  if (text[at] != '{') {
    const bool digit = std::isdigit(static_cast<unsigned char>(text[at])) != 0;
    if (!digit || at == begin + 5) return std::nullopt;
    size_t end = at;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end]))) ++end;
    return Box{begin, end, text.substr(at, end - at)};
  }
  const size_t close = CloseOf(text, at);
  if (close == std::string_view::npos) {
    if (role != TextRole::kReference) return std::nullopt;
    return Box{begin, text.size(), text.substr(at + 1)};
  }
  return Box{begin, close + 1, text.substr(at + 1, close - at - 1)};
}

std::vector<Box> OuterBoxes(std::string_view text, TextRole role) {
  std::vector<Box> boxes;
  int open_boxes = 0;
  size_t at = NextBox(text, 0);
  while (at != std::string_view::npos) {
    const std::optional<Box> box = ReadBox(text, at, role);
    if (box.has_value()) {
      boxes.push_back(*box);
      if (boxes.size() > kMaxBoxes) boxes.erase(boxes.begin());
      at = NextBox(text, box->end);
    } else {
      boxes.clear();  // an open box at the end is no answer
      if (++open_boxes > kMaxOpenBoxes) break;
      at = NextBox(text, at + 1);
    }
  }
  return boxes;
}

// "\\boxed{28}$ pct": the sign stands outside.
std::string PercentBehind(std::string_view rest) {
  while (rest.starts_with('$') || rest.starts_with(' ')) rest.remove_prefix(1);
  rest = Trim(rest);
  const bool percent =
      rest == "%" || rest == "\\%" || rest == "percent" || rest == "pct" || rest == "percentage";
  return percent ? "\\%" : "";
}

}  // namespace

std::vector<Box> LastBoxes(std::string_view text, TextRole role) {
  std::vector<Box> boxes = OuterBoxes(text, role);
  size_t first = boxes.empty() ? 0 : boxes.size() - 1;
  while (first > 0 && BelongTogether(text.substr(boxes[first - 1].end,
                                                 boxes[first].begin - boxes[first - 1].end))) {
    --first;
  }
  boxes.erase(boxes.begin(), boxes.begin() + static_cast<int64_t>(first));
  return boxes;
}

std::optional<std::string_view> ExtractBoxed(std::string_view text, const Json&) {
  const std::vector<Box> boxes = LastBoxes(text, TextRole::kResponse);
  if (boxes.empty()) return std::nullopt;
  if (boxes.size() == 1) return Trim(boxes[0].content);
  return text.substr(boxes.front().begin, boxes.back().end - boxes.front().begin);
}

std::string BoxContents(std::string_view answer, TextRole role) {
  const std::string_view start = Trim(answer);
  if (!start.starts_with("\\boxed") && !start.starts_with("\\fbox")) return std::string(answer);
  const std::vector<Box> boxes = LastBoxes(answer, role);
  if (boxes.empty()) return std::string(answer);
  std::string contents;
  for (const Box& box : boxes) {
    if (!contents.empty()) contents += ", ";
    contents += box.content;
  }
  return contents + PercentBehind(answer.substr(boxes.back().end));
}

}  // namespace longhaul::reward
