// SPDX-License-Identifier: Apache-2.0
//
// Fenced code blocks as CommonMark has them (section 4.5): a line of three or more backticks or
// tildes with a word behind, up to a line of at least as many of the same. Each line of the block
// loses the fence's indentation. In a list item (section 5.2) columns count from the item's
// content; a closing fence may stand further left than that, as many write it.
#include <algorithm>
#include <string>

#include "reward/extractors/extractor.h"

namespace longhaul::reward {
namespace {

constexpr size_t kLeastFence = 3, kMostIndent = 3, kTabStop = 4;
constexpr size_t kMostDigits = 9;  // of the number of a list item

struct LanguageNames {
  std::string_view language;
  std::vector<std::string_view> names;  // behind a fence, in lower case
};

const std::vector<LanguageNames>& Languages() {
  static const std::vector<LanguageNames> languages = {
      {"python", {"python", "py", "python3", "py3"}},
      {"cpp", {"cpp", "c++", "cc", "cxx", "c++11", "c++14", "c++17", "c++20", "cpp17", "cpp20"}},
  };
  return languages;
}

// The first word behind the fence, in lower case: "Python title=x" is "python".
std::string NameOf(std::string_view info) {
  info = Trim(info);
  std::string name(info.substr(0, info.find_first_of(" \t{,")));
  std::transform(name.begin(), name.end(), name.begin(), [](char ch) {
    return ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch - 'A' + 'a') : ch;
  });
  return name;
}

bool IsLanguage(std::string_view info, std::string_view language) {
  const std::string name = NameOf(info);
  for (const LanguageNames& entry : Languages()) {
    if (entry.language != language) continue;
    return std::find(entry.names.begin(), entry.names.end(), name) != entry.names.end();
  }
  return name == language;
}

struct Fence {
  char mark = 0;
  size_t length = 0;
  std::string_view info;
};

// A line without its indentation, which counts columns: a tab goes to the next multiple of four.
struct Line {
  size_t indent = 0;
  std::string_view text;
};

Line ParseLine(std::string_view line, size_t first_column = 0) {
  size_t indent = first_column, at = 0;
  for (; at < line.size() && (line[at] == ' ' || line[at] == '\t'); ++at) {
    indent = line[at] == ' ' ? indent + 1 : indent / kTabStop * kTabStop + kTabStop;
  }
  return {indent, line.substr(at)};
}

std::optional<Fence> ParseFence(std::string_view line) {
  if (line.empty() || (line[0] != '`' && line[0] != '~')) return std::nullopt;
  const size_t length = std::min(line.find_first_not_of(line[0]), line.size());
  if (length < kLeastFence) return std::nullopt;
  const Fence fence = {line[0], length, line.substr(length)};
  if (fence.mark == '`' && fence.info.find('`') != std::string_view::npos) return std::nullopt;
  return fence;
}

// The end of a turn or of an answer may stand on the line of a closing fence.
bool Closes(const Fence& fence, const Fence& open) {
  const std::string_view behind = Trim(fence.info);
  const bool ends = behind.empty() || behind.starts_with("<|") || behind.starts_with("</");
  return fence.mark == open.mark && fence.length >= open.length && ends;
}

// A line without the tag that may stand before an opening fence.
Line WithoutTag(Line line) {
  constexpr std::string_view kTag = "<answer>";
  if (line.text.starts_with(kTag)) line.text = Trim(line.text.substr(kTag.size()));
  return line;
}

// Length of the marker of a list item ("-", "12.") with a blank behind it; 0: it is none.
size_t ListMarker(std::string_view text) {
  size_t length = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view ends = length == 0 ? "-*+" : ".)";
  if (length > kMostDigits || length == text.size()) return 0;
  if (ends.find(text[length]) == std::string_view::npos) return 0;
  ++length;
  return length == text.size() || text[length] == ' ' || text[length] == '\t' ? length : 0;
}

// The list items a line stands in, by the columns their contents begin at.
class ListItems {
 public:
  // Takes the list markers off a line outside of fences. A line with too little indentation ends an
  // item, unless it goes on with a paragraph.
  Line Enter(Line line) {
    const bool blank = Trim(line.text).empty();
    size_t marker = ListMarker(line.text);
    if (!blank && (after_blank_ || marker > 0 || ParseFence(line.text).has_value())) {
      while (!contents_.empty() && line.indent < contents_.back()) contents_.pop_back();
    }
    after_blank_ = blank;
    for (; marker > 0 && Inside(line); marker = ListMarker(line.text)) {
      const size_t nearest = line.indent + marker + 1;
      line = ParseLine(line.text.substr(marker), nearest - 1);
      const bool apart = line.indent <= nearest + kMostIndent && !line.text.empty();
      contents_.push_back(apart ? line.indent : nearest);
    }
    return line;
  }
  // Not indented so far that it would be code by that alone.
  bool Inside(const Line& line) const {
    return line.indent <= (contents_.empty() ? 0 : contents_.back()) + kMostIndent;
  }

 private:
  std::vector<size_t> contents_;
  bool after_blank_ = false;
};

// A line without as much of its indentation as `columns` are.
std::string WithoutIndent(std::string_view text, size_t columns) {
  const Line line = ParseLine(text);
  if (line.indent <= columns) return std::string(line.text);
  size_t column = 0, at = 0;
  for (; column < columns; ++at) {
    column = text[at] == ' ' ? column + 1 : column / kTabStop * kTabStop + kTabStop;
  }
  return std::string(column - columns, ' ').append(text.substr(at));
}

struct Block {
  Fence fence;
  size_t indent = 0;
  std::string content;
};

}  // namespace

std::optional<std::string> ExtractCodeBlock(std::string_view text, const Json& options) {
  const auto language = options.GetStringOr("language", "python");
  if (!language.ok()) return std::nullopt;
  std::optional<std::string> last;
  std::optional<Block> open;
  ListItems items;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const size_t next = std::min(end + 1, text.size());
    const std::string_view all = text.substr(at, end - at);
    const Line line = open.has_value() ? ParseLine(all) : items.Enter(WithoutTag(ParseLine(all)));
    const std::optional<Fence> fence = items.Inside(line) ? ParseFence(line.text) : std::nullopt;
    if (!open.has_value()) {
      if (fence.has_value()) open = Block{*fence, line.indent, ""};
    } else if (fence.has_value() && Closes(*fence, open->fence)) {
      if (IsLanguage(open->fence.info, *language)) last = std::move(open->content);
      open.reset();
    } else {
      open->content += WithoutIndent(text.substr(at, next - at), open->indent);
    }
    at = next;
  }
  return last;
}

}  // namespace longhaul::reward
