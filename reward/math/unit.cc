// SPDX-License-Identifier: Apache-2.0
#include "reward/math/unit.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>

#include "reward/extractors/extractor.h"
#include "reward/math/unit_table.h"

namespace longhaul::reward::math {
namespace {

bool IsLetter(char ch) { return std::isalpha(static_cast<unsigned char>(ch)) != 0; }

// The W of MW; in small letters a thousandth could be meant.
bool IsMegaOf(std::string_view rest) {
  size_t length = 0;
  while (length < rest.size() && IsLetter(rest[length])) ++length;
  constexpr std::array<std::string_view, 15> kSymbols = {"s", "g", "W", "Wh", "J", "N", "Pa", "Hz",
                                                         "V", "m", "L", "eV", "C", "A", "F"};
  return std::find(kSymbols.begin(), kSymbols.end(), rest.substr(0, length)) != kSymbols.end();
}

// Of the sign of "micro", with the spaces behind its command.
size_t MicroLength(std::string_view text) {
  for (const std::string_view sign : {"\u00b5", "\u03bc"}) {
    if (text.starts_with(sign)) return sign.size();
  }
  if (!text.starts_with("\\mu") || (text.size() > 3 && IsLetter(text[3]))) return 0;
  return std::min(text.find_first_not_of(' ', 3), text.size());
}

void Multiply(Measure& measure, std::string_view base, int power) {
  if (base.empty()) return;
  int times = 1;
  if (base.back() == '2' || base.back() == '3') {
    times = base.back() - '0';
    base.remove_suffix(1);
  }
  std::string name(base);
  if (name == "mph") {  // a speed by its own name
    measure.powers["m"] += power;
    measure.powers["s"] -= power;
  } else {
    measure.powers[name] += power * times;
  }
  std::erase_if(measure.powers, [](const auto& entry) { return entry.second == 0; });
}

mpq_class Power(const mpq_class& value, int power) {
  mpq_class result = 1;
  for (int i = 0; i < std::abs(power); ++i) result *= value;
  return power < 0 ? 1 / result : result;
}

// A decimal prefix and which units it stands before.
struct Prefix {
  std::string_view name;
  long numerator;
  long denominator;
  enum class Units { kAny, kWords, kSymbols } units;
};
constexpr std::string_view kMicro = "\u00b5";
constexpr std::array<Prefix, 10> kPrefixes = {
    {{kMicro, 1, 1'000'000, Prefix::Units::kAny},
     {"mega", 1'000'000, 1, Prefix::Units::kAny},  // "megaw" is MW
     {"kilo", 1'000, 1, Prefix::Units::kWords},
     {"giga", 1'000'000'000, 1, Prefix::Units::kWords},
     {"milli", 1, 1'000, Prefix::Units::kWords},
     {"micro", 1, 1'000'000, Prefix::Units::kWords},
     {"nano", 1, 1'000'000'000, Prefix::Units::kWords},
     {"pico", 1, 1'000'000'000'000, Prefix::Units::kWords},
     {"m", 1, 1'000, Prefix::Units::kSymbols},
     {"k", 1'000, 1, Prefix::Units::kSymbols}}};

// The unit behind a prefix; null when there is none. In a formula mv and mc are no units, so that
// they are not in the table; a micron is no "n".
const UnitEntry* FindPrefixed(std::string_view word, mpq_class& factor) {
  constexpr std::string_view kElectrical = "acfjnvw";
  for (const Prefix& prefix : kPrefixes) {
    if (!word.starts_with(prefix.name)) continue;
    const std::string_view rest = word.substr(prefix.name.size());
    const bool symbol = rest.size() == 1 && kElectrical.find(rest[0]) != std::string_view::npos;
    if (prefix.units == Prefix::Units::kWords && rest.size() < 3) continue;
    if (prefix.units == Prefix::Units::kSymbols && !symbol) continue;
    factor = mpq_class(prefix.numerator, prefix.denominator);
    return FindUnit(rest);
  }
  return nullptr;
}

void AddFactor(std::string_view word, int power, Measure& measure) {
  const UnitEntry* unit = FindUnit(word);
  mpq_class prefix = 1;
  if (unit == nullptr) unit = FindPrefixed(word, prefix);
  if (unit == nullptr) {
    Multiply(measure, fmt::format("~{}", Singular(word)), power);
    return;
  }
  measure.factor *= Power(prefix * mpq_class(unit->numerator, unit->denominator), power);
  measure.factor.canonicalize();
  Multiply(measure, unit->base, power);
}

// Words and signs of a unit: letters together, "^2", "/".
class UnitReader {
 public:
  explicit UnitReader(std::string_view text) : text_(text) {}

  std::optional<Measure> Read() {
    Measure measure;
    int sign = 1, next_power = 1;
    for (std::string word = Next(); !word.empty(); word = Next()) {
      if (word == "/" || word == "per") {
        sign = -1;
      } else if (word == "square" || word == "sq") {
        next_power = 2;
      } else if (word == "cubic" || word == "cu") {
        next_power = 3;
      } else if (word == "squared" || word == "cubed") {
        continue;  // read ahead below
      } else if (word == "of" || (word == "a" && text_ != "a") || word == "." || word == "*" ||
                 word == "(" || word == ")") {
        continue;
      } else if (std::isalpha(static_cast<unsigned char>(word[0])) || (word[0] & 0x80) != 0) {
        AddFactor(word, sign * next_power * PowerBehind(), measure);
        next_power = 1;
      } else {
        return std::nullopt;
      }
    }
    return measure;
  }

 private:
  std::string Next() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == ',')) ++at_;
    if (at_ >= text_.size()) return "";
    const size_t start = at_;
    while (at_ < text_.size() &&
           (std::isalpha(static_cast<unsigned char>(text_[at_])) || (text_[at_] & 0x80) != 0)) {
      if (text_.substr(at_).starts_with("²") || text_.substr(at_).starts_with("³")) break;
      ++at_;
    }
    if (at_ == start) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  // "^2", "^{-1}", "²", " squared".
  int PowerBehind() {
    for (const auto& [sign, power] : std::initializer_list<std::pair<std::string_view, int>>{
             {"²", 2}, {"³", 3}, {" squared", 2}, {" cubed", 3}}) {
      if (!text_.substr(at_).starts_with(sign)) continue;
      at_ += sign.size();
      return power;
    }
    if (!text_.substr(at_).starts_with('^')) return 1;
    size_t at = at_ + 1;
    const auto take = [&](char ch) {
      const bool there = at < text_.size() && text_[at] == ch;
      at += there ? 1 : 0;
      return there;
    };
    const bool braced = take('{');
    const bool negative = take('-');
    if (at >= text_.size() || text_[at] < '1' || text_[at] > '9') return 1;
    const int power = text_[at++] - '0';
    if (braced && !take('}')) return 1;
    at_ = at;
    return negative ? -power : power;
  }

  const std::string_view text_;
  size_t at_ = 0;
};

Measure Combined(Measure left, const Measure& right, int power) {
  left.factor *= Power(right.factor, power);
  for (const auto& [base, times] : right.powers) left.powers[base] += times * power;
  std::erase_if(left.powers, [](const auto& entry) { return entry.second == 0; });
  return left;
}

// "\text{ square}" and "cm" may be factors of their own.
Quantity SplitProduct(Arena& arena, const Node* node) {
  Quantity whole;
  std::vector<const Node*> factors;
  std::string words;
  bool split = false;
  for (const Node* arg : node->args) {
    if (arg->kind == Kind::kUnit) {
      words += fmt::format(" {}", arg->name);
      split = true;
      continue;
    }
    Quantity part = SplitUnit(arena, arg);
    whole.measure = Combined(whole.measure, part.measure, 1);
    if (part.value == arg || !IsNumber(*part.value, 1)) factors.push_back(part.value);
    split = split || part.value != arg;
  }
  if (!words.empty()) {
    const std::optional<Measure> measure = ParseUnit(words);
    if (measure.has_value()) {
      whole.measure = Combined(whole.measure, *measure, 1);
    } else {
      whole.measure.powers[fmt::format("~{}", words)] += 1;
    }
  }
  if (factors.empty()) {
    whole.value = arena.Number(1);
  } else {
    whole.value = !split                ? node
                  : factors.size() == 1 ? factors[0]
                                        : arena.Make(Kind::kMultiply, factors);
  }
  return whole;
}

// "2 hours 30 minutes": all in the unit of the first.
Quantity SplitSum(Arena& arena, const Node* node) {
  const Quantity first = SplitUnit(arena, node->args[0]);
  if (first.measure.empty()) return {node, {}};
  std::vector<const Node*> terms = {first.value};
  for (size_t i = 1; i < node->args.size(); ++i) {
    const Quantity term = SplitUnit(arena, node->args[i]);
    if (term.measure.powers != first.measure.powers) return {node, {}};
    const Node* scale = arena.Number(term.measure.factor / first.measure.factor);
    terms.push_back(arena.Make(Kind::kMultiply, {scale, term.value}));
  }
  return {arena.Make(Kind::kAdd, std::move(terms)), first.measure};
}

}  // namespace

bool SameSize(const Measure& a, const Measure& b) {
  const auto unit_of = [](const Measure& measure) {
    return measure.powers.size() == 1 && measure.powers.contains("unit");
  };
  if (!unit_of(a) && !unit_of(b)) return false;
  if (unit_of(a) && a.powers == b.powers) return true;
  const Measure& other = unit_of(a) ? b : a;
  const int dimension = (unit_of(a) ? a : b).powers.at("unit");
  const bool length =
      other.powers.size() == 1 && (other.powers.contains("m") || other.powers.contains("unit"));
  return !length || other.powers.begin()->second == dimension;
}

std::string NormalizedWords(std::string_view text) {
  std::string out;
  text = Trim(text);
  for (size_t at = 0; at < text.size(); ++at) {
    const char ch = text[at];
    if (const size_t micro = MicroLength(text.substr(at)); micro > 0) {
      out += kMicro;
      at += micro - 1;
    } else if (ch == 'M' && IsMegaOf(text.substr(at + 1)) &&
               (out.empty() || !IsLetter(out.back()))) {
      out += "mega";
    } else if (ch == ' ' || ch == '\n' || ch == '\t' || ch == '~') {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else if (ch != '\\') {
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(ch)));
    }
  }
  while (!out.empty() && std::string_view(".,;: ").find(out.back()) != std::string_view::npos) {
    out.pop_back();
  }
  return out;
}

bool IsKnownUnit(std::string_view word) {
  const std::string lower = NormalizedWords(word);
  return lower.size() >= 2 && (FindUnit(lower) != nullptr || lower == "square" || lower == "sq" ||
                               lower == "cubic" || lower == "per" || lower == "squared");
}

bool IsUnit(std::string_view word) { return FindUnit(NormalizedWords(word)) != nullptr; }

bool IsKnownMeasure(std::string_view words) {
  const std::optional<Measure> measure = ParseUnit(words);
  return measure.has_value() && !measure->empty() &&
         std::none_of(measure->powers.begin(), measure->powers.end(),
                      [](const auto& entry) { return entry.first[0] == '~'; });
}

std::string_view Singular(std::string_view word) {
  return word.size() > 3 && word.ends_with('s') ? word.substr(0, word.size() - 1) : word;
}

bool IsPercentWord(std::string_view word) {
  return word == "%" || word == "\\%" || word == "percent" || word == "pct" ||
         word == "percentage" || word == "per cent";
}

std::optional<Measure> ParseUnit(std::string_view text) {
  const std::string words = NormalizedWords(text);
  return UnitReader(words).Read();
}

Quantity SplitUnit(Arena& arena, const Node* node) {
  switch (node->kind) {
    case Kind::kUnit: {
      const std::optional<Measure> measure = ParseUnit(node->name);
      Quantity quantity = {arena.Number(1), {}};
      if (measure.has_value()) quantity.measure = *measure;
      if (!measure.has_value()) quantity.measure.powers[fmt::format("~{}", node->name)] = 1;
      return quantity;
    }
    case Kind::kText: {  // the km of a fraction of texts
      const auto measure = IsKnownUnit(node->name) ? ParseUnit(node->name) : std::nullopt;
      if (!measure.has_value() || measure->empty()) return {node, {}};
      return {arena.Number(1), *measure};
    }
    case Kind::kMultiply:
      return SplitProduct(arena, node);
    case Kind::kAdd:
      return SplitSum(arena, node);
    case Kind::kNegate: {
      const Quantity inner = SplitUnit(arena, node->args[0]);
      return {inner.value == node->args[0] ? node : arena.Make(Kind::kNegate, {inner.value}),
              inner.measure};
    }
    case Kind::kDivide: {
      const Quantity above = SplitUnit(arena, node->args[0]);
      Quantity below = SplitUnit(arena, node->args[1]);
      const bool letter = !above.measure.empty() && node->args[1]->kind == Kind::kSymbol &&
                          FindUnit(node->args[1]->name) != nullptr;
      if (letter) below = {arena.Number(1), *ParseUnit(node->args[1]->name)};
      if (above.value == node->args[0] && below.value == node->args[1]) return {node, {}};
      return {arena.Make(Kind::kDivide, {above.value, below.value}),
              Combined(above.measure, below.measure, -1)};
    }
    case Kind::kPower: {
      const bool negative = node->args[1]->kind == Kind::kNegate;
      const Node& exponent = negative ? *node->args[1]->args[0] : *node->args[1];
      if (node->args[0]->kind != Kind::kUnit || !IsInteger(exponent) || abs(exponent.value) > 9) {
        return {node, {}};
      }
      // \text{m/s}^2 shows as m/s^2: the power is the last unit's.
      const auto measure =
          ParseUnit(fmt::format("{}^{{{}{}}}", node->args[0]->name, negative ? "-" : "",
                                exponent.value.get_num().get_si()));
      if (!measure.has_value()) return {node, {}};
      return {arena.Number(1), *measure};
    }
    default:
      return {node, {}};
  }
}

}  // namespace longhaul::reward::math
