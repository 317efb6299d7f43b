// SPDX-License-Identifier: Apache-2.0
#include "common/tokenizer/jinja_lexer.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "common/tokenizer/utf8.h"

namespace longhaul::jinja {
namespace {

using Kind = Token::Kind;

constexpr std::string_view kBlanks = " \t\n\r\v\f";
constexpr std::string_view kOperators[] = {"==", "!=", "<=", ">=", "//", "**", "+", "-", "*",
                                           "/",  "%",  "~",  "<",  ">",  "=",  "|", ".", ",",
                                           ":",  "(",  ")",  "[",  "]",  "{",  "}"};

bool IsNameStart(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool IsNamePart(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Newlines as "\n"; the last one of the source is dropped (keep_trailing_newline is off).
std::string NormalizeNewlines(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
      out.push_back('\n');
    } else {
      out.push_back(source[i]);
    }
  }
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

class Lexer {
 public:
  Lexer(std::string source, std::string_view name) : source_(std::move(source)), name_(name) {}

  StatusOr<std::vector<Token>> Run() {
    while (position_ < source_.size()) {
      const size_t tag = FindTag();
      TakeText(tag);
      if (position_ < source_.size()) RETURN_IF_ERROR(TakeTag());
    }
    Emit(Kind::kEnd, "");
    return std::move(tokens_);
  }

 private:
  std::string_view Rest() const { return std::string_view(source_).substr(position_); }
  Status Error(std::string_view message) const {
    return InvalidArgument("{}:{}: {}", name_, line_, message);
  }
  void Emit(Kind kind, std::string text) { tokens_.push_back({kind, std::move(text), line_}); }
  void Advance(size_t count) {
    const auto begin = source_.begin() + static_cast<std::ptrdiff_t>(position_);
    line_ += static_cast<int>(std::count(begin, begin + static_cast<std::ptrdiff_t>(count), '\n'));
    position_ += count;
  }

  size_t FindTag() const {
    for (size_t i = position_; i + 1 < source_.size(); ++i) {
      if (source_[i] != '{') continue;
      const char next = source_[i + 1];
      if (next == '%' || next == '{' || next == '#') return i;
    }
    return source_.size();
  }

  // The text up to a tag, without what the tag's marks and lstrip_blocks take.
  void TakeText(size_t end) {
    std::string_view text = std::string_view(source_).substr(position_, end - position_);
    const bool is_block = end < source_.size() && source_[end + 1] != '{';
    const char mark = end + 2 < source_.size() ? source_[end + 2] : ' ';
    if (end < source_.size() && mark == '-') {
      const size_t last = text.find_last_not_of(kBlanks);
      text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
    } else if (is_block && mark != '+') {
      const size_t newline = text.rfind('\n');
      const size_t line_begin = newline == std::string_view::npos ? 0 : newline + 1;
      const bool own_line = newline != std::string_view::npos || at_line_start_;
      if (own_line && text.find_first_not_of(" \t", line_begin) == std::string_view::npos) {
        text = text.substr(0, line_begin);
      }
    }
    if (!text.empty()) Emit(Kind::kText, std::string(text));
    Advance(end - position_);
  }

  Status TakeTag() {
    const char type = source_[position_ + 1];
    if (type == '#') return TakeComment();
    const bool block = type == '%';
    Emit(block ? Kind::kBlockBegin : Kind::kVariableBegin, "");
    Advance(2);
    if (position_ < source_.size() && (Rest()[0] == '-' || Rest()[0] == '+')) Advance(1);
    const std::string_view close = block ? "%}" : "}}";
    int depth = 0;  // of brackets: the }} of {{ {'a': {}} }} ends two dictionaries
    while (true) {
      Advance(std::min(Rest().find_first_not_of(kBlanks), Rest().size()));
      if (Rest().empty()) return Error(block ? "{% without %}" : "{{ without }}");
      if (depth == 0 && TakeClose(close)) break;
      RETURN_IF_ERROR(TakeToken(&depth));
    }
    return OkStatus();
  }

  // The end of a tag, with its mark and what that and trim_blocks take after it.
  bool TakeClose(std::string_view close) {
    const bool block = close == "%}";
    const char mark = Rest()[0];
    const bool marked =
        (mark == '-' || (mark == '+' && block)) && Rest().substr(1).starts_with(close);
    if (!marked && !Rest().starts_with(close)) return false;
    Emit(block ? Kind::kBlockEnd : Kind::kVariableEnd, "");
    Advance(close.size() + (marked ? 1 : 0));
    FinishTag(marked ? mark : ' ', block);
    return true;
  }

  void FinishTag(char mark, bool trim) {
    const size_t before = position_;
    if (mark == '-') {
      Advance(std::min(Rest().find_first_not_of(kBlanks), Rest().size()));
    } else if (trim && mark != '+' && Rest().starts_with('\n')) {
      Advance(1);
    }
    at_line_start_ = position_ > before && source_[position_ - 1] == '\n';
  }

  Status TakeComment() {
    const size_t end = Rest().find("#}", 2);
    if (end == std::string_view::npos) return Error("{# without #}");
    const char mark = Rest()[end - 1];
    Advance(end + 2);
    FinishTag(mark == '-' || mark == '+' ? mark : ' ', true);
    return OkStatus();
  }

  Status TakeToken(int* depth) {
    const char c = Rest()[0];
    if (c == '\'' || c == '"') return TakeString(c);
    if (IsDigit(c)) return TakeNumber();
    if (IsNameStart(c)) {
      size_t length = 1;
      while (length < Rest().size() && IsNamePart(Rest()[length])) ++length;
      Emit(Kind::kName, std::string(Rest().substr(0, length)));
      Advance(length);
      return OkStatus();
    }
    for (const std::string_view symbol : kOperators) {
      if (!Rest().starts_with(symbol)) continue;
      if (symbol == "(" || symbol == "[" || symbol == "{") ++*depth;
      if (symbol == ")" || symbol == "]" || symbol == "}") --*depth;
      if (*depth < 0) return Error(fmt::format("'{}' closes nothing", symbol));
      Emit(Kind::kOperator, std::string(symbol));
      Advance(symbol.size());
      return OkStatus();
    }
    return Error(fmt::format("unexpected character '{}'", c));
  }

  Status TakeNumber() {
    size_t length = 1;
    bool is_float = false;
    const auto at = [this](size_t i) { return i < Rest().size() ? Rest()[i] : ' '; };
    while (IsDigit(at(length)) || (at(length) == '_' && IsDigit(at(length + 1)))) ++length;
    if (at(length) == '.' && IsDigit(at(length + 1))) {
      is_float = true;
      ++length;
      while (IsDigit(at(length))) ++length;
    }
    if (at(length) == 'e' || at(length) == 'E') {
      const size_t sign = at(length + 1) == '-' || at(length + 1) == '+' ? 1 : 0;
      if (IsDigit(at(length + 1 + sign))) {
        is_float = true;
        length += 2 + sign;
        while (IsDigit(at(length))) ++length;
      }
    }
    std::string digits(Rest().substr(0, length));
    std::erase(digits, '_');
    Emit(is_float ? Kind::kFloat : Kind::kInteger, std::move(digits));
    Advance(length);
    return OkStatus();
  }

  Status TakeString(char quote) {
    std::string text;
    size_t i = 1;
    for (; i < Rest().size() && Rest()[i] != quote; ++i) {
      if (Rest()[i] != '\\' || i + 1 == Rest().size()) {
        text.push_back(Rest()[i]);
        continue;
      }
      RETURN_IF_ERROR(TakeEscape(&i, &text));
    }
    if (i >= Rest().size()) return Error("a string is not closed");
    Emit(Kind::kString, std::move(text));
    Advance(i + 1);
    return OkStatus();
  }

  // The escape at Rest()[*i], a backslash; leaves *i at its last character.
  Status TakeEscape(size_t* i, std::string* text) {
    constexpr std::string_view kNames = "nrtbfv\\'\"a0";
    constexpr std::string_view kValues("\n\r\t\b\f\v\\'\"\a\0", 11);
    const char c = Rest()[++*i];
    const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (const size_t known = kNames.find(c); known != std::string_view::npos) {
      text->push_back(kValues[known]);
    } else if (digits > 0) {
      const std::string_view hex = Rest().substr(*i + 1, digits);
      uint32_t value = 0;
      const auto parsed = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
      const bool surrogate = value >= 0xD800 && value < 0xE000;
      if (hex.size() < digits || parsed.ptr != hex.data() + digits || value > 0x10FFFF ||
          surrogate) {
        return Error(fmt::format("bad escape '\\{}{}'", c, hex));
      }
      tokenizer::AppendUtf8(value, text);
      *i += digits;
    } else if (c != '\n') {  // Python joins lines at a backslash and keeps unknown escapes
      text->push_back('\\');
      text->push_back(c);
    }
    return OkStatus();
  }

  std::string source_;
  std::string_view name_;
  size_t position_ = 0;
  int line_ = 1;
  bool at_line_start_ = true;
  std::vector<Token> tokens_;
};

}  // namespace

StatusOr<std::vector<Token>> Tokenize(std::string_view source, std::string_view name) {
  if (!tokenizer::IsValidUtf8(source)) return InvalidArgument("{}: not UTF-8", name);
  return Lexer(NormalizeNewlines(source), name).Run();
}

}  // namespace longhaul::jinja
