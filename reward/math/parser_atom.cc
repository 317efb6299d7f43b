// SPDX-License-Identifier: Apache-2.0
//
// Numbers, names and words.
#include <algorithm>
#include <array>

#include "reward/extractors/extractor.h"
#include "reward/math/number_text.h"
#include "reward/math/parser_nesting.h"
#include "reward/math/unit.h"
#include "reward/math/unit_vector.h"

namespace longhaul::reward::math {
namespace {

constexpr size_t kMaxGroups = 30;  // of three digits; more are a list
// Short words that are no products of letters.
constexpr std::array<std::string_view, 56> kShortWords = {
    "it",  "It",  "so",  "So",  "we",  "We",  "of",  "to",  "in",  "In",  "at",  "by",
    "if",  "If",  "as",  "an",  "was", "has", "get", "its", "but", "has", "yes", "no",
    "odd", "one", "two", "six", "ten", "red", "day", "men", "all", "any", "Yes", "No",
    "Odd", "the", "his", "her", "set", "not", "is",  "are", "be",  "for", "The", "Not",
    "All", "dog", "cat", "YES", "NO",  "too", "few", "may"};

// Behind a value these say that it is another, several or none: they are no units.
constexpr std::array<std::string_view, 127> kQualifiers = {
    "not",        "no",          "never",    "wrong",     "incorrect",  "false",      "or",
    "more",       "less",        "fewer",    "greater",   "smaller",    "larger",     "than",
    "least",      "most",        "is",       "are",       "was",        "but",        "except",
    "unless",     "if",          "other",    "another",   "maybe",      "perhaps",    "possibly",
    "plus",       "minus",       "half",     "hundred",   "thousand",   "million",    "billion",
    "trillion",   "dozen",       "one",      "two",       "three",      "four",       "five",
    "six",        "seven",       "eight",    "nine",      "ten",        "to",         "through",
    "nor",        "neither",     "either",   "instead",   "and",        "above",      "below",
    "beyond",     "exceeding",   "unknown",  "undefined", "invalid",    "up",         "higher",
    "lower",      "cannot",      "can",      "could",     "would",      "should",     "will",
    "might",      "must",        "does",     "do",        "fails",      "fail",       "works",
    "work",       "too",         "times",    "tens",      "hundreds",   "thousands",  "millions",
    "factorial",  "power",       "choose",   "base",      "were",       "be",         "squares",
    "double",     "twice",       "triple",   "halves",    "thirds",     "fourths",    "fifths",
    "sixths",     "sevenths",    "eighths",  "ninths",    "tenths",     "hundredths", "thousandths",
    "millionths", "dozens",      "gross",    "cubes",     "without",    "because",    "although",
    "whereas",    "it",          "off",      "short",     "shy",        "differs",    "differ",
    "violates",   "contradicts", "excluded", "rejected",  "impossible", "diverges",   "infinite",
    "lacks"};

// Words behind a value: its unit, or a factor of their own that nothing but the same words equals.
Kind KindOfWords(std::string_view words) {
  constexpr long kMaxWords = 7;
  const bool power = words.starts_with("squared") || words.starts_with("cubed");
  const bool sentence = std::count(words.begin(), words.end(), ' ') >= kMaxWords;
  return power || sentence || HasQualifier(words) ? Kind::kText : Kind::kUnit;
}

// Words that are numbers behind a value: the exponent of ten, or 0.
int MagnitudeOf(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, int>, 5> kMagnitudes = {
      {{"hundred", 2}, {"thousand", 3}, {"million", 6}, {"billion", 9}, {"trillion", 12}}};
  for (const auto& [name, exponent] : kMagnitudes) {
    if (word == name) return exponent;
  }
  return 0;
}

bool IsAllReals(std::string_view words) {
  constexpr std::array<std::string_view, 6> kNames = {
      "all real numbers", "all reals",       "the real numbers",
      "real numbers",     "any real number", "the set of real numbers"};
  return std::find(kNames.begin(), kNames.end(), words) != kNames.end();
}

bool IsNoSolution(std::string_view words) {
  return words == "no solution" || words == "no solutions" || words == "there is no solution" ||
         words == "there are no solutions";
}

bool IsUpper(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char ch) { return ch >= 'A' && ch <= 'Z'; });
}

bool IsOperatorName(std::string_view word) {
  return word.size() > 1 && std::all_of(word.begin(), word.end(),
                                        [](unsigned char ch) { return std::isalpha(ch) != 0; });
}

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

bool HasQualifier(std::string_view words) {
  const auto in_word = [](char ch) {
    return std::isalpha(static_cast<unsigned char>(ch)) != 0 || ch == '\'';
  };
  for (size_t at = 0; at < words.size(); ++at) {
    size_t end = at;
    while (end < words.size() && in_word(words[end])) ++end;
    const std::string word = NormalizedWords(words.substr(at, end - at));
    if (std::find(kQualifiers.begin(), kQualifiers.end(), word) != kQualifiers.end()) return true;
    if (word.ends_with("n't")) return true;
    at = end;
  }
  return false;
}

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
  const Node* node = Named(name);
  const Node* bold = letter.bold ? BoldLetter(arena_, node) : nullptr;
  return bold != nullptr ? bold : node;
}

// The bold or plain R behind \in, or a bold R that is all of the answer.
bool Parser::AtSetLetter() const {
  const bool last =
      Peek(1).type == TokenType::kEnd || (Peek(1).Is('}') && Peek(2).type == TokenType::kEnd);
  if (at_ < 2 && last && Peek().bold && Peek().text == "R") return at_ == 0 || tokens_[0].Is('{');
  if (at_ == 0 || Peek(1).Is('_') || Peek(1).Is('(')) return false;
  const Token& before = tokens_[at_ - (tokens_[at_ - 1].Is('{') && at_ > 1 ? 2 : 1)];
  return (before.IsCommand("in") || before.IsCommand("notin")) &&
         std::string_view("RZQNC").find(Peek().text[0]) != std::string_view::npos;
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

// Letters side by side: a unit behind a number, a word, or a product of letters.
const Node* Parser::Word(Place place) {
  const bool behind_value = place == Place::kBehindValue;
  const Token word = Take();
  if (behind_value && IsPercentWord(word.text)) return PercentFactor();
  const TokenType before = at_ >= 2 ? tokens_[at_ - 2].type : TokenType::kEnd;
  const bool of_value = word.text == "squared" && before != TokenType::kWord &&
                        before != TokenType::kText && before != TokenType::kLetter;  // 5 squared
  const bool of_letter =  // \mu mg, with no units
      at_ >= 2 && word.text.size() < 3 &&
      (before == TokenType::kLetter ||
       (before == TokenType::kCommand && IsLetterCommand(tokens_[at_ - 2].text)));
  if (behind_value && IsKnownUnit(word.text) && !of_value && !of_letter) {
    std::vector<const Node*> letters;
    for (const char letter : word.text) letters.push_back(Unsubscripted(std::string(1, letter)));
    return arena_.Add({.kind = Kind::kUnit,
                       .name = word.text,
                       .alternate = arena_.Make(Kind::kMultiply, std::move(letters))});
  }
  // Alone or between spaces they are words, in a formula letters.
  const bool apart = (at_ == 1 || word.space_before) && (AtEnd() || Peek().space_before);
  const bool listed =
      apart && std::find(kShortWords.begin(), kShortWords.end(), word.text) != kShortWords.end();
  const bool glued = behind_value && !word.space_before;
  const bool product = !listed && (word.text.size() <= 3 || IsUpper(word.text) || glued);
  if (!product) {
    size_t first = at_ - 1;
    while (first > 0 && tokens_[first].type == TokenType::kWord) --first;
    const bool prose = tokens_[first].type == TokenType::kWord;  // no value before them
    if (!behind_value || listed || prose) return Fail(fmt::format("the word '{}'", word.text));
    return WordsBehindValue(NormalizedWords(word.text));
  }
  std::string group;
  if (IsUpper(word.text) && TakeGroupName(word.text, group)) return Apply(std::move(group));
  std::vector<const Node*> letters;
  for (size_t i = 0; i + 1 < word.text.size(); ++i) {
    letters.push_back(Unsubscripted(std::string(1, word.text[i])));
  }
  std::string last_name(1, word.text.back());
  while (TakePrime()) last_name += '\'';
  const Node* last = Named(std::move(last_name));
  while (TakeSymbol('^')) last = Raise(last);  // xy^2: the power is the last letter's
  letters.push_back(last);
  const auto capitals = std::count_if(word.text.begin(), word.text.end(),
                                      [](unsigned char ch) { return std::isupper(ch) != 0; });
  return arena_.Make(Kind::kMultiply, std::move(letters),
                     word.bold && capitals > 1 ? "bold" : "word");
}

// "million dollars": 10^6 and a unit.
const Node* Parser::WordsBehindValue(std::string_view words) {
  constexpr std::string_view kAnd = " and";  // 3 hours and 20 minutes
  if (words.ends_with(kAnd) && Peek().type == TokenType::kNumber) {
    const std::string_view unit = words.substr(0, words.size() - kAnd.size());
    if (IsKnownMeasure(unit)) words = unit;
  }
  const std::string_view first = words.substr(0, words.find(' '));
  const int magnitude = MagnitudeOf(first);
  if (magnitude == 0) return arena_.Make(KindOfWords(words), {}, std::string(words));
  mpz_class power;
  mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(magnitude));
  const Node* factor = arena_.Number(power);
  const std::string_view rest = Trim(words.substr(first.size()));
  if (rest.empty()) return factor;
  const Node* unit = arena_.Make(KindOfWords(rest), {}, std::string(rest));
  return arena_.Make(Kind::kMultiply, {factor, unit});
}

// \mu before an upright unit, behind a number.
bool Parser::AtMicroUnit() const {
  if (!Peek().IsCommand("mu") || at_ == 0) return false;
  const Token& before = tokens_[at_ - 1];
  const Token& unit = Peek(1);
  const bool value =
      before.type == TokenType::kNumber || before.type == TokenType::kText || before.Is('}');
  return value &&
         (unit.type == TokenType::kText || (unit.type == TokenType::kLetter && unit.upright)) &&
         IsUnit(unit.text);
}

// It may also be the product of the letters.
const Node* Parser::MicroUnit() {
  Take();
  const std::string unit(Trim(Take().text));
  const Node* letters = arena_.Make(Kind::kMultiply, {arena_.Symbol("\\mu"), arena_.Symbol(unit)});
  return arena_.Add({.kind = Kind::kUnit, .name = "\u00b5" + unit, .alternate = letters});
}

const Node* Parser::PercentFactor() {
  if (options_.percent == PercentMeaning::kRefused) {
    return Fail("a percentage, which is not asked for");
  }
  const bool fraction = options_.percent == PercentMeaning::kFraction;
  return arena_.Number(fraction ? mpq_class(1, 100) : mpq_class(1));
}

// \text{...}: a unit behind a value; else a letter, an answer of its own, or words.
const Node* Parser::Text(Place place) {
  const bool behind_value = place == Place::kBehindValue;
  const Token text = Take();
  const std::string_view content = Trim(text.text);
  if (content.empty()) return behind_value ? arena_.Number(1) : Product();
  if (behind_value && IsPercentWord(content)) return PercentFactor();
  if (in_unit_fraction_ && IsUnit(content)) {
    return arena_.Make(Kind::kUnit, {}, std::string(content));
  }
  if (content.size() == 1 && !behind_value &&
      std::isalpha(static_cast<unsigned char>(content[0]))) {
    return Named(std::string(content));
  }
  if (!behind_value && IsOperatorName(text.text) && Peek().Is('(')) {  // \text{Var}(X)
    return Apply(std::string(content));
  }
  if (behind_value) {
    const bool words = std::any_of(content.begin(), content.end(), [](char ch) {
      return std::isalpha(static_cast<unsigned char>(ch)) != 0 || (ch & 0x80) != 0;
    });
    if (!words) return Fail("a text without a word behind a value");  // 3\text{.5}
    return WordsBehindValue(NormalizedWords(content));
  }
  if (IsAllReals(NormalizedWords(content))) return arena_.Make(Kind::kNamedSet, {}, "R");
  if (IsNoSolution(NormalizedWords(content))) return arena_.Make(Kind::kNamedSet, {}, "empty");
  const Nesting nesting(*this);
  auto tokens = Tokenize(content);
  if (tokens.ok() && (*tokens)[0].type != TokenType::kWord && depth_ < kMaxParseDepth / 2) {
    Parser inner(std::move(tokens).value(), options_, arena_);
    inner.depth_ = depth_ + kMaxParseDepth / 4;
    const StatusOr<const Node*> value = inner.ParseAnswer();
    if (value.ok()) return *value;
  }
  return arena_.Make(Kind::kText, {}, NormalizedWords(content));
}

}  // namespace longhaul::reward::math
