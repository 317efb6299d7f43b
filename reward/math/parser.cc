// SPDX-License-Identifier: Apache-2.0
#include "reward/math/parser.h"

#include <algorithm>
#include <array>

#include "reward/extractors/extractor.h"
#include "reward/math/interval_brackets.h"
#include "reward/math/parser_nesting.h"
#include "reward/math/unit.h"

namespace longhaul::reward::math {
namespace {

// "\\frac" written for "\frac" throughout: text that was escaped once too often. Row ends are left
// alone, which stand beside commands with one backslash.
std::string Unescaped(std::string_view text) {
  size_t doubled = 0, single = 0;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] != '\\') continue;
    const bool pair = text[i + 1] == '\\';
    const char next = i + 2 < text.size() ? text[i + 2] : ' ';
    const bool named = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') ||
                       std::string_view("{}()[]").find(next) != std::string_view::npos;
    if (pair && named) ++doubled;
    if (!pair) ++single;
    if (pair) ++i;
  }
  std::string out(text);
  if (doubled == 0 || single > 0) return out;
  for (size_t at = 0; (at = out.find("\\\\", at)) != std::string::npos; ++at) out.erase(at, 1);
  return out;
}

// "The answer is", "Value:": a few words before an answer that say no more than that it follows.
bool IsIntroduction(std::string_view text) {
  constexpr size_t kMaxBytes = 50;
  std::string words = NormalizedWords(text);
  if (words.size() > kMaxBytes) return false;
  if (words.ends_with(" is")) {
    words.resize(words.size() - 3);
  } else if (!Trim(text).ends_with(':')) {
    return false;
  }
  return !words.empty() && !HasQualifier(words);
}

// Full-width forms of ASCII, as of Chinese keyboards: （１，２） is (1,2).
std::string NarrowForms(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const bool wide =
        at + 2 < text.size() && byte(0) == 0xEF && (byte(1) == 0xBC || byte(1) == 0xBD);
    const int narrow = wide ? (byte(1) - 0xBC) * 64 + byte(2) - 0x80 + 0x20 : 0;
    if (narrow > 0x20 && narrow < 0x7F) {
      out += static_cast<char>(narrow);
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

}  // namespace

const Token& Parser::Peek(size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

Token Parser::Take() {
  const Token& token = Peek();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool Parser::TakeSymbol(char symbol) {
  if (!Peek().Is(symbol)) return false;
  Take();
  return true;
}

bool Parser::TakeCommand(std::string_view name) {
  if (!Peek().IsCommand(name)) return false;
  Take();
  return true;
}

const Node* Parser::Fail(std::string message) {
  if (error_.empty()) error_ = fmt::format("{} at byte {}", message, Peek().offset);
  at_ = tokens_.size() - 1;
  return arena_.Error();
}

// Punctuation around an answer: "= 5", "5.", "5 ;".
void Parser::StripEnds() {
  while (tokens_.size() > 1) {
    const Token& last = tokens_[tokens_.size() - 2];
    const bool empty =
        last.type == TokenType::kText && last.text.find_first_not_of(" .,;") == std::string::npos;
    if (!last.Is('.') && !last.Is(',') && !last.Is(';') && !empty &&
        last.type != TokenType::kRowEnd && last.type != TokenType::kWideSpace) {
      break;
    }
    tokens_.erase(tokens_.end() - 2);
  }
  if (Peek().type == TokenType::kText && IsIntroduction(Peek().text)) Take();
  while (Peek().Is('=') || Peek().Is(':') || Peek().IsCommand("approx") ||
         Peek().type == TokenType::kRowEnd || Peek().type == TokenType::kWideSpace) {
    Take();
  }
}

StatusOr<const Node*> Parser::ParseAnswer() {
  StripEnds();
  if (AtEnd()) return InvalidArgument("there is nothing to read");
  const bool minus = Peek().type == TokenType::kWord &&
                     (Peek().text == "minus" || Peek().text == "negative") &&
                     Peek(1).type == TokenType::kNumber;
  if (minus) tokens_[at_] = {.type = TokenType::kSymbol, .text = "-", .offset = Peek().offset};
  const Node* answer = LeastResidue(arena_, Grouped());
  if (error_.empty() && !AtEnd()) Fail("unexpected '" + Peek().text + "'");
  if (!error_.empty()) return MakeStatus(StatusCode::kInvalidArgument, error_);
  if (answer->kind == Kind::kError) return ResourceExhausted("an expression over the limits");
  return answer->kind == Kind::kList ? WithDecimalReading(answer) : answer;
}

StatusOr<const Node*> ParseMath(std::string_view text, const ParseOptions& options, Arena& arena) {
  if (text.size() > kMaxTextBytes) return InvalidArgument("more than {} bytes", kMaxTextBytes);
  if (!arena.budget().Spend(static_cast<int64_t>(text.size()) * 20)) {
    return ResourceExhausted("the work budget is spent");
  }
  ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(Unescaped(NarrowForms(text))));
  RoundReversedBrackets(tokens);
  return Parser(std::move(tokens), options, arena).ParseAnswer();
}

}  // namespace longhaul::reward::math
