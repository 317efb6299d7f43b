// SPDX-License-Identifier: Apache-2.0
//
// Lists and what separates their items.
#include <algorithm>

#include "reward/extractors/extractor.h"
#include "reward/math/parser_nesting.h"
#include "reward/math/statement.h"

namespace longhaul::reward::math {

bool IsAnd(std::string_view word) {
  word = Trim(word);
  return word == "and" || word == "And" || word == "AND" || word == "&" || word == "with";
}
bool IsOr(std::string_view word) {
  word = Trim(word);
  return word == "or" || word == "Or" || word == "OR";
}

Parser::Separator Parser::SeparatorHere() {
  const Token& token = Peek();
  if (token.Is(',')) return Separator::kComma;
  if (token.Is(';')) return Separator::kSemicolon;
  if (token.Is('&') && cells_ == 0) return Separator::kAnd;
  if (token.type == TokenType::kRowEnd && cells_ == 0) return Separator::kAnd;
  if (token.type == TokenType::kWideSpace) return Separator::kSpace;
  if (token.type == TokenType::kText || token.type == TokenType::kWord) {
    const std::string_view word = Trim(token.text);
    if (word == ",") return Separator::kComma;
    if (word == ";") return Separator::kSemicolon;
    if (IsAnd(word) || word == ", and") return Separator::kAnd;
    if (IsOr(word) || word == ", or") return Separator::kOr;
    const bool where = word == "where" || word == "for" || word == "with";
    if (where && Peek(1).type == TokenType::kLetter && Peek(2).IsCommand("in")) {
      return Separator::kComma;  // k\pi where k \in Z
    }
  }
  const bool and_sign = token.IsCommand("land"), or_sign = token.IsCommand("lor");
  const bool wedge = token.IsCommand("wedge");
  if ((!and_sign && !or_sign && !wedge) || SignsJoin() == Joins::kFormulas) return Separator::kNone;
  if (or_sign) return Separator::kOr;
  return and_sign || SignsJoin() == Joins::kStatements ? Separator::kAnd : Separator::kNone;
}

bool Parser::AtListEnd() const {
  const Token& token = Peek();
  if (token.type == TokenType::kEnd) return true;
  if (token.type == TokenType::kSymbol) {
    return std::string_view(")]}").find(token.text[0]) != std::string_view::npos ||
           (token.text[0] == '&' && cells_ > 0) ||
           (in_builder_ && (token.text[0] == '|' || token.text[0] == ':'));
  }
  if (token.type == TokenType::kRowEnd) return cells_ > 0;
  return token.IsCommand("}") || token.IsCommand("rangle") || token.IsCommand("end") ||
         token.IsCommand("choose") || token.IsCommand("over") ||
         (in_builder_ && token.IsCommand("mid"));
}

const Node* Parser::List() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return Fail("brackets nested too deep");
  std::vector<std::vector<const Node*>> groups(1);
  Alternatives alternatives;
  bool any_or = false;
  while (!AtListEnd()) {
    groups.back().push_back(Statement());
    int commas = 0;
    bool separated = false, semicolon = false, either = false;
    for (Separator here = SeparatorHere(); here != Separator::kNone; here = SeparatorHere()) {
      commas += here == Separator::kComma || here == Separator::kSemicolon ? 1 : 0;
      alternatives.has_and = alternatives.has_and || here == Separator::kAnd;
      either = either || here == Separator::kOr;
      semicolon = semicolon || here == Separator::kSemicolon;
      separated = true;
      Take();
    }
    if (commas > 1) return Fail("two commas without a value between them");
    if (!separated) break;
    if (AtListEnd() && commas > 0 && !AtEnd()) return Fail("a comma without a value after it");
    if (either && groups.size() == 1) alternatives.starts.push_back(groups[0].size());
    any_or = any_or || either;
    if (semicolon) groups.emplace_back();
  }
  if (groups.back().empty() && groups.size() > 1) groups.pop_back();
  if (any_or && groups.size() == 1) return JoinAlternatives(groups[0], std::move(alternatives));
  return JoinGroups(std::move(groups), any_or ? "or" : "");
}

// "x = 1, y = 2 or x = 2, y = 1" and "x > 1 and x < 2 or x = 5": "or" joins what the others have
// joined. "1, 2 or 3" are three values.
const Node* Parser::JoinAlternatives(const std::vector<const Node*>& items,
                                     Alternatives alternatives) {
  std::vector<std::vector<const Node*>> groups;
  alternatives.starts.push_back(items.size());
  size_t from = 0;
  bool records = true;
  for (const size_t to : alternatives.starts) {
    if (to == from) continue;  // nothing behind the last
    groups.emplace_back(items.begin() + static_cast<long>(from),
                        items.begin() + static_cast<long>(to));
    from = to;
    const std::optional<Record> record = AsRecord(arena_, arena_.Make(Kind::kList, groups.back()));
    records = records && record.has_value() && groups.back().size() == groups.front().size();
  }
  if (!records && !alternatives.has_and) groups = {items};
  return JoinGroups(std::move(groups), "or");
}

// "a; b" is a list of two, "a, b; c, d" one of two lists.
const Node* Parser::JoinGroups(std::vector<std::vector<const Node*>> groups, std::string name) {
  std::vector<const Node*> items;
  const bool nested = groups.size() > 1 && std::any_of(groups.begin(), groups.end(),
                                                       [](const auto& g) { return g.size() > 1; });
  for (std::vector<const Node*>& group : groups) {
    if (group.empty()) return Fail("an empty place in a list");
    if (nested && group.size() > 1) {
      items.push_back(arena_.Make(Kind::kList, std::move(group)));
    } else {
      items.insert(items.end(), group.begin(), group.end());
    }
  }
  if (items.size() == 1) return items[0];
  return arena_.Make(Kind::kList, std::move(items), std::move(name));
}

}  // namespace longhaul::reward::math
