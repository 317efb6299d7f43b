// SPDX-License-Identifier: Apache-2.0
#include "reward/math/number_finder.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "common/utf8.h"
#include "reward/extractors/percent_sign.h"
#include "reward/math/number_text.h"
#include "reward/math/unit.h"

namespace longhaul::reward::math {
namespace {

constexpr size_t kMaxWordBytes = 100;  // to either side of a number
constexpr int kMaxOperands = 20;

bool IsAlnum(char ch) { return std::isalnum(static_cast<unsigned char>(ch)) != 0; }
bool IsAlpha(char ch) { return std::isalpha(static_cast<unsigned char>(ch)) != 0; }
bool IsDigitAt(std::string_view text, size_t at) {
  return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0;
}

template <size_t N>
size_t PrefixLength(std::string_view text, const std::array<std::string_view, N>& signs) {
  for (const std::string_view sign : signs) {
    if (text.starts_with(sign)) return sign.size();
  }
  return 0;
}

constexpr std::array<std::string_view, 4> kDashes = {"-", "−", "–", "‑"};
constexpr std::array<std::string_view, 12> kOperators = {"-", "−", "–", "‑", "+", "*",
                                                         "/", "^", "×", "·", "⋅", "÷"};
constexpr std::array<std::string_view, 18> kFactors = {"√", "∛", "π", "½", "⅓", "⅔", "¼", "¾", "⅛",
                                                       "⅜", "⅝", "⅞", "⅕", "⅖", "⅗", "⅘", "⅙", "⅚"};
// Names that make a number before them another one.
constexpr std::array<std::string_view, 20> kNumberNames = {
    "hundred", "thousand",  "million", "billion", "trillion", "dozen",   "dozens",
    "squared", "cubed",     "plus",    "minus",   "halves",   "thirds",  "fourths",
    "fifths",  "factorial", "sixths",  "eighths", "tenths",   "quarters"};

// Spaces, quotes, dashes and marks of other scripts, which stand between words. What shows nothing
// (a space of no width) does not: nobody can tell what it stands between.
size_t BoundaryLength(std::string_view rest) {
  constexpr std::array<std::string_view, 20> kMarks = {
      "\u00a0", "\u2002", "\u2009", "\u202f", "“",  "”",  "‘",  "’",  "«",  "»",
      "—",      "•",      "→",      "，",     "！", "（", "）", "：", "；", "？"};
  // They belong to the number: 10万.
  constexpr std::array<std::string_view, 12> kNumerals = {"十", "百", "千", "万", "亿", "萬",
                                                          "億", "兆", "半", "负", "負", "分"};
  const char ch = rest[0];
  if (ch == ' ' || (ch >= '\t' && ch <= '\r')) return 1;
  if ((ch & 0x80) == 0 || PrefixLength(rest, kNumerals) > 0) return 0;
  const auto lead = static_cast<unsigned char>(ch);
  // U+3000 to U+9FFF: scripts that put no spaces between words.
  if (lead >= 0xE3 && lead <= 0xE9) return Utf8CharacterLength(rest);
  return PrefixLength(rest, kMarks);
}

// Of the character that ends at `end`.
size_t CharacterBegin(std::string_view text, size_t end) {
  size_t begin = end - 1;
  while (begin > 0 && end - begin < 4 && (text[begin] & 0xC0) == 0x80) --begin;
  return begin;
}

class NumberReader {
 public:
  NumberReader(std::string_view text, size_t low, size_t high)
      : text_(text), low_(low), high_(high) {}

  // The value around the number from `at` to `end`.
  Span Read(size_t at, size_t end) const {
    Span span = {WordBegin(at), end};
    span.begin = OperandsBegin(span.begin);
    span.end = WordEnd(span);
    for (int i = 0; i < kMaxOperands; ++i) {
      const size_t further = OperandEnd(span);
      if (further == span.end) break;
      span.end = further;
    }
    return span;
  }

 private:
  char At(size_t at) const { return at < high_ ? text_[at] : ' '; }
  char Before(size_t at) const { return at > low_ ? text_[at - 1] : ' '; }
  bool EndsOperand(size_t end) const {
    const char ch = Before(end);
    return IsAlnum(ch) || ch == ')' || ch == '}' || ch == ']' || (ch & 0x80) != 0;
  }
  // Two letters or more: "the answer - 42", "42-page".
  bool IsProseBefore(size_t end) const { return IsAlpha(Before(end)) && IsAlpha(Before(end - 1)); }
  bool IsProseAt(size_t at) const { return IsAlpha(At(at)) && IsAlpha(At(at + 1)); }

  std::string_view LettersAt(size_t at) const {
    size_t end = at;
    while (end < high_ && end - at < kMaxWordBytes && IsAlpha(text_[end])) ++end;
    return text_.substr(at, end - at);
  }

  size_t WordBegin(size_t at) const {
    const size_t first = at - std::min(at - low_, kMaxWordBytes);
    while (at > first) {
      const size_t begin = std::max(CharacterBegin(text_, at), first);
      const std::string_view sign = text_.substr(begin, at - begin);
      const char ch = sign[0];
      if (BoundaryLength(sign) > 0) return at;
      if (sign == "-" || sign == "−" || sign == "–" || sign == "‑" || sign == "+") {
        const size_t currency = Before(begin) == '$' ? 1 : 0;
        if (!EndsOperand(begin - currency)) return begin;  // a sign
        if (IsProseBefore(begin) || currency > 0) return at;
      } else if (ch == '(' || ch == '[' || ch == '{' || ch == '*') {
        const bool joins = EndsOperand(begin) || Before(begin) == '^' || Before(begin) == '_';
        if (!joins) return at;
      } else if (ch == '$') {
        const bool negative = Before(begin) == '-' && !EndsOperand(begin - 1);
        return negative ? begin - 1 : at;
      } else if (std::string_view("=:;,\"'<>|~#`&?.!").find(ch) != std::string_view::npos) {
        return at;
      }
      at = begin;
    }
    return at;
  }

  // "2 + " before a value, and the sign of "= - 5".
  size_t OperandsBegin(size_t begin) const {
    size_t at = begin;
    while (at > low_ && text_[at - 1] == ' ') --at;
    if (at == low_ || at == begin) return begin;
    const size_t sign = CharacterBegin(text_, at);
    const size_t length = PrefixLength(text_.substr(sign, at - sign), kOperators);
    if (length == 0 || length != at - sign) return begin;
    const bool dash = PrefixLength(text_.substr(sign), kDashes) > 0;
    size_t before = sign;
    while (before > low_ && text_[before - 1] == ' ') --before;
    if (dash && (Before(before) == '=' || text_.substr(0, before).ends_with("≈"))) return sign;
    if (before == sign || !EndsOperand(before) || (dash && IsProseBefore(before))) return begin;
    return WordBegin(before);
  }

  size_t WordEnd(const Span& span) const {
    // Glued to a number in prose these are units or an ordinal's end rather than letters.
    constexpr std::array<std::string_view, 9> kGlued = {"m²", "m³", "m",  "g", "L",
                                                        "st", "nd", "rd", "th"};
    const size_t glued = PrefixLength(text_.substr(span.end), kGlued);
    const char behind = At(span.end + glued);
    if (glued > 0 && (behind == ' ' || std::ispunct(static_cast<unsigned char>(behind)) != 0) &&
        std::string_view("^/*(!_+-").find(behind) == std::string_view::npos) {
      return span.end;
    }
    const size_t last = std::min(high_, span.end + kMaxWordBytes);
    long open = 0;
    for (size_t at = span.begin; at < span.end; ++at) open += Opening(text_[at]);
    size_t at = span.end;
    while (at < last) {
      const char ch = text_[at];
      const char next = At(at + 1);
      const size_t dash = PrefixLength(text_.substr(at), kDashes);
      if (open <= 0 && BoundaryLength(text_.substr(at)) > 0) return at;
      if (ch == '.') {
        if (next != '.' && Before(at) != '.' && !IsDigitAt(text_, at + 1)) return at;
      } else if (open <= 0 && std::string_view(",;:?\"'|<>=~#&`$").find(ch) != std::string::npos) {
        return at;
      } else if (ch == '*' || ch == '/' || ch == '_') {
        const size_t after = at + (text_.substr(at).starts_with("**") ? 2 : 1);
        if (!IsAlnum(At(after)) && At(after) != '(' && At(after) != '\\') return at;
        if (after == at + 2 && !IsDigitAt(text_, after)) return at;
        if (ch == '/' && IsProseAt(after) && !IsKnownUnit(LettersAt(after))) return at;
      } else if (dash > 0) {
        if (IsProseAt(at + dash) || At(at + dash) == ' ') return at;
        at += dash - 1;
      }
      if (open + Opening(ch) < 0) return at;
      open += Opening(ch);
      ++at;
    }
    return at;
  }

  static long Opening(char ch) {
    if (ch == '(' || ch == '[' || ch == '{') return 1;
    return ch == ')' || ch == ']' || ch == '}' ? -1 : 0;
  }

  // With an operator and what follows it, or with what follows and belongs to the value.
  size_t OperandEnd(const Span& span) const {
    size_t at = span.end;
    while (at < high_ && text_[at] == ' ') ++at;
    if (at >= high_ || at == span.end) return span.end;
    const std::string_view rest = text_.substr(at, high_ - at);
    const size_t sign = PrefixLength(rest, kOperators);
    if (sign > 0) {
      const size_t operand = at + sign + (At(at + sign) == ' ' ? 1 : 0);
      const bool dash = PrefixLength(rest, kDashes) > 0;
      const bool starts = IsAlnum(At(operand)) || At(operand) == '(' || At(operand) == '\\' ||
                          (At(operand) & 0x80) != 0;
      const bool prose = (dash || rest[0] == '/') && IsProseAt(operand);
      if (operand == at + sign || !starts || prose) return span.end;
      return WordEnd({at, operand + 1});
    }
    const bool command = rest[0] == '\\' && rest.size() > 1 && IsAlpha(rest[1]);
    if (command || IsDigitAt(rest, 0) || PrefixLength(rest, kFactors) > 0) return WordEnd({at, at});
    const std::string_view word = LettersAt(at);
    if (word == "sqrt" || word == "pi") return WordEnd({at, at + word.size()});
    const bool name =
        std::find(kNumberNames.begin(), kNumberNames.end(), word) != kNumberNames.end();
    const bool unit = IsKnownUnit(word) && word != "in" && word != "per";
    return name || unit ? at + word.size() : span.end;
  }

  const std::string_view text_;
  const size_t low_;
  const size_t high_;
};

// The end of "(2, -1/3)" that begins at `at` and applies no name to it; 0 when there is none.
size_t TupleEnd(std::string_view text, size_t at) {
  constexpr size_t kMaxBytes = 40;
  if (std::string_view("([{").find(text[at]) == std::string_view::npos) return 0;
  if (at > 0 && (IsAlnum(text[at - 1]) || text[at - 1] == '}')) return 0;
  bool comma = false;
  const size_t limit = std::min(text.size(), at + kMaxBytes);
  for (size_t end = at + 1; end < limit; ++end) {
    const char ch = text[end];
    comma = comma || ch == ',';
    if (ch == ')' || ch == ']' || ch == '}') return comma ? end + 1 : 0;
    if ((ch < '+' || ch > '9') && ch != ' ') return 0;  // the signs of numbers lie between
  }
  return 0;
}

// "1,000", "2,74", "2/3", "3:30" and "10^5" go on behind their first digits.
size_t NumberEnd(std::string_view text, size_t end) {
  while (end + 1 < text.size() &&
         std::string_view(",/:^").find(text[end]) != std::string_view::npos) {
    const std::optional<NumberText> more = ReadNumberText(text.substr(end + 1));
    if (!more.has_value() || more->whole.empty()) break;
    end += 1 + more->length;
  }
  return end;
}

}  // namespace

std::vector<Span> FindNumbers(std::string_view text, const std::vector<Span>& math) {
  std::vector<Span> numbers;
  size_t next_math = 0, low = 0;
  for (size_t at = 0; at < text.size();) {
    while (next_math < math.size() && math[next_math].end <= at) ++next_math;
    if (next_math < math.size() && at >= math[next_math].begin) {
      at = low = math[next_math].end;
      continue;
    }
    if (const size_t tuple = TupleEnd(text, at); tuple > 0) {
      numbers.push_back({at, tuple});
      at = low = tuple;
      continue;
    }
    const bool starts =
        (IsDigitAt(text, at) || text[at] == '.') &&
        (at == 0 || (!IsAlnum(text[at - 1]) && text[at - 1] != '.' && text[at - 1] != '_'));
    const std::optional<NumberText> number =
        starts ? ReadNumberText(text.substr(at)) : std::nullopt;
    if (!number.has_value()) {
      ++at;
      continue;
    }
    const size_t high = next_math < math.size() ? math[next_math].begin : text.size();
    const size_t end = NumberEnd(text.substr(0, high), std::min(at + number->length, high));
    const Span span = NumberReader(text, low, high).Read(at, end);
    numbers.push_back({span.begin, PercentEnd(text, span.end)});
    at = low = std::max(numbers.back().end, end);
  }
  return numbers;
}

}  // namespace longhaul::reward::math
