// SPDX-License-Identifier: Apache-2.0
#include "reward/extractors/boxes.h"

#include <algorithm>
#include <cctype>

#include "reward/extractors/extractor.h"
#include "reward/extractors/percent_sign.h"

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

// A digit that is no index of a name: another value.
bool HasNumber(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (std::isdigit(static_cast<unsigned char>(text[at])) == 0) continue;
    const char before = at == 0 ? ' ' : text[at - 1];
    const bool index = before == '_' || std::isalnum(static_cast<unsigned char>(before)) != 0 ||
                       (before == '{' && at > 1 && text[at - 2] == '_');
    if (!index) return true;
  }
  return false;
}

bool BelongTogether(std::string_view gap) {
  if (HasNumber(gap)) return false;
  if (gap.find(". ") != std::string_view::npos || gap.find("\n\n") != std::string_view::npos) {
    return false;
  }
  if (gap.size() < kCloseGap) return true;
  if (gap.size() > kJoinedGap) return false;
  return HasWord(gap, "and") || HasWord(gap, "or") || gap.starts_with(',');
}

// The digits of "\boxed 42" and "\boxed 4.5", with nothing behind them that would belong to the
// value; 0 when there are none.
size_t BareNumberLength(std::string_view text) {
  const auto digits = [&](size_t from) {
    size_t end = from;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end]))) ++end;
    return end;
  };
  size_t end = digits(0);
  if (end == 0) return 0;
  if (end < text.size() && text[end] == '.' && digits(end + 1) > end + 1) end = digits(end + 1);
  const std::string_view rest = text.substr(end);
  const bool closed = rest.empty() || std::isspace(static_cast<unsigned char>(rest[0])) != 0 ||
                      std::string_view("$.,;:!?)]*").find(rest[0]) != std::string_view::npos ||
                      rest.starts_with("\\)") || rest.starts_with("\\]") || rest.starts_with("\\%");
  return closed ? end : 0;
}

// One without braces holds the number that follows. TeX would box its first digit alone, which
// nobody means.
std::optional<Box> ReadBox(std::string_view text, size_t begin, TextRole role) {
  size_t at = begin + (text.substr(begin).starts_with("\\boxed") ? 6 : 5);
  while (at < text.size() && text[at] == ' ') ++at;
  if (at >= text.size()) return std::nullopt;
  if (text[at] != '{') {
    const size_t length = at == begin + 5 ? 0 : BareNumberLength(text.substr(at));
    if (length == 0) return std::nullopt;
    return Box{begin, at + length, text.substr(at, length)};
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

// What ends the mathematics around a box.
void SkipDelimiters(std::string_view& rest) {
  while (true) {
    if (rest.starts_with("\\)") || rest.starts_with("\\]")) {
      rest.remove_prefix(2);
    } else if (!rest.empty() && std::string_view("$ \n").find(rest[0]) != std::string_view::npos) {
      rest.remove_prefix(1);
    } else {
      return;
    }
  }
}

// "\\boxed{28}$ pct": the sign stands outside.
bool TakePercent(std::string_view& rest) {
  std::string_view behind = rest;
  SkipDelimiters(behind);
  const size_t end = PercentEnd(behind, 0);
  if (end == 0) return false;
  rest = behind.substr(end);
  return true;
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

std::optional<std::string> ExtractBoxed(std::string_view text, const Json&) {
  const std::vector<Box> boxes = LastBoxes(text, TextRole::kResponse);
  if (boxes.empty()) return std::nullopt;
  std::string_view rest = text.substr(boxes.back().end);
  const std::string percent = TakePercent(rest) ? "\\%" : "";
  if (boxes.size() == 1) return std::string(Trim(boxes[0].content)) + percent;
  const size_t length = boxes.back().end - boxes.front().begin;
  return std::string(text.substr(boxes.front().begin, length)) + percent;
}

std::string BoxContents(std::string_view answer, TextRole role) {
  const std::string_view start = Trim(answer);
  if (!start.starts_with("\\boxed") && !start.starts_with("\\fbox")) return std::string(answer);
  const std::vector<Box> boxes = LastBoxes(start, role);
  if (boxes.empty() || boxes.front().begin != 0) return std::string(answer);
  std::string_view rest = start.substr(boxes.back().end);
  const bool percent = TakePercent(rest);
  const bool all = rest.find_first_not_of("$ \n\r\t.,;*") == std::string_view::npos;
  if (!all) return std::string(answer);
  std::string contents;
  for (const Box& box : boxes) {
    if (!contents.empty()) contents += ", ";
    contents += box.content;
  }
  return contents + (percent ? "\\%" : "");
}

}  // namespace longhaul::reward
