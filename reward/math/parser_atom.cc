// SPDX-License-Identifier: Apache-2.0
//
// Numbers and names.
#include <algorithm>
#include <array>

#include "reward/math/number_text.h"
#include "reward/math/parser_nesting.h"
#include "reward/math/unit.h"
#include "reward/math/unit_vector.h"

namespace longhaul::reward::math {
namespace {

constexpr size_t kMaxGroups = 30;  // of three digits; more are a list

NumberText TextOf(const Token& token) {
  return {.whole = token.text,
          .fraction = token.fraction,
          .repeating = token.repeating,
          .exponent = token.exponent,
          .point = token.point};
}

bool IsPlainGroup(const Token& token, size_t digits_min, size_t digits_max) {
  return token.type == TokenType::kNumber && !token.grouped && token.text.size() >= digits_min &&
         token.text.size() <= digits_max && token.exponent.empty();
}

}  // namespace

const Node* Parser::Number() {
  const Token token = Take();
  const Token& next = Peek();
  const bool comma = brackets_ == 0 && next.Is(',') && !next.space_before &&
                     IsPlainGroup(Peek(1), 1, 20) && !Peek(1).space_before && !token.point &&
                     token.repeating.empty();
  if (comma) {
    const Node* joined = GroupedByCommas(token);
    if (joined != nullptr) return joined;
  }
  const bool based = Peek().Is('_') && !token.point;
  if (based) return BaseNumber(token);
  const StatusOr<mpq_class> value = NumberValue(TextOf(token));
  if (!value.ok()) return Fail(Message(value.status()));
  int places = -1;
  if (token.point && token.repeating.empty()) {
    places = static_cast<int>(token.fraction.size()) -
             (token.exponent.empty() ? 0 : std::stoi(token.exponent));
  }
  return arena_.Add({.kind = Kind::kNumber,
                     .name = token.text,
                     .value = *value,
                     .decimal_places = std::max(places, token.point ? 0 : -1)});
}

// "1,000" and "1,234,567.8" are numbers, and in plain text "1,5", which may also be meant as lists.
// Null when it is no such number.
const Node* Parser::GroupedByCommas(Token first) {
  std::vector<Token> parts = {std::move(first)};
  size_t ahead = 0;
  bool groups = parts[0].text.size() <= 3 && parts[0].text[0] != '0', zeros = false;
  // A third part decides that it is no decimal; only groups of three digits go on behind it.
  while ((groups || parts.size() < 3) && parts.size() <= kMaxGroups && Peek(ahead).Is(',') &&
         !Peek(ahead).space_before && IsPlainGroup(Peek(ahead + 1), 1, 20) &&
         !Peek(ahead + 1).space_before && parts.back().fraction.empty()) {
    const Token& part = Peek(ahead + 1);
    groups = groups && part.text.size() == 3;
    zeros = zeros || (part.text[0] == '0' && part.text.size() > 1);
    parts.push_back(part);
    ahead += 2;
  }
  if (parts.size() > kMaxGroups) return nullptr;
  const bool decimal = !groups && parts.size() == 2 && !parts[1].point;
  if (!groups && !(decimal && options_.plain)) return nullptr;
  std::vector<const Node*> items;
  NumberText number = {.whole = parts[0].text};
  for (size_t i = 0; i < parts.size(); ++i) {
    const StatusOr<mpq_class> value = NumberValue(TextOf(parts[i]));
    if (!value.ok()) return Fail(Message(value.status()));
    items.push_back(arena_.Number(*value));
    if (i > 0) (groups ? number.whole : number.fraction) += parts[i].text;
  }
  if (groups) number.fraction = parts.back().fraction;
  at_ += ahead;
  const bool point = decimal || parts.back().point;
  const Node* list = arena_.Make(Kind::kList, items);
  const StatusOr<mpq_class> value = NumberValue(number);
  if (!value.ok()) return Fail(Message(value.status()));
  Node joined = {.kind = Kind::kNumber, .name = number.whole, .value = *value};
  if (point) joined.decimal_places = static_cast<int>(number.fraction.size());
  // The likelier reading is the node, the other its alternate.
  if (!zeros && !parts.back().point) joined.alternate = list;
  return arena_.Add(std::move(joined));
}

// An answer that is "1,5" and no more is a list that may also be meant as a decimal.
const Node* Parser::WithDecimalReading(const Node* list) {
  const bool negative = tokens_[0].Is('-');
  const size_t first = negative ? 1 : 0;
  if (tokens_.size() != first + 4) return list;
  const Token& whole = tokens_[first];
  const Token& fraction = tokens_[first + 2];
  if (!IsPlainGroup(whole, 1, 20) || whole.point || !tokens_[first + 1].Is(',') ||
      tokens_[first + 1].space_before || !IsPlainGroup(fraction, 1, 20) || fraction.point ||
      fraction.space_before) {
    return list;
  }
  const StatusOr<mpq_class> value = NumberValue({.whole = whole.text, .fraction = fraction.text});
  if (!value.ok()) return list;
  Node copy = *list;
  copy.alternate = arena_.Add({.kind = Kind::kNumber,
                               .value = negative ? mpq_class(-*value) : *value,
                               .decimal_places = static_cast<int>(fraction.text.size())});
  return arena_.Add(std::move(copy));
}

// 1010_2: the digits in a base, which is part of the answer. Base ten is the plain number.
const Node* Parser::BaseNumber(const Token& digits) {
  Take();
  const Node* script = Script();
  static constexpr std::array<std::string_view, 11> kNames = {
      "", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"};
  long base = 0;
  if (IsInteger(*script) && script->value.get_num().fits_sint_p())
    base = script->value.get_num().get_si();
  for (size_t i = 2; i < kNames.size(); ++i) {
    if (script->kind == Kind::kText && script->name == kNames[i]) base = static_cast<long>(i);
  }
  if (base < 2 || base > 36) return Fail("a subscript that is no base");
  mpz_class value;
  if (digits.text.size() > 5000 || value.set_str(digits.text, static_cast<int>(base)) != 0) {
    return Fail("digits that the base does not have");
  }
  if (base == 10) return arena_.Add({.kind = Kind::kNumber, .name = digits.text, .value = value});
  return arena_.Add({.kind = Kind::kBaseNumber,
                     .name = digits.text,
                     .value = value,
                     .columns = static_cast<int>(base)});
}

const Node* Parser::Letter() {
  if (AtSetLetter()) return BlackboardLetter();
  const Token letter = Take();
  if (in_unit_fraction_ && letter.upright && IsUnit(letter.text)) {
    return arena_.Make(Kind::kUnit, {}, letter.text);
  }
  std::string name = letter.text;
  while (Peek().Is('\'') || Peek().IsCommand("prime")) {
    Take();
    name += '\'';
  }
  name.append(TakeRaisedPrimes(name), '\'');
  const Node* node = Named(name);
  const Node* bold = letter.bold ? BoldLetter(arena_, node) : nullptr;
  return bold != nullptr ? bold : node;
}

// The primes of f^{\prime\prime}. Of a capital it may be a transpose.
size_t Parser::TakeRaisedPrimes(const std::string& name) {
  if (!Peek().Is('^') || std::islower(static_cast<unsigned char>(name[0])) == 0) return 0;
  if (Peek(1).IsCommand("prime")) {
    at_ += 2;
    return 1;
  }
  size_t count = 0;
  while (Peek(1).Is('{') && Peek(2 + count).IsCommand("prime")) ++count;
  if (count == 0 || !Peek(2 + count).Is('}')) return 0;
  at_ += count + 3;
  return count;
}

// The bold or plain R behind \in, or a bold R that is all of the answer.
bool Parser::AtSetLetter() const {
  const bool braced = Peek().Is('{') && Peek(2).Is('}');
  const Token& letter = Peek(braced ? 1 : 0);
  const Token& behind = Peek(braced ? 3 : 1);
  if (letter.type != TokenType::kLetter) return false;
  if (at_ == 0) return letter.bold && letter.text == "R" && behind.type == TokenType::kEnd;
  const std::string_view letters = letter.bold ? "RZQNC" : "RZQN";  // C is a curve as well
  return (tokens_[at_ - 1].IsCommand("in") || tokens_[at_ - 1].IsCommand("notin")) &&
         letters.find(letter.text[0]) != std::string_view::npos && !behind.Is('_') &&
         !behind.Is('(');
}

// A name with its subscript, applied or not. e and i are constants unless a sum binds them.
const Node* Parser::Named(std::string name) {
  if (Peek().Is('_')) {
    Take();
    const Node* index = Script();
    switch (index->kind) {
      case Kind::kNumber:
        name += fmt::format("_{}", index->value.get_str());
        break;
      case Kind::kSymbol:
      case Kind::kConstant:
      case Kind::kText:
        name += fmt::format("_{}", index->name);
        break;
      default:
        return arena_.Make(Kind::kSubscript, {arena_.Symbol(name), Index(index)}, name);
    }
    if (AppliesHere(name)) return Apply(name);
    return arena_.Symbol(std::move(name));
  }
  if (TakeOrder(name)) return AppliesHere(name) ? Apply(name) : arena_.Symbol(std::move(name));
  if (AppliesHere(name)) return Apply(name);
  if (TakeInverse(name)) return AppliesHere(name) ? Apply(name) : arena_.Symbol(std::move(name));
  return Unsubscripted(name);
}

// The ij of a_{ij}: letters in their order.
const Node* Parser::Index(const Node* letters) {
  const bool product = letters->kind == Kind::kMultiply &&
                       std::all_of(letters->args.begin(), letters->args.end(), [](const Node* a) {
                         return a->kind == Kind::kSymbol || a->kind == Kind::kConstant;
                       });
  return product ? arena_.Make(Kind::kApply, letters->args, "index") : letters;
}

// The imaginary unit, Euler's number or a name.
const Node* Parser::Unsubscripted(const std::string& name) {
  const bool bound = std::find(bound_.begin(), bound_.end(), name) != bound_.end();
  if ((name == "e" || name == "i") && !bound) return arena_.Make(Kind::kConstant, {}, name);
  return arena_.Symbol(name);
}

const Node* Parser::Apply(std::string name) {
  const Node* inside = Bracketed();
  std::vector<const Node*> args = {inside};
  const bool brackets = inside->kind == Kind::kApply && inside->name == "[]";  // E[X]
  if (inside->kind == Kind::kTuple || brackets) args = inside->args;
  return arena_.Make(Kind::kApply, std::move(args), std::move(name));
}

}  // namespace longhaul::reward::math
