// SPDX-License-Identifier: Apache-2.0
//
// Sums and atoms.
#include "reward/math/parser_nesting.h"

namespace longhaul::reward::math {
namespace {

bool IsSetLike(const Node& node) {
  return node.kind == Kind::kSet || node.kind == Kind::kNamedSet || node.kind == Kind::kUnion ||
         node.kind == Kind::kDifference;
}

bool IsFractionCommand(const Token& token) {
  return token.IsCommand("frac") || token.IsCommand("dfrac") || token.IsCommand("tfrac") ||
         token.IsCommand("cfrac");
}

}  // namespace

const Node* Parser::Sum() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return Fail("nested too deep");
  std::vector<const Node*> terms;
  const auto collected = [&] {
    return terms.size() == 1 ? terms[0] : arena_.Make(Kind::kAdd, std::exchange(terms, {}));
  };
  bool first = true;
  while (true) {
    const Token& sign = Peek();
    if (sign.IsCommand("pm") || sign.IsCommand("mp")) {
      const std::string name = Take().text == "pm" ? "+-" : "-+";
      const Node* term = Product();
      const Node* both = first ? arena_.Make(Kind::kPlusMinus, {term}, name)
                               : arena_.Make(Kind::kPlusMinus, {collected(), term}, name);
      terms = {both};
    } else if (sign.Is('+') || sign.Is('-')) {
      bool negative = false;
      while (Peek().Is('+') || Peek().Is('-')) negative ^= Take().Is('-');
      const Node* term = Product();
      if (negative && !terms.empty() && IsSetLike(*term) && IsSetLike(*terms.back())) {
        terms.back() = arena_.Make(Kind::kDifference, {terms.back(), term});
      } else {
        terms.push_back(negative ? Negated(term) : term);
      }
    } else if (first) {
      terms.push_back(Product());
    } else {
      return collected();
    }
    first = false;
  }
}

// -1 mod 5 is (-1) mod 5.
const Node* Parser::Negated(const Node* term) {
  if (term->kind != Kind::kFunction || term->name != "mod") {
    return arena_.Make(Kind::kNegate, {term});
  }
  return arena_.Make(Kind::kFunction, {arena_.Make(Kind::kNegate, {term->args[0]}), term->args[1]},
                     "mod");
}

const Node* Parser::Atom() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return Fail("nested too deep");
  const bool behind_value = std::exchange(behind_value_, false);
  const Place place = behind_value ? Place::kBehindValue : Place::kFirst;
  const Token& token = Peek();
  switch (token.type) {
    case TokenType::kNumber:
      return Number();
    case TokenType::kLetter:
      return Letter();
    case TokenType::kWord:
      return Word(place);
    case TokenType::kText:
      return Text(place);
    case TokenType::kCommand: {
      const Token& next = Peek(1);
      const bool applied = next.Is('(') || next.Is('{') || next.Is('_') || next.IsCommand("{");
      if ((behind_value || in_unit_fraction_) && token.IsCommand("min") && !applied) {  // 24 min
        return arena_.Make(Kind::kUnit, {}, Take().text);
      }
      if (behind_value && AtMicroUnit()) return MicroUnit();
      const Scoped<bool> of_units(in_unit_fraction_, behind_value && IsFractionCommand(token));
      return Command();
    }
    case TokenType::kSymbol:
      if (token.Is('(') || token.Is('[')) return Bracketed();
      if (token.Is('{')) return AtSetLetter() ? BlackboardLetter() : Braced();
      if (token.Is('|')) return Absolute();
      [[fallthrough]];
    default:
      return Fail(token.type == TokenType::kEnd ? "a value is missing"
                                                : "unexpected '" + token.text + "'");
  }
}

const Node* Parser::Absolute() {
  Take();
  const Scoped<int> bars(bars_, bars_ + 1);
  const Scoped<bool> builder(in_builder_, false);
  const Node* inside = Sum();
  if (!TakeSymbol('|') && !TakeCommand("rvert") && !TakeCommand("vert")) {
    return Fail("a bar that is not closed");
  }
  const bool matrix = inside->kind == Kind::kMatrix;
  return arena_.Make(Kind::kFunction, {inside}, matrix ? "det" : "abs");
}

}  // namespace longhaul::reward::math
