// SPDX-License-Identifier: Apache-2.0
//
// Products: factors side by side or with signs between them, quotients, moduli, mixed numbers,
// units behind values.
#include <algorithm>
#include <array>

#include "reward/extractors/extractor.h"
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
         Contains(node, Kind::kApply, "hat") || Contains(node, Kind::kApply, "overrightarrow");
}

// A capital, or such a product: A \times B of sets, groups or vectors, which does not commute. That
// of numbers is written AB.
bool MayBeSet(const Node& node) {
  if (node.kind == Kind::kApply && node.name == "times") return true;
  const Node& base = node.kind == Kind::kPower ? *node.args[0] : node;
  return base.kind == Kind::kSymbol && std::isupper(static_cast<unsigned char>(base.name[0])) != 0;
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

// Both open and close.
bool IsBarCommand(std::string_view command) {
  return command == "|" || command == "vert" || command == "Vert";
}

// Commands that end a product rather than start a factor.
bool EndsProduct(std::string_view command) {
  constexpr std::array<std::string_view, 17> kFactors = {
      "{", "lfloor", "lceil",  "langle", "lvert", "lVert", "Vert",   "vert",   "|",
      "$", "euro",   "pounds", "yen",    "pi",    "infty", "degree", "degrees"};
  if (std::find(kFactors.begin(), kFactors.end(), command) != kFactors.end()) return false;
  constexpr std::string_view kEnds =
      " cdot times div ast cdotp bmod mod pmod over } rfloor rceil rangle rvert rVert cup cap "
      " union setminus backslash smallsetminus bigcup bigcap pm mp eq coloneqq le leq leqslant "
      " leqq ge geq geqslant geqq lt gt ne neq approx simeq approxeq doteq thickapprox in "
      " notin equiv cong sim propto mid nmid parallel perp subset subseteq supset supseteq to "
      " rightarrow longrightarrow mapsto implies Rightarrow Longrightarrow iff Leftrightarrow "
      " ll gg ni leftrightarrow not colon end choose land lor ";
  return kEnds.find(fmt::format(" {} ", command)) != std::string_view::npos;
}

// Values with a sign of multiplication between them: no powers of ten, which are a way to write
// one.
bool IsSize(const std::vector<const Node*>& factors) {
  return factors.size() > 1 && std::all_of(factors.begin(), factors.end(), [](const Node* factor) {
           return factor->kind == Kind::kNumber || factor->kind == Kind::kSymbol;
         });
}

}  // namespace

// What a product is made of so far.
struct Parser::Factors {
  std::vector<const Node*> list;
  std::vector<const Node*> larger = {};  // the hours of "2 hours 30 minutes"
  bool crossed = false;                  // 3 \times 4
  bool bold = false;                     // two capitals, which are matrices
};

bool Parser::StartsFactor() {
  const Token& token = Peek();
  switch (token.type) {
    case TokenType::kNumber:
    case TokenType::kLetter:
      return true;
    case TokenType::kWord:
    case TokenType::kText:
      return SeparatorHere() == Separator::kNone && !AtForAll() && !AtRatioWord() &&
             Trim(token.text) != "such that";
    case TokenType::kCommand:
      if (AtForAll()) return false;
      if (bars_ > 0 && IsBarCommand(token.text)) return false;
      return !EndsProduct(token.text) && SeparatorHere() == Separator::kNone &&
             !(token.text == "wedge" && SignsJoin() == Joins::kFormulas);
    case TokenType::kSymbol:
      if (AtAside()) return false;
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

// A power, or 2\frac12.
const Node* Parser::Factor() {
  const Node* power = PowerExpression();
  const Node* mixed = nullptr;
  if (power->kind != Kind::kNumber || !MixedNumber(power, mixed)) return power;
  return TakeSymbol('%') ? Percent(mixed) : mixed;
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

bool Parser::AtBoldCapital(size_t ahead) const {
  const Token& token = Peek(ahead).Is('{') ? Peek(ahead + 1) : Peek(ahead);
  return token.bold && token.type == TokenType::kLetter &&
         std::isupper(static_cast<unsigned char>(token.text[0])) != 0;
}

const Node* Parser::Closed(Factors& factors) {
  return ProductOf(std::exchange(factors.list, {}), factors.bold ? "bold" : "");
}

const Node* Parser::Collected(Factors& factors) {
  const Node* last = Closed(factors);
  if (factors.larger.empty()) return last;
  factors.larger.push_back(last);
  return arena_.Make(Kind::kAdd, std::exchange(factors.larger, {}));
}

const Node* Parser::Product() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return Fail("nested too deep");
  Factors factors = {.list = {Factor()}};
  while (true) {
    const Token& token = Peek();
    if (IsMultiplication(token)) {
      Multiplied(factors);
    } else if (token.Is('/') || token.IsCommand("div")) {
      Divided(factors);
    } else if (token.IsCommand("bmod") || token.IsCommand("mod") || token.IsCommand("pmod")) {
      const Node* left = Collected(factors);
      factors.list = {Modulus(left)};
    } else if (token.Is('(') && (Peek(1).IsCommand("mod") || Peek(1).IsCommand("bmod"))) {
      Take();
      Take();
      const Node* left = Collected(factors);
      factors.list = {arena_.Make(Kind::kApply, {left, SignedPower()}, "pmod")};
      if (!TakeSymbol(')')) return Fail("a bracket that is not closed");
    } else if (!StartsFactor()) {
      return Collected(factors);
    } else if (token.type == TokenType::kNumber && factors.list.back()->kind == Kind::kNumber) {
      return Fail("two numbers side by side");
    } else {
      Juxtaposed(factors);
    }
  }
}

void Parser::Multiplied(Factors& factors) {
  const bool vector = IsVectorOrSet(*factors.list.back()) || BehindBold();
  const Token sign = Take();
  if (vector && sign.IsCommand("times")) {
    const Node* left = Closed(factors);
    factors.list = {arena_.Make(Kind::kApply, {left, SignedPower()}, "times")};
    return;
  }
  factors.crossed = sign.IsCommand("times") || sign.Is('*');
  behind_value_ = IsQuantity(factors.list) && Peek().type == TokenType::kText;
  const Node* right = SignedPower();
  const bool sets = sign.IsCommand("times") && factors.list.size() == 1 && !IsFormula() &&
                    MayBeSet(*factors.list[0]) && MayBeSet(*right);
  if (sets) {
    factors.list = {arena_.Make(Kind::kApply, {factors.list[0], right}, "times")};
  } else {
    factors.list.push_back(right);
  }
}

// Equations, quotients and numbers other than scripts: there P \times R is a product of numbers, as
// in V = I \times R.
bool Parser::IsFormula() {
  if (is_formula_.has_value()) return *is_formula_;
  is_formula_ = false;
  for (size_t i = 0; i < tokens_.size(); ++i) {
    const Token& token = tokens_[i];
    if (token.Is('=') || token.Is('/') || token.IsCommand("div") || IsFractionCommand(token) ||
        (token.type == TokenType::kNumber && !IsScript(i))) {
      is_formula_ = true;
    }
  }
  return *is_formula_;
}

void Parser::Divided(Factors& factors) {
  Take();
  const Node* above = Collected(factors);
  if (Peek().type == TokenType::kNumber && Peek(1).Is('%')) {  // 1/4% is a quarter of one
    const Node* below = Number();
    Take();
    factors.list = {Percent(arena_.Make(Kind::kDivide, {above, below}))};
    return;
  }
  behind_value_ = Peek().type == TokenType::kWord && IsKnownUnit(Peek().text);  // 5/year, 2 km/hr
  const Node* below = SignedPower();
  if (const Node* derivative = Derivative(above, below); derivative != nullptr) {
    factors.list = {derivative};
    return;
  }
  // a/bc is (a/b)c.
  const bool word = below->kind == Kind::kMultiply && below->name == "word";
  factors.list = {arena_.Make(Kind::kDivide, {above, word ? below->args[0] : below})};
  if (word) factors.list.insert(factors.list.end(), below->args.begin() + 1, below->args.end());
}

// A factor without a sign before it: a letter, a unit, a smaller unit's value.
void Parser::Juxtaposed(Factors& factors) {
  std::vector<const Node*>& list = factors.list;
  const bool joined = Peek().type == TokenType::kNumber && IsQuantity(list);
  const bool words_between = list.back()->kind == Kind::kUnit || list.back()->kind == Kind::kText;
  if (joined && words_between && !IsUnit(list.back()->name)) {
    const std::string words = list.back()->name;  // 7 remainder 2, 5 out of 6
    list.pop_back();
    const Node* left = Closed(factors);
    const Node* right = PowerExpression();
    list = {words == "out of" ? arena_.Make(Kind::kDivide, {left, right})
                              : arena_.Make(Kind::kApply, {left, right}, words)};
    return;
  }
  if (joined) {
    const Scoped<bool> degrees(behind_degrees_, Contains(*list.back(), Kind::kUnit, "degree"));
    factors.larger.push_back(Closed(factors));
    list = {PowerExpression()};
    return;
  }
  const Node& before = *list.back();
  if (before.kind == Kind::kApply && before.name == "d/d") {
    list.back() = DerivativeOf(PowerExpression(), before.args[0], before.args[1]);
    return;
  }
  if (Peek().Is('(') && before.name == "in order") {
    const Node* argument = PowerExpression();
    const Node* applied = Composed(before, argument);
    if (applied != nullptr) list.pop_back();
    list.push_back(applied != nullptr ? applied : argument);
    return;
  }
  factors.bold = factors.bold || (BehindBold() && AtBoldCapital(0));
  behind_value_ = true;
  const Node* factor = Factor();
  const bool size = factors.crossed && factor->kind == Kind::kUnit && !IsKnownMeasure(factor->name);
  if (size && IsSize(list)) {  // a 3 \times 4 matrix has 12 entries and is no 4 \times 3 matrix
    list = {
        arena_.Make(Kind::kApply, std::move(list), fmt::format("size {}", Singular(factor->name)))};
  } else {
    list.push_back(factor);
  }
}

}  // namespace longhaul::reward::math
