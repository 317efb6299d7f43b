// SPDX-License-Identifier: Apache-2.0
//
// Words, letters side by side, and \text.
#include <algorithm>
#include <array>

#include "reward/extractors/extractor.h"
#include "reward/math/parser_nesting.h"
#include "reward/math/unit.h"

namespace longhaul::reward::math {
namespace {

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

// Letters side by side: a unit behind a number, a word, or a product of letters.
const Node* Parser::Word(Place place) {
  const bool behind_value = place == Place::kBehindValue;
  const Token word = Take();
  if (behind_value && IsPercentWord(word.text)) return PercentFactor();
  if (behind_value && IsUnitWord(word.text)) {
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
  return Letters(word);
}

// Whether the word taken last is a unit of the value before it. "squared" may be said of a unit;
// \mu mg has none, and 2mg is more often a weight: milligrams only beside an answer that has them.
bool Parser::IsUnitWord(std::string_view word) const {
  if (!IsKnownUnit(word) || at_ < 2 || word == "mg") return false;
  const Token& before = tokens_[at_ - 2];
  const bool letter = before.type == TokenType::kLetter;
  const bool words = before.type == TokenType::kWord || before.type == TokenType::kText;
  if (word == "squared") return words || letter;
  const bool sign = before.type == TokenType::kCommand && IsLetterCommand(before.text);
  return word.size() > 2 || (!letter && !sign);
}

// The product of the letters, or what they are the name of.
const Node* Parser::Letters(const Token& word) {
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
