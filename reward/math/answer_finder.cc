// SPDX-License-Identifier: Apache-2.0
#include "reward/math/answer_finder.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "reward/extractors/extractor.h"
#include "reward/extractors/percent_sign.h"
#include "reward/math/doubt.h"
#include "reward/math/lead_in.h"
#include "reward/math/number_finder.h"
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

// Before "option is".
constexpr std::array<std::string_view, 4> kPraises = {"correct", "right", "the", "final"};

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
    if (mode != FindMode::kLatex) numbers_ = FindNumbers(text_, math_);
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
        at = AddMath(at, "$$");
      } else if (rest.starts_with("$")) {
        at = AddMath(at, "$");
      } else if (rest.starts_with("\\(")) {
        at = AddMath(at, "\\)");
      } else if (rest.starts_with("\\[")) {
        at = AddMath(at, "\\]");
      } else {
        ++at;
      }
    }
  }

  // Up to its closing delimiter, which is as long as the opening one.
  size_t AddMath(size_t begin, std::string_view close) {
    const size_t open = close.size();
    const bool over_lines = close == "$$" || close == "\\]";
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
          math_.push_back({begin, PercentEnd(text_, end)});
        }
        return end;
      }
      if (text_[at] == '\\') ++at;
    }
    return begin + open;
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

  // A value with those of the same kind that "and", "or" or a comma joins to it.
  Span Joined(Span span, const std::vector<Span>& spans) const {
    for (const Span& next : spans) {
      if (next.begin < span.end) continue;
      const std::string_view gap = Trim(text_.substr(span.end, next.begin - span.end));
      const bool aside = gap == "(or" && text_.substr(next.end).starts_with(')');
      if (!aside && gap != "," && gap != "and" && gap != "or" && gap != ", and" && gap != ", or") {
        return span;
      }
      span.end = next.end + (aside ? 1 : 0);
    }
    return span;
  }

  std::optional<Span> ValueAt(size_t from, size_t window) const {
    std::optional<Span> math = FirstFrom(math_, from, window);
    std::optional<Span> number = FirstFrom(numbers_, from, window);
    if (math.has_value()) math = Joined(*math, math_);
    if (number.has_value()) number = Joined(*number, numbers_);
    return Later(math, number);
  }

  std::optional<Span> LastOf(const std::vector<Span>& spans) const {
    if (spans.empty()) return std::nullopt;
    size_t first = spans.size() - 1;
    while (first > 0 && Joined(spans[first - 1], spans).end > spans[first - 1].end) --first;
    return Joined(spans[first], spans);
  }

  size_t SkipPunctuation(size_t at) const {
    while (at < text_.size() &&
           std::string_view(" \t:*").find(text_[at]) != std::string_view::npos) {
      ++at;
    }
    return at;
  }

  // Without a full stop and marks of emphasis. Several full stops say that a value goes on.
  size_t SentenceEnd(size_t begin, size_t end) const {
    while (end > begin &&
           std::string_view(" .*\r").find(text_[end - 1]) != std::string_view::npos) {
      if (end - begin > 1 && text_[end - 1] == '.' && text_[end - 2] == '.') break;
      --end;
    }
    return end;
  }

  // The rest of a line when it is one expression.
  std::optional<Span> RestOfLine(size_t from) const {
    size_t end = std::min(text_.find('\n', from), text_.size());
    end = SentenceEnd(from, end);
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
    const size_t percent = PercentEnd(text_, after);
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
      if (value.has_value() && HasBox(*value)) return std::nullopt;  // the box says what it is
      if (value.has_value()) return value;
    }
    return std::nullopt;
  }

  bool HasBox(const Span& value) const {
    return text_.substr(value.begin, value.end - value.begin).find("\\boxed") != text_.npos;
  }

  // "The correct option is C", "the answer is option C, since 3 + 4 = 7".
  std::optional<Span> Option(std::string_view anchor, size_t found) const {
    const size_t from = SkipPunctuation(found + anchor.size());
    const std::string_view behind = std::string_view(lower_).substr(from);
    if (anchor.starts_with("answer")) {
      const bool named = behind.starts_with("option ") || behind.starts_with("choice ");
      const bool listed =  // C) 12
          behind.size() > 2 && (behind[1] == ')' || behind[1] == '.') && behind[2] == ' ';
      if (!named && !listed) return std::nullopt;
    } else if (!IsPraised(found)) {
      return std::nullopt;
    }
    size_t end = std::min(text_.find('\n', from), text_.size());
    end = std::min(end, text_.find(". ", from));
    const auto label = AnnouncedLabel(text_.substr(from, end - from));
    if (!label.has_value()) return std::nullopt;
    const Span span = {from + *label, from + *label + 1};
    return Doubted(span) ? std::nullopt : std::optional<Span>(span);
  }

  // Whether the word before says that what follows is right.
  bool IsPraised(size_t at) const {
    const std::string_view before = Trim(std::string_view(lower_).substr(0, at));
    return std::any_of(kPraises.begin(), kPraises.end(), [&](std::string_view word) {
      if (!before.ends_with(word)) return false;
      const size_t rest = before.size() - word.size();
      return rest == 0 || !IsAlnum(before[rest - 1]);
    });
  }

  std::optional<Span> AnswerColon() const {
    for (const std::string_view anchor :
         {"answer:", "answer**:", "answer is", "option is", "choice is", "answer"}) {
      const size_t found = lower_.rfind(anchor);
      if (found == std::string::npos) continue;
      if (const auto option = Option(anchor, found); option.has_value()) return option;
      if (!anchor.starts_with("answer")) continue;
      const size_t from = SkipPunctuation(found + anchor.size());
      std::optional<Span> value = RestOfLine(from);
      if (!value.has_value()) value = ValueAt(from, kWindow);
      if (!value.has_value()) continue;
      // "The answer is not 5 but 6."
      if (lower_.substr(from, value->begin - from).find("not") != std::string::npos) continue;
      if (Doubted(*value)) continue;
      return value;
    }
    return std::nullopt;
  }

  std::optional<Span> Last() const {
    // A number in the prose of a reference need not be its answer.
    const bool trusted = role_ == TextRole::kResponse || mode_ == FindMode::kPlain;
    const auto last = Later(LastOf(math_), trusted ? LastOf(numbers_) : std::nullopt);
    return last.has_value() && Doubted(*last) ? std::nullopt : last;
  }

  bool Doubted(const Span& value) const {
    return role_ == TextRole::kResponse && IsDoubted(lower_, value.begin, value.end);
  }

  // Where there is no mathematics: a few words behind "answer:", the last "(B)", what is bold
  // last, or a response of nothing but a few words.
  std::optional<Span> InWords() const {
    constexpr size_t kMaxBytes = 60;
    if (mode_ == FindMode::kLatex || role_ != TextRole::kResponse) return std::nullopt;
    const auto few = [&](size_t begin, size_t end) -> std::optional<Span> {
      end = SentenceEnd(begin, end);
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
      if (option && !Doubted({at - 2, at + 1})) return Span{at - 2, at + 1};
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
