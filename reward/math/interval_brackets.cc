// SPDX-License-Identifier: Apache-2.0
#include "reward/math/interval_brackets.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "reward/math/parser.h"

namespace longhaul::reward::math {
namespace {

constexpr size_t kMaxTokens = 80;  // of an interval

bool IsSymbolOf(const Token& token, std::string_view symbols) {
  return token.type == TokenType::kSymbol && symbols.find(token.text[0]) != std::string_view::npos;
}

bool IsSquare(const Token& token) { return IsSymbolOf(token, "[]"); }

// What stands between sets, or between the name of one and the set.
bool IsBetweenSets(const Token& token) {
  constexpr std::string_view kSigns =
      " cup cap union bigcup bigcap setminus backslash smallsetminus land lor } { ";
  const bool command = token.type == TokenType::kCommand &&
                       kSigns.find(fmt::format(" {} ", token.text)) != std::string_view::npos;
  return command || IsRelationCommand(token) || token.type == TokenType::kText ||
         token.type == TokenType::kWord || token.type == TokenType::kRowEnd ||
         token.type == TokenType::kWideSpace;
}

// The bracket that follows the one at `open` with one separator before it.
std::optional<size_t> CloseOf(const std::vector<Token>& tokens, size_t open) {
  int depth = 0, separators = 0;
  const size_t last = std::min(tokens.size(), open + kMaxTokens);
  for (size_t i = open + 1; i < last; ++i) {
    if (depth == 0 && IsSquare(tokens[i])) {
      const bool between = IsSymbolOf(tokens[i - 1], ",;");
      return separators == 1 && !between ? std::optional<size_t>(i) : std::nullopt;
    }
    if (IsSymbolOf(tokens[i], "({")) ++depth;
    if (IsSymbolOf(tokens[i], ")}") && --depth < 0) return std::nullopt;
    if (depth == 0 && IsSymbolOf(tokens[i], ",;")) ++separators;
  }
  return std::nullopt;
}

}  // namespace

void RoundReversedBrackets(std::vector<Token>& tokens) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (!IsSquare(tokens[i])) continue;
    const bool begins =
        i == 0 || IsSymbolOf(tokens[i - 1], "=(,;{:<>&") || IsBetweenSets(tokens[i - 1]);
    const std::optional<size_t> close = begins ? CloseOf(tokens, i) : std::nullopt;
    if (!close.has_value()) continue;
    const Token& behind = tokens[*close + 1];
    const bool ends =
        behind.type == TokenType::kEnd || IsSymbolOf(behind, "),;}.") || IsBetweenSets(behind);
    const bool open_end = tokens[*close].Is('[');
    if (!ends || (tokens[i].Is('[') && !open_end)) continue;
    if (tokens[i].Is(']')) tokens[i].text.front() = '(';
    if (open_end) tokens[*close].text.front() = ')';
    i = *close;
  }
}

}  // namespace longhaul::reward::math
