// SPDX-License-Identifier: Apache-2.0
#include "reward/math/answer_finder.h"

#include <algorithm>
#include <cctype>

#include "reward/extractors/extractor.h"
#include "reward/math/number_text.h"
#include "reward/math/parser.h"
#include "reward/math/plain_text.h"
#include "reward/scorer.h"

namespace longhaul::reward::math {
namespace {

constexpr size_t kMaxWholeBytes = 300;  // an answer without prose around it is short
constexpr size_t kWindow = 50;          // from "answer:" to the answer
constexpr size_t kFinalWindow = 100;    // from "final answer" to "is"
constexpr size_t kMaxScanned = 256 * 1024;
constexpr int kMaxTries = 20;
constexpr size_t kMaxSpans = 256;

struct Span {
  size_t begin = 0;
  size_t end = 0;
};

bool IsAlnum(char ch) { return std::isalnum(static_cast<unsigned char>(ch)) != 0; }

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& ch : lower) ch = static_cast<char>(std::tolower(static_cast<unsigned char>(ch)));
  return lower;
}

class Finder {
 public:
  Finder(std::string_view text, FindMode mode, TextRole role)
      : text_(text), mode_(mode), role_(role), lower_(Lower(text)) {
    FindMath();
    if (mode != FindMode::kLatex) FindNumbers();
    for (std::vector<Span>* spans : {&math_, &numbers_}) {
      if (spans->size() > kMaxSpans) spans->erase(spans->begin(), spans->end() - kMaxSpans);
    }
  }

  std::optional<std::string_view> Find() {
    if (mode_ != FindMode::kLatex && IsWhole(text_)) return Trim(text_);
    std::optional<Span> found = Announced();
    if (!found.has_value()) found = Marked();
    if (!found.has_value()) found = Later(Boxed(), FinalAnswerIs());
    if (!found.has_value() && open_box_) return std::nullopt;
    if (!found.has_value()) found = AnswerColon();
    if (!found.has_value()) found = Last();
    if (!found.has_value()) found = InWords();
    if (!found.has_value()) return std::nullopt;
    return Trim(text_.substr(found->begin, found->end - found->begin));
  }

 private:
  static std::optional<Span> Later(std::optional<Span> a, std::optional<Span> b) {
    if (!a.has_value() || !b.has_value()) return a.has_value() ? a : b;
    return a->end >= b->end ? a : b;
  }

  // Whether a short text is one expression.
  bool IsWhole(std::string_view text) const {
    text = Trim(text);
    if (text.empty() || text.size() > kMaxWholeBytes) return false;
    if (text.find("\\boxed") != std::string_view::npos ||
        text.find("\\fbox") != std::string_view::npos) {
      return false;
    }
    WorkBudget budget(kWorkBudgetSteps / 20);
    Arena arena(budget);
    return ParseMath(text, {.plain = mode_ == FindMode::kPlain}, arena).ok();
  }

  // The math environments of the text; an inline one does not go over a line's end.
  void FindMath() {
    size_t at = 0;
    while (at < text_.size()) {
      if (text_[at] != '$' && text_[at] != '\\') {
        ++at;
        continue;
      }
      const std::string_view rest = text_.substr(at);
      if (rest.starts_with("\\$") || rest.starts_with("\\\\(") || rest.starts_with("\\\\[")) {
        at += 2;
      } else if (rest.starts_with("$$")) {
        at = AddMath(at, 2, "$$", true);
      } else if (rest.starts_with("$")) {
        at = AddMath(at, 1, "$", false);
      } else if (rest.starts_with("\\(")) {
        at = AddMath(at, 2, "\\)", false);
      } else if (rest.starts_with("\\[")) {
        at = AddMath(at, 2, "\\]", true);
      } else {
        ++at;
      }
    }
  }

  size_t AddMath(size_t begin, size_t open, std::string_view close, bool over_lines) {
    size_t& unclosed_to = unclosed_to_[close.back() == ')'   ? 0
                                       : close.back() == ']' ? 1
                                                             : open + 1];
    if (begin < unclosed_to) return begin + open;
    for (size_t at = begin + open; at < text_.size(); ++at) {
      unclosed_to = at;
      if (text_[at] == '\n' && !over_lines) break;
      if (text_.substr(at).starts_with(close)) {
        unclosed_to = 0;
        const size_t end = at + close.size();
        // "$5 and $7" are prices.
        if (close == "$" && end < text_.size() &&
            std::isdigit(static_cast<unsigned char>(text_[end]))) {
          break;
        }
        if (!Trim(text_.substr(begin + open, at - begin - open)).empty()) {
          math_.push_back({begin, WithPercent(end)});
        }
        return end;
      }
      if (text_[at] == '\\') ++at;
    }
    return begin + open;
  }

  // Numbers that no letter or digit touches on the left, outside mathematics.
  void FindNumbers() {
    size_t next_math = 0;
    for (size_t at = 0; at < text_.size();) {
      while (next_math < math_.size() && math_[next_math].end <= at) ++next_math;
      if (next_math < math_.size() && at >= math_[next_math].begin) {
        at = math_[next_math].end;
        continue;
      }
      if (const size_t tuple = TupleEnd(at); tuple > 0) {
        numbers_.push_back({at, tuple});
        at = tuple;
        continue;
      }
      const bool starts =
          (std::isdigit(static_cast<unsigned char>(text_[at])) != 0 || text_[at] == '.') &&
          (at == 0 || (!IsAlnum(text_[at - 1]) &&
                       std::string_view(".^_").find(text_[at - 1]) == std::string_view::npos));
      const std::optional<NumberText> number =
          starts ? ReadNumberText(text_.substr(at)) : std::nullopt;
      if (!number.has_value()) {
        ++at;
        continue;
      }
      const size_t end = NumberEnd(at + number->length);
      numbers_.push_back({WithSign(at), WithPercent(end)});
      at = end;
    }
  }

  // The end of "(2, -1/3)" that begins at `at` and applies no name to it; 0 when there is none.
  size_t TupleEnd(size_t at) const {
    constexpr size_t kMaxBytes = 40;
    if ((text_[at] != '(' && text_[at] != '[') || (at > 0 && IsAlnum(text_[at - 1]))) return 0;
    bool comma = false;
    const size_t limit = std::min(text_.size(), at + kMaxBytes);
    for (size_t end = at + 1; end < limit; ++end) {
      const char ch = text_[end];
      comma = comma || ch == ',';
      if (ch == ')' || ch == ']') return comma ? end + 1 : 0;
      if ((ch < '+' || ch > '9') && ch != ' ') return 0;  // the signs of numbers lie between
    }
    return 0;
  }

  // "1,000", "2,74", "2/3", "3:30" and "10^5" go on behind their first digits.
  size_t NumberEnd(size_t end) const {
    while (end + 1 < text_.size() &&
           std::string_view(",/:^").find(text_[end]) != std::string_view::npos) {
      const std::optional<NumberText> more = ReadNumberText(text_.substr(end + 1));
      if (!more.has_value() || more->whole.empty()) break;
      end += 1 + more->length;
    }
    return end;
  }

  size_t WithSign(size_t begin) const {
    size_t at = begin;
    if (at > 0 && text_[at - 1] == '$') --at;
    if (at > 0 && text_[at - 1] == '-' && (at == 1 || !IsAlnum(text_[at - 2]))) return at - 1;
    return begin;
  }

  size_t WithPercent(size_t end) const {
    size_t at = end;
    while (at < text_.size() && text_[at] == ' ') ++at;
    for (const std::string_view sign : {"\\%", "%", "percentage", "percent", "pct"}) {
      const size_t after = at + sign.size();
      if (text_.substr(at).starts_with(sign) && (after >= text_.size() || !IsAlnum(text_[after]))) {
        return after;
      }
    }
    return end;
  }

  // The first of a list that begins at or behind `from`, at most `window` bytes on.
  static std::optional<Span> FirstFrom(const std::vector<Span>& spans, size_t from, size_t window) {
    for (const Span& span : spans) {
      if (span.begin >= from) {
        return span.begin <= from + window ? std::optional<Span>(span) : std::nullopt;
      }
    }
    return std::nullopt;
  }

  // Mathematics that "and", "or" or a comma joins to what follows it.
  Span Joined(Span span) const {
    for (const Span& next : math_) {
      if (next.begin < span.end) continue;
      const std::string_view gap = Trim(text_.substr(span.end, next.begin - span.end));
      if (gap != "," && gap != "and" && gap != "or" && gap != ", and" && gap != ", or") return span;
      span.end = next.end;
    }
    return span;
  }

  std::optional<Span> ValueAt(size_t from, size_t window) const {
    std::optional<Span> math = FirstFrom(math_, from, window);
    if (math.has_value()) math = Joined(*math);
    return Later(math, FirstFrom(numbers_, from, window));
  }

  size_t SkipPunctuation(size_t at) const {
    while (at < text_.size() &&
           std::string_view(" \t:*").find(text_[at]) != std::string_view::npos) {
      ++at;
    }
    return at;
  }

  // The rest of a line when it is one expression.
  std::optional<Span> RestOfLine(size_t from) const {
    size_t end = std::min(text_.find('\n', from), text_.size());
    while (end > from && std::string_view(" .*\r").find(text_[end - 1]) != std::string_view::npos)
      --end;
    if (end == from || mode_ == FindMode::kLatex || !IsWhole(text_.substr(from, end - from))) {
      return std::nullopt;
    }
    return Span{from, end};
  }

  std::optional<Span> Announced() const {
    int tries = 0;
    for (size_t hope = lower_.rfind("i hope"); hope != std::string::npos && hope > 0;
         hope = lower_.rfind("i hope", hope - 1)) {
      const size_t anchor = lower_.rfind("final answer is", hope);
      if (anchor == std::string::npos || ++tries > kMaxTries) return std::nullopt;
      const size_t from = SkipPunctuation(anchor + 15);
      const std::optional<Span> value = ValueAt(from, 2);
      if (value.has_value() && value->end <= hope && hope - value->end <= 4) return value;
    }
    return std::nullopt;
  }

  // "#### 42" and <answer>42</answer>.
  std::optional<Span> Marked() const {
    const Json none = Json::Object();
    for (const auto extract : {ExtractHash, ExtractAnswerTag}) {
      const std::optional<std::string_view> marked = extract(text_, none);
      if (!marked.has_value() || marked->empty() || mode_ == FindMode::kLatex) continue;
      const size_t begin = static_cast<size_t>(marked->data() - text_.data());
      return Span{begin, begin + marked->size()};
    }
    return std::nullopt;
  }

  std::optional<Span> Boxed() {
    const std::vector<Box> boxes = LastBoxes(text_, role_);
    if (boxes.empty()) {
      open_box_ = text_.find("\\boxed{") != std::string_view::npos;
      return std::nullopt;
    }
    size_t end = boxes.back().end;
    size_t after = end;
    while (after < text_.size() && text_[after] == '$') ++after;
    const size_t percent = WithPercent(after);
    return Span{boxes.front().begin, percent == after ? end : percent};
  }

  std::optional<Span> FinalAnswerIs() const {
    const size_t anchor = lower_.rfind("final answer");
    if (anchor == std::string::npos) return std::nullopt;
    const size_t limit = std::min(anchor + 12 + kFinalWindow, lower_.size());
    for (size_t is = lower_.find(" is", anchor); is != std::string::npos && is < limit;
         is = lower_.find(" is", is + 1)) {
      const size_t from = SkipPunctuation(is + 3);
      std::optional<Span> value = RestOfLine(from);
      if (!value.has_value()) value = ValueAt(from, 2);
      if (value.has_value()) return value;
    }
    return std::nullopt;
  }

  std::optional<Span> AnswerColon() const {
    for (const std::string_view anchor : {"answer:", "answer**:", "answer is", "answer"}) {
      const size_t found = lower_.rfind(anchor);
      if (found == std::string::npos) continue;
      const size_t from = SkipPunctuation(found + anchor.size());
      std::optional<Span> value = RestOfLine(from);
      if (!value.has_value()) value = ValueAt(from, kWindow);
      if (!value.has_value()) continue;
      // "The answer is not 5 but 6."
      if (lower_.substr(from, value->begin - from).find("not") != std::string::npos) continue;
      return value;
    }
    return std::nullopt;
  }

  std::optional<Span> Last() const {
    std::optional<Span> math, number;
    if (!math_.empty()) {
      size_t first = math_.size() - 1;
      while (first > 0 && Joined(math_[first - 1]).end > math_[first - 1].end) --first;
      math = Joined(math_[first]);
    }
    // A number in the prose of a reference need not be its answer.
    const bool trusted = role_ == TextRole::kResponse || mode_ == FindMode::kPlain;
    if (!numbers_.empty() && trusted) number = numbers_.back();
    return Later(math, number);
  }

  // Where there is no mathematics: a few words behind "answer:", the last "(B)", what is bold
  // last, or a response of nothing but a few words.
  std::optional<Span> InWords() const {
    constexpr size_t kMaxBytes = 60;
    if (mode_ == FindMode::kLatex || role_ != TextRole::kResponse) return std::nullopt;
    const auto few = [&](size_t begin, size_t end) -> std::optional<Span> {
      while (end > begin &&
             std::string_view(" .*\r").find(text_[end - 1]) != std::string_view::npos)
        --end;
      if (end == begin || end - begin > kMaxBytes) return std::nullopt;
      return Span{begin, end};
    };
    for (const std::string_view anchor : {"answer:", "answer is"}) {
      const size_t found = lower_.rfind(anchor);
      if (found == std::string::npos) continue;
      const size_t from = SkipPunctuation(found + anchor.size());
      const auto words = few(from, std::min(text_.find('\n', from), text_.size()));
      if (words.has_value()) return words;
    }
    for (size_t at = text_.rfind(')'); at != std::string_view::npos && at >= 2;
         at = text_.rfind(')', at - 1)) {
      const bool applied = at > 2 && IsAlnum(text_[at - 3]);
      const bool option =
          !applied && text_[at - 2] == '(' && text_[at - 1] >= 'A' && text_[at - 1] <= 'J';
      if (option) return Span{at - 2, at + 1};
    }
    const size_t close = text_.rfind("**");
    const bool bold = close != std::string_view::npos && close >= 3;
    const size_t open = bold ? text_.rfind("**", close - 1) : std::string_view::npos;
    if (open != std::string_view::npos && open + 2 < close) return few(open + 2, close);
    const auto all = few(0, text_.size());
    return all.has_value() && IsWords(PlainText(text_)) ? all : std::nullopt;
  }

  const std::string_view text_;
  const FindMode mode_;
  const TextRole role_;
  const std::string lower_;
  std::vector<Span> math_;
  std::vector<Span> numbers_;
  bool open_box_ = false;
  size_t unclosed_to_[4] = {};  // by delimiter: none closes before here
};

}  // namespace

StatusOr<FindMode> ReadFindMode(const Json& options) {
  ASSIGN_OR_RETURN(const std::string name, options.GetStringOr("extract", "any"));
  if (name == "any") return FindMode::kAny;
  if (name == "latex") return FindMode::kLatex;
  if (name == "expr") return FindMode::kPlain;
  if (name == "string") return FindMode::kString;
  return InvalidArgument("option extract '{}'; valid: any, latex, expr, string", Excerpt(name));
}

std::optional<std::string_view> FindAnswer(std::string_view text, FindMode mode, TextRole role) {
  // What stands before the last part of a long response cannot be its answer.
  if (text.size() > kMaxScanned) text = text.substr(text.size() - kMaxScanned);
  return Finder(text, mode, role).Find();
}

std::optional<std::string_view> ExtractMathAnswer(std::string_view text, const Json& options) {
  const StatusOr<FindMode> mode = ReadFindMode(options);
  if (!mode.ok()) return std::nullopt;
  return FindAnswer(text, *mode, TextRole::kResponse);
}

}  // namespace longhaul::reward::math
