// SPDX-License-Identifier: Apache-2.0
//
// Sums, products, powers and what they are made of.
#include <algorithm>
#include <array>

#include "reward/math/parser_nesting.h"
#include "reward/math/unit.h"

namespace longhaul::reward::math {
namespace {

bool IsSetLike(const Node& node) {
  return node.kind == Kind::kSet || node.kind == Kind::kNamedSet || node.kind == Kind::kUnion ||
         node.kind == Kind::kDifference;
}

// What does not commute under \times.
bool IsVectorOrSet(const Node& node) {
  return IsSetLike(node) || node.kind == Kind::kTuple || Contains(node, Kind::kApply, "vec") ||
         Contains(node, Kind::kApply, "overrightarrow");
}

bool IsProperFraction(const Node& node) {
  return node.kind == Kind::kDivide && IsInteger(*node.args[0]) && IsInteger(*node.args[1]) &&
         node.args[0]->value > 0 && node.args[0]->value < node.args[1]->value;
}

// The value in a unit that these factors make, which a smaller unit may follow.
bool IsQuantity(const std::vector<const Node*>& factors) {
  const Node& last = *factors.back();
  if (last.kind == Kind::kMultiply) return IsQuantity(last.args);
  return (last.kind == Kind::kUnit || last.kind == Kind::kText) && factors.size() > 1;
}

bool IsMultiplication(const Token& token) {
  return token.Is('*') || token.IsCommand("cdot") || token.IsCommand("times") ||
         token.IsCommand("ast") || token.IsCommand("cdotp");
}

bool IsFractionCommand(const Token& token) {
  return token.IsCommand("frac") || token.IsCommand("dfrac") || token.IsCommand("tfrac") ||
         token.IsCommand("cfrac");
}

// Commands that end a product rather than start a factor.
bool EndsProduct(std::string_view command) {
  constexpr std::array<std::string_view, 17> kFactors = {
      "{", "lfloor", "lceil",  "langle", "lvert", "lVert", "Vert",   "vert",   "|",
      "$", "euro",   "pounds", "yen",    "pi",    "infty", "degree", "degrees"};
  if (std::find(kFactors.begin(), kFactors.end(), command) != kFactors.end()) return false;
  constexpr std::array<std::string_view, 79> kEnds = {"cdot",
                                                      "times",
                                                      "div",
                                                      "ast",
                                                      "cdotp",
                                                      "bmod",
                                                      "mod",
                                                      "pmod",
                                                      "over",
                                                      "}",
                                                      "rfloor",
                                                      "rceil",
                                                      "rangle",
                                                      "rvert",
                                                      "rVert",
                                                      "cup",
                                                      "cap",
                                                      "union",
                                                      "setminus",
                                                      "backslash",
                                                      "smallsetminus",
                                                      "bigcup",
                                                      "bigcap",
                                                      "pm",
                                                      "mp",
                                                      "eq",
                                                      "coloneqq",
                                                      "le",
                                                      "leq",
                                                      "leqslant",
                                                      "leqq",
                                                      "ge",
                                                      "geq",
                                                      "geqslant",
                                                      "geqq",
                                                      "lt",
                                                      "gt",
                                                      "ne",
                                                      "neq",
                                                      "approx",
                                                      "simeq",
                                                      "approxeq",
                                                      "doteq",
                                                      "thickapprox",
                                                      "in",
                                                      "notin",
                                                      "equiv",
                                                      "cong",
                                                      "sim",
                                                      "propto",
                                                      "mid",
                                                      "nmid",
                                                      "parallel",
                                                      "perp",
                                                      "subset",
                                                      "subseteq",
                                                      "supset",
                                                      "supseteq",
                                                      "to",
                                                      "rightarrow",
                                                      "longrightarrow",
                                                      "mapsto",
                                                      "implies",
                                                      "Rightarrow",
                                                      "Longrightarrow",
                                                      "iff",
                                                      "Leftrightarrow",
                                                      "ll",
                                                      "gg",
                                                      "ni",
                                                      "leftrightarrow",
                                                      "not",
                                                      "colon",
                                                      "end",
                                                      "choose",
                                                      "land",
                                                      "lor",
                                                      "wedge",
                                                      "vee"};
  return std::find(kEnds.begin(), kEnds.end(), command) != kEnds.end();
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

bool Parser::StartsFactor() const {
  const Token& token = Peek();
  switch (token.type) {
    case TokenType::kNumber:
    case TokenType::kLetter:
      return true;
    case TokenType::kWord:
      return SeparatorHere() == Separator::kNone;
    case TokenType::kText:
      return SeparatorHere() == Separator::kNone;
    case TokenType::kCommand:
      return !EndsProduct(token.text);
    case TokenType::kSymbol:
      return token.text[0] == '(' || token.text[0] == '{' || token.text[0] == '[' ||
             (token.text[0] == '|' && bars_ == 0 && !in_builder_);
    default:
      return false;
  }
}

// "2 \frac{1}{2}" and "2 1/2", with a proper fraction of integers.
bool Parser::MixedNumber(const Node* whole, const Node*& mixed) {
  if (!IsInteger(*whole) || whole->decimal_places >= 0) return false;
  if (Peek().type == TokenType::kNumber && Peek(1).Is('/') && Peek(2).type == TokenType::kNumber) {
    const Node* above = Number();
    Take();
    const Node* below = Number();
    const Node* fraction = arena_.Make(Kind::kDivide, {above, below});
    if (!IsProperFraction(*fraction)) {
      mixed = Fail("two numbers side by side");
    } else {
      mixed = arena_.Number(whole->value + above->value / below->value);
    }
    return true;
  }
  if (!IsFractionCommand(Peek())) return false;
  const size_t before = at_;
  Take();
  const Node* fraction = Fraction();
  if (IsProperFraction(*fraction) && !Peek().Is('^')) {
    mixed = arena_.Number(whole->value + fraction->args[0]->value / fraction->args[1]->value);
    return true;
  }
  const bool improper = fraction->kind == Kind::kDivide && IsInteger(*fraction->args[0]) &&
                        IsInteger(*fraction->args[1]) && !Peek().Is('^');
  if (improper) {  // 1\frac{5}{3}: a sum or a product
    mixed = Fail("an improper fraction behind a number");
    return true;
  }
  at_ = before;
  return false;
}

const Node* Parser::Modulus(const Node* left) {
  const bool congruence = Take().text == "pmod";
  const Node* right = SignedPower();
  return arena_.Make(congruence ? Kind::kApply : Kind::kFunction, {left, right},
                     congruence ? "pmod" : "mod");
}

// Bold letters are vectors.
bool Parser::BehindBold() const {
  if (at_ < 2) return at_ > 0 && tokens_[0].bold;
  return tokens_[tokens_[at_ - 1].Is('}') ? at_ - 2 : at_ - 1].bold;
}

const Node* Parser::Product() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return Fail("nested too deep");
  const Node* first = PowerExpression();
  const Node* mixed = nullptr;
  if (first->kind == Kind::kNumber && MixedNumber(first, mixed)) {
    first = TakeSymbol('%') ? Percent(mixed) : mixed;
  }
  std::vector<const Node*> factors = {first};
  std::vector<const Node*> larger;  // the hours of "2 hours 30 minutes"
  const auto product = [&] {
    return factors.size() == 1 ? factors[0]
                               : arena_.Make(Kind::kMultiply, std::exchange(factors, {}));
  };
  const auto collected = [&] {
    const Node* last = product();
    if (larger.empty()) return last;
    larger.push_back(last);
    return arena_.Make(Kind::kAdd, std::exchange(larger, {}));
  };
  while (true) {
    const Token& token = Peek();
    if (IsMultiplication(token)) {
      const bool cross =
          token.IsCommand("times") && (IsVectorOrSet(*factors.back()) || BehindBold());
      Take();
      if (cross) {
        const Node* left = product();
        factors = {arena_.Make(Kind::kApply, {left, SignedPower()}, "times")};
        continue;
      }
      behind_value_ = IsQuantity(factors) && Peek().type == TokenType::kText;
      factors.push_back(SignedPower());
    } else if (token.Is('/') || token.IsCommand("div")) {
      Take();
      const Node* above = collected();
      if (Peek().type == TokenType::kNumber && Peek(1).Is('%')) {  // 1/4% is a quarter of one
        const Node* below = Number();
        Take();
        factors = {Percent(arena_.Make(Kind::kDivide, {above, below}))};
        continue;
      }
      const Node* below = SignedPower();
      // a/bc is (a/b)c.
      const bool word = below->kind == Kind::kMultiply && below->name == "word";
      factors = {arena_.Make(Kind::kDivide, {above, word ? below->args[0] : below})};
      if (word) factors.insert(factors.end(), below->args.begin() + 1, below->args.end());
    } else if (token.IsCommand("bmod") || token.IsCommand("mod") || token.IsCommand("pmod")) {
      const Node* left = collected();
      factors = {Modulus(left)};
    } else if (token.Is('(') && (Peek(1).IsCommand("mod") || Peek(1).IsCommand("bmod"))) {
      Take();
      Take();
      const Node* left = collected();
      factors = {arena_.Make(Kind::kApply, {left, SignedPower()}, "pmod")};
      if (!TakeSymbol(')')) return Fail("a bracket that is not closed");
    } else if (StartsFactor()) {
      if (token.type == TokenType::kNumber && factors.back()->kind == Kind::kNumber) {
        return Fail("two numbers side by side");
      }
      const bool joined = token.type == TokenType::kNumber && IsQuantity(factors);
      const bool words_between =
          factors.back()->kind == Kind::kUnit || factors.back()->kind == Kind::kText;
      if (joined && words_between && !IsUnit(factors.back()->name)) {
        const std::string words = factors.back()->name;  // 7 remainder 2, 5 out of 6
        factors.pop_back();
        const Node* left = product();
        const Node* right = PowerExpression();
        factors = {words == "out of" ? arena_.Make(Kind::kDivide, {left, right})
                                     : arena_.Make(Kind::kApply, {left, right}, words)};
        continue;
      }
      if (joined) {
        const Scoped<bool> degrees(behind_degrees_,
                                   Contains(*factors.back(), Kind::kUnit, "degree"));
        larger.push_back(product());
        factors = {PowerExpression()};
        continue;
      }
      behind_value_ = true;
      factors.push_back(PowerExpression());
    } else {
      return collected();
    }
  }
}

const Node* Parser::Atom() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return Fail("nested too deep");
  const bool behind_value = std::exchange(behind_value_, false);
  const Token& token = Peek();
  switch (token.type) {
    case TokenType::kNumber:
      return Number();
    case TokenType::kLetter:
      return Letter();
    case TokenType::kWord:
      return Word(behind_value);
    case TokenType::kText:
      return Text(behind_value);
    case TokenType::kCommand: {
      const Scoped<bool> of_units(in_unit_fraction_, behind_value && IsFractionCommand(token));
      return Command();
    }
    case TokenType::kSymbol:
      if (token.Is('(') || token.Is('[')) return Bracketed();
      if (token.Is('{')) return Braced();
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
