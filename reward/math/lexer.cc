// SPDX-License-Identifier: Apache-2.0
#include "reward/math/lexer.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "common/utf8.h"
#include "reward/extractors/extractor.h"
#include "reward/math/command_name.h"
#include "reward/math/number_text.h"
#include "reward/math/unicode_sign.h"
#include "reward/scorer.h"

namespace longhaul::reward::math {
namespace {

bool IsName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char ch) { return std::isalpha(ch) != 0; });
}

// A "$" that opens no mathematics, for there is no other, and stands before a number: npos when
// there is none.
size_t FindPrice(std::string_view text) {
  const size_t at = text.find('$');
  const bool alone =
      at != std::string_view::npos && text.find('$', at + 1) == std::string_view::npos;
  const bool escaped = alone && at > 0 && text[at - 1] == '\\';
  const bool number =
      alone && at + 1 < text.size() &&
      (std::isdigit(static_cast<unsigned char>(text[at + 1])) != 0 || text[at + 1] == '.');
  return number && !escaped ? at : std::string_view::npos;
}

bool IsSpace(char ch) { return ch == ' ' || (ch >= '\t' && ch <= '\r'); }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text), price_(FindPrice(text)) {}

  StatusOr<std::vector<Token>> Run() {
    while (at_ < text_.size()) RETURN_IF_ERROR(Next());
    Push(TokenType::kEnd, "");
    return std::move(tokens_);
  }

 private:
  std::string_view Rest() const { return text_.substr(at_); }

  void Push(TokenType type, std::string_view text) {
    const bool bold = at_ < bold_end_ && type != TokenType::kSymbol;
    tokens_.push_back({.type = type,
                       .text = std::string(text),
                       .bold = bold,
                       .space_before = space_,
                       .offset = at_});
    space_ = false;
  }

  Status Next() {
    const char ch = text_[at_];
    if (ch == '$' && at_ == price_) {
      Push(TokenType::kCommand, "$");
      ++at_;
      return OkStatus();
    }
    if (IsSpace(ch) || ch == '~' || ch == '$') {
      space_ = true;
      ++at_;
      return OkStatus();
    }
    if (ReadNumber()) return OkStatus();
    if (std::isalpha(static_cast<unsigned char>(ch))) return ReadLetters();
    if (ch == '\\') return ReadCommand();
    if ((ch & 0x80) != 0) return ReadUnicode();
    return ReadSymbol(ch);
  }

  bool ReadNumber() {
    const bool after_number =
        !tokens_.empty() && tokens_.back().type == TokenType::kNumber && !space_;
    std::optional<NumberText> number = ReadNumberText(Rest());
    if (!number.has_value() || (after_number && number->whole.empty())) return false;
    tokens_.push_back({.type = TokenType::kNumber,
                       .text = std::move(number->whole),
                       .fraction = std::move(number->fraction),
                       .repeating = std::move(number->repeating),
                       .exponent = std::move(number->exponent),
                       .point = number->point,
                       .grouped = number->grouped,
                       .space_before = space_,
                       .offset = at_});
    space_ = false;
    at_ += number->length;
    return true;
  }

  Status ReadSymbol(char ch) {
    if (std::string_view("+-*/^_()[]{},;:=<>|!&%'.?\"`#@").find(ch) == std::string_view::npos) {
      return InvalidArgument("character '{}' at {}", Excerpt(Rest().substr(0, 1)), at_);
    }
    const bool lone = ch == '{' && Rest().size() > 2 && Rest()[2] == '}' &&
                      std::string_view(":=<>+-*/").find(Rest()[1]) != std::string_view::npos;
    if (lone) {  // 10{:}45
      Push(TokenType::kSymbol, Rest().substr(1, 1));
      at_ += 3;
      return OkStatus();
    }
    if (ch == '*' && Rest().starts_with("**")) {  // Python's power
      Push(TokenType::kSymbol, "^");
      at_ += 2;
      return OkStatus();
    }
    for (const auto& [text, command] : kTwoCharacters) {
      if (!Rest().starts_with(text)) continue;
      Push(TokenType::kCommand, command);
      at_ += text.size();
      return OkStatus();
    }
    Push(TokenType::kSymbol, text_.substr(at_, 1));
    ++at_;
    return OkStatus();
  }

  // 6:30 a.m.
  bool ReadHalfOfDay() {
    std::string half(Rest().substr(0, 4));
    for (char& ch : half) ch = static_cast<char>(std::tolower(static_cast<unsigned char>(ch)));
    const bool number = !tokens_.empty() && tokens_.back().type == TokenType::kNumber;
    if (!number || (half != "a.m." && half != "p.m.")) return false;
    Push(TokenType::kText, half[0] == 'a' ? "am" : "pm");
    at_ += half.size();
    return true;
  }

  Status ReadLetters() {
    if (ReadHalfOfDay()) return OkStatus();
    size_t length = 0;
    while (length < Rest().size() && std::isalpha(static_cast<unsigned char>(Rest()[length]))) {
      ++length;
    }
    PushLetters(Rest().substr(0, length));
    return OkStatus();
  }

  // One run of letters: a name we know, "or" glued to a letter, a letter, or a word.
  void PushLetters(std::string_view run) {
    const bool glued = !space_ && !tokens_.empty() &&
                       (tokens_.back().type == TokenType::kNumber || tokens_.back().Is(')'));
    for (const std::string_view joiner : {"or", "and"}) {
      if (glued && run.starts_with(joiner) && run.size() == joiner.size() + 1) {
        Push(TokenType::kWord, joiner);
        at_ += joiner.size();
        run.remove_prefix(joiner.size());
      }
    }
    for (const std::string_view name : {"sin", "cos", "tan", "ln", "log"}) {  // sinx
      if (run.starts_with(name) && run.size() == name.size() + 1) {
        Push(TokenType::kCommand, name);
        at_ += name.size();
        run.remove_prefix(name.size());
      }
    }
    const bool known = IsFunctionName(run) || IsPlainName(run);
    Push(run.size() == 1 ? TokenType::kLetter
         : known         ? TokenType::kCommand
                         : TokenType::kWord,
         run);
    at_ += run.size();
  }

  Status ReadCommand() {
    size_t length = 1;
    while (at_ + length < text_.size() &&
           std::isalpha(static_cast<unsigned char>(text_[at_ + length]))) {
      ++length;
    }
    if (length == 1) return ReadEscape();
    std::string_view name = text_.substr(at_ + 1, length - 1);
    if (IsTextCommand(name) && ReadTextArgument(name, length)) return OkStatus();
    if (name == "lbrace" || name == "rbrace") {
      Push(TokenType::kCommand, name == "lbrace" ? "{" : "}");
    } else if (const char bracket = BracketOf(name); bracket != 0) {
      Push(TokenType::kSymbol, std::string_view(&bracket, 1));
    } else if (name == "quad" || name == "qquad" || name == "newline") {
      Push(name == "newline" ? TokenType::kRowEnd : TokenType::kWideSpace, "");
    } else if ((IsDropped(name) && !IsFalling(name)) || IsTextCommand(name) || name == "space") {
      space_ = space_ || name == "space";
      if (name == "mathbf" || name == "boldsymbol" || name == "bm") {
        bold_end_ = ArgumentEnd(at_ + length);
      }
      const bool delimiter = name == "left" || name == "right";  // \\right. shows nothing
      if (delimiter && at_ + length < text_.size() && text_[at_ + length] == '.') ++length;
    } else if (name.starts_with("quad")) {  // "\quadx": the space before the name is missing
      Push(TokenType::kWideSpace, "");
      at_ += 5;
      PushLetters(name.substr(4));
      return OkStatus();
    } else {
      Push(TokenType::kCommand, SameCommand(name));
    }
    at_ += length;
    return OkStatus();
  }

  // The line of x^{\underline{n}} says something.
  bool IsFalling(std::string_view name) const {
    if (name != "underline" || tokens_.empty()) return false;
    const bool braced = tokens_.size() > 1 && tokens_.back().Is('{');
    return tokens_[tokens_.size() - (braced ? 2 : 1)].Is('^');
  }

  // Behind what a command is given: a group without groups in it, a letter or a command.
  size_t ArgumentEnd(size_t at) const {
    while (at < text_.size() && IsSpace(text_[at])) ++at;
    if (at >= text_.size() || text_[at] != '{') return at + 1;
    return std::min(text_.find('}', at), text_.size());
  }

  // "\\", "\{", "\,", "\%" ...
  Status ReadEscape() {
    if (at_ + 1 >= text_.size()) {
      ++at_;
      return OkStatus();
    }
    const char ch = text_[at_ + 1];
    if (ch == '\\') {
      Push(TokenType::kRowEnd, "");
      at_ += RowSpacing();
    } else if (ch == '{' || ch == '}' || ch == '$' || ch == '|') {
      Push(TokenType::kCommand, text_.substr(at_ + 1, 1));
    } else if (ch == '%' || ch == '#' || ch == '_' || ch == '&') {
      Push(TokenType::kSymbol, text_.substr(at_ + 1, 1));
    } else {
      space_ = space_ || ch != '!';
    }
    at_ += 2;
    return OkStatus();
  }

  // The bytes of the "[1ex]" behind a row's end.
  size_t RowSpacing() const {
    const std::string_view rest = Rest().substr(2);
    if (!rest.starts_with('[')) return 0;
    const size_t unit = rest.find_first_not_of("-.0123456789 ", 1);
    if (unit == 1 || unit == std::string_view::npos) return 0;
    for (const std::string_view name : {"ex]", "em]", "pt]", "mm]", "cm]", "in]"}) {
      if (rest.substr(unit).starts_with(name)) return unit + name.size();
    }
    return 0;
  }

  // \text{...}: its content, as a whole. \mathrm{e} is a letter, \operatorname{lcm} a function.
  bool ReadTextArgument(std::string_view command, size_t command_length) {
    size_t open = at_ + command_length;
    while (open < text_.size() && (text_[open] == ' ' || text_[open] == '*')) ++open;
    if (open >= text_.size() || text_[open] != '{') return false;
    int depth = 0;
    size_t close = open;
    for (; close < text_.size(); ++close) {
      if (text_[close] == '\\') {
        ++close;
      } else if (text_[close] == '{') {
        ++depth;
      } else if (text_[close] == '}' && --depth == 0) {
        break;
      }
    }
    if (close >= text_.size()) return false;
    std::string_view content = text_.substr(open + 1, close - open - 1);
    const bool upright = command == "mathrm" || command == "operatorname";
    const bool letter =
        upright && content.size() == 1 && std::isalpha(static_cast<unsigned char>(content[0]));
    const bool applied = command == "operatorname" && text_.substr(close + 1).starts_with('(') &&
                         IsName(content);  // \operatorname{Var}(X)
    const std::string_view behind = text_.substr(close + 1);
    const bool takes =
        behind.starts_with('(') || behind.starts_with('_') || behind.starts_with("\\{");
    const bool function = IsFunctionName(content) && (content != "min" || takes);  // a minute
    if (letter || applied || function || Trim(content) == "mod") {
      Push(letter ? TokenType::kLetter : TokenType::kCommand, Trim(content));
      tokens_.back().upright = letter;
    } else {
      Push(TokenType::kText, content);
    }
    at_ = close + 1;
    return true;
  }

  Status ReadUnicode() {
    const std::optional<UnicodeSign> sign = FindUnicodeSign(Rest());
    if (!sign.has_value()) {
      return InvalidArgument("character '{}' at {}",
                             Excerpt(Rest().substr(0, Utf8CharacterLength(Rest()))), at_);
    }
    switch (sign->kind) {
      case UnicodeSign::Kind::kSuperscript:
      case UnicodeSign::Kind::kSubscript:
        return ReadScript(sign->kind);
      case UnicodeSign::Kind::kFraction:
        Push(TokenType::kCommand, "frac");
        Push(TokenType::kNumber, sign->meaning.substr(0, 1));
        Push(TokenType::kNumber, sign->meaning.substr(2, 1));
        break;
      case UnicodeSign::Kind::kSpace:
        space_ = true;
        break;
      case UnicodeSign::Kind::kSign:
        Push(sign->meaning.size() == 1 ? TokenType::kSymbol : TokenType::kCommand, sign->meaning);
        break;
    }
    at_ += sign->bytes.size();
    return OkStatus();
  }

  // x⁻¹² is x^{-12}, x₁₂ is x_{12}.
  Status ReadScript(UnicodeSign::Kind kind) {
    Push(TokenType::kSymbol, kind == UnicodeSign::Kind::kSuperscript ? "^" : "_");
    Push(TokenType::kSymbol, "{");
    std::string digits;
    for (auto sign = FindUnicodeSign(Rest()); sign.has_value() && sign->kind == kind;
         sign = FindUnicodeSign(Rest())) {
      if (sign->meaning == "-") {
        Push(TokenType::kSymbol, "-");
      } else {
        digits += sign->meaning;
      }
      at_ += sign->bytes.size();
    }
    if (!digits.empty()) Push(TokenType::kNumber, digits);
    Push(TokenType::kSymbol, "}");
    return OkStatus();
  }

  struct TwoCharacters {
    std::string_view bytes;
    std::string_view command;
  };
  static constexpr std::array<TwoCharacters, 9> kTwoCharacters = {{{"<=", "le"},
                                                                   {">=", "ge"},
                                                                   {"!=", "ne"},
                                                                   {"=>", "implies"},
                                                                   {"->", "to"},
                                                                   {"==", "eq"},
                                                                   {"+-", "pm"},
                                                                   {"=<", "le"},
                                                                   {"...", "ldots"}}};

  const std::string_view text_;
  const size_t price_;
  size_t at_ = 0;
  bool space_ = false;
  size_t bold_end_ = 0;  // up to where letters are bold
  std::vector<Token> tokens_;
};

}  // namespace

StatusOr<std::vector<Token>> Tokenize(std::string_view text) {
  if (text.size() > kMaxTextBytes) return InvalidArgument("more than {} bytes", kMaxTextBytes);
  return Lexer(text).Run();
}

}  // namespace longhaul::reward::math
