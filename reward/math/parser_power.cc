// SPDX-License-Identifier: Apache-2.0
//
// Powers and what else stands behind a value: signs of factors, factorials, percent, degrees,
// subscripts.
#include <utility>

#include "reward/extractors/extractor.h"
#include "reward/math/parser_nesting.h"

namespace longhaul::reward::math {

const Node* Parser::SignedPower() {
  bool negative = false;
  while (Peek().Is('+') || Peek().Is('-')) negative ^= Take().Is('-');
  const Node* power = Factor();
  return negative ? arena_.Make(Kind::kNegate, {power}) : power;
}

const Node* Parser::PowerExpression() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return Fail("nested too deep");
  const Node* base = AtChoice() ? Choice() : Atom();
  while (true) {
    if (behind_degrees_ && base->kind == Kind::kNumber && TakePrime()) {
      const std::string unit = TakePrime() ? "arcsecond" : "arcminute";
      base = arena_.Make(Kind::kMultiply, {base, arena_.Make(Kind::kUnit, {}, unit)});
    } else if (TakeSymbol('^')) {
      base = Raise(base);
    } else if (Peek().Is('!')) {
      Take();
      const bool twice = TakeSymbol('!');
      base = arena_.Make(Kind::kFunction, {base}, twice ? "double_factorial" : "factorial");
    } else if (Peek().Is('%')) {
      Take();
      base = Percent(base);
    } else if (Peek().Is('_') && IsInteger(*base) && !base->name.empty()) {  // (1011)_2
      base = BaseNumber({.type = TokenType::kNumber, .text = base->name});
    } else if (Peek().Is('_')) {
      Take();
      const Node* index = Script();
      base = arena_.Make(Kind::kSubscript, {base, index}, "of");
    } else {
      return base;
    }
  }
}

// {}_8C_3, ^8C_3: a C or P with something before it and below.
bool Parser::AtChoice() const {
  const size_t at = Peek().Is('{') && Peek(1).Is('}') ? 2 : 0;
  return Peek(at).Is('_') || Peek(at).Is('^');
}

const Node* Parser::Choice() {
  if (TakeSymbol('{')) Take();
  Take();
  const Node* n = Script();
  const std::string letter = Take().text;
  if ((letter != "C" && letter != "P") || !TakeSymbol('_')) {
    return Fail("a script without a value before it");
  }
  const Node* k = Script();
  if (letter == "C") return arena_.Make(Kind::kFunction, {n, k}, "binom");
  const auto factorial = [&](const Node* of) {
    return arena_.Make(Kind::kFunction, {of}, "factorial");
  };
  const Node* rest = arena_.Make(Kind::kAdd, {n, arena_.Make(Kind::kNegate, {k})});
  return arena_.Make(Kind::kDivide, {factorial(n), factorial(rest)});
}

// ', \prime, ^\prime or ^{\prime}.
bool Parser::TakePrime() {
  if (TakeSymbol('\'') || TakeCommand("prime")) return true;
  if (!Peek().Is('^')) return false;
  const bool braced = Peek(1).Is('{') && Peek(3).Is('}');
  if (!Peek(braced ? 2 : 1).IsCommand("prime")) return false;
  at_ += braced ? 4 : 2;
  return true;
}

// The sign of 0^+, from where a limit is approached: nothing follows it.
bool Parser::TakeSide(std::string& side) {
  const bool braced = Peek().Is('{');
  const Token& sign = Peek(braced ? 1 : 0);
  if (!sign.Is('+') && !sign.Is('-')) return false;
  const Token& behind = Peek(braced ? 2 : 1);
  if (!behind.Is('}') && (braced || behind.type != TokenType::kEnd)) return false;
  side = sign.text;
  at_ += braced ? 3 : 1;
  return true;
}

// The C or F behind the sign of degrees.
std::string Parser::TakeTemperature() {
  const Token& next = Peek();
  const std::string letter = next.type == TokenType::kText     ? std::string(Trim(next.text))
                             : next.type == TokenType::kLetter ? next.text
                                                               : "";
  if (letter != "C" && letter != "F") return "";
  Take();
  return letter;
}

// ^2, ^\circ, ^T of a matrix.
const Node* Parser::Raise(const Node* base) {
  const bool braced = Peek().Is('{') && (Peek(1).IsCommand("circ") || Peek(1).IsCommand("degree"));
  if (braced || Peek().IsCommand("circ") || Peek().IsCommand("degree")) {
    if (braced) Take();
    Take();
    if (braced && !TakeSymbol('}')) return Fail("a degree sign with something behind it");
    const Node* unit = arena_.Make(Kind::kUnit, {}, "degree" + TakeTemperature());
    return arena_.Make(Kind::kMultiply, {base, unit});
  }
  if (AtSteps()) return Steps(base);
  std::string side;
  if (TakeSide(side)) return arena_.Make(Kind::kApply, {base}, "from " + side);
  return Power(base, Script());
}

// A^\top is A^T. Of a sum only the former is no power.
const Node* Parser::Power(const Node* base, const Node* exponent) {
  const bool sign = exponent->kind == Kind::kSymbol &&
                    (exponent->name == "\\top" || exponent->name == "\\intercal");
  const bool letter = exponent->kind == Kind::kSymbol && exponent->name == "T";
  if (base->kind == Kind::kMatrix && (sign || letter)) {
    return arena_.Make(Kind::kFunction, {base}, "transpose");
  }
  if (sign) exponent = arena_.Symbol(base->kind == Kind::kAdd ? "\\top" : "T");
  return arena_.Make(Kind::kPower, {base, exponent});
}

// ^{\underline{n}} or ^{\overline{n}}, with one token below the line. An overlined z or w is the
// conjugate of an exponent.
bool Parser::AtSteps() const {
  const size_t sign = Peek().Is('{') ? 1 : 0;
  if (Peek(sign).IsCommand("underline")) return true;
  if (!Peek(sign).IsCommand("overline")) return false;
  const Token& count = Peek(sign + 1).Is('{') ? Peek(sign + 2) : Peek(sign + 1);
  return count.type == TokenType::kNumber ||
         (count.type == TokenType::kLetter && count.text != "z" && count.text != "w");
}

// Falling and rising factorials (R. Graham, D. Knuth and O. Patashnik, "Concrete Mathematics",
// section 2.6): x^{\underline 3} is x (x - 1) (x - 2).
const Node* Parser::Steps(const Node* base) {
  constexpr long kMaxFactors = 20;
  const bool braced = TakeSymbol('{');
  const bool falling = Take().text == "underline";
  const Node* count = Argument();
  if (braced && !TakeSymbol('}')) return Fail("a line in an exponent with something beside it");
  if (!IsInteger(*count) || count->value < 0 || count->value > kMaxFactors) {
    return arena_.Make(Kind::kApply, {base, count}, falling ? "falling" : "rising");
  }
  std::vector<const Node*> factors = {arena_.Number(1)};
  for (long step = 0; step < count->value.get_num().get_si(); ++step) {
    factors.push_back(arena_.Make(Kind::kAdd, {base, arena_.Number(falling ? -step : step)}));
  }
  return arena_.Make(Kind::kMultiply, std::move(factors));
}

const Node* Parser::Percent(const Node* base) {
  if (options_.percent == PercentMeaning::kRefused)
    return Fail("a percentage, which is not asked for");
  if (options_.percent == PercentMeaning::kValue) return base;
  if (base->kind != Kind::kNumber) return arena_.Make(Kind::kDivide, {base, arena_.Number(100)});
  Node number = {.kind = Kind::kNumber, .value = base->value / 100};
  if (base->decimal_places >= 0) number.decimal_places = base->decimal_places + 2;
  return arena_.Add(std::move(number));
}

// What follows ^ or _: a group, or one item with its sign.
const Node* Parser::Script() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return Fail("nested too deep");
  const Token& token = Peek();
  if (token.Is('{')) return Braced();
  if (token.Is('(')) return Bracketed();
  if (token.Is('-') || token.Is('+')) {
    const bool negative = Take().Is('-');
    const Node* script = Script();
    return negative ? arena_.Make(Kind::kNegate, {script}) : script;
  }
  if (token.Is('*') || token.Is('\'') || token.IsCommand("prime")) {
    Take();
    return arena_.Symbol("prime");
  }
  if (token.type == TokenType::kWord && token.text.size() <= 3) {  // x^ab is (x^a)b
    return Unsubscripted(TakeFirstLetter());
  }
  if (token.type == TokenType::kLetter) {
    const Token letter = Take();
    return Peek().Is('_') ? Named(letter.text) : Unsubscripted(letter.text);
  }
  return Atom();
}

}  // namespace longhaul::reward::math
