// SPDX-License-Identifier: Apache-2.0
#include "reward/math/unit_letters.h"

#include <algorithm>

#include "reward/math/unit.h"

namespace longhaul::reward::math {
namespace {

// Letters of a formula that is nothing but numbers and what may be units, as such.
class UnitLetterReader {
 public:
  explicit UnitLetterReader(Arena& arena) : arena_(arena) {}

  const Node* Read(const Node* node) {
    return !node->args.empty() && IsQuantity(*node) ? Replaced(node) : node;
  }

 private:
  // m, and the \mu before another.
  static bool IsUnitLetter(const Node& part) {
    constexpr std::string_view kSymbols = "msghLlNJWVKCAF";
    if (part.kind != Kind::kSymbol) return false;
    return part.name == "\\mu" || part.name == "\\Omega" ||
           (part.name.size() == 1 && kSymbols.find(part.name[0]) != std::string_view::npos);
  }

  // The km of letters side by side; empty for others.
  static std::string Word(const Node& part) {
    if (part.kind != Kind::kMultiply || part.name != "word") return "";
    std::string word;
    for (const Node* arg : part.args) {
      if (arg->kind != Kind::kSymbol && arg->kind != Kind::kConstant) return "";
      word += arg->name;
    }
    return IsKnownMeasure(word) ? word : "";
  }

  static bool IsQuantity(const Node& part) {
    if (!Word(part).empty()) return true;
    if (part.kind == Kind::kMultiply || part.kind == Kind::kDivide) {
      return std::all_of(part.args.begin(), part.args.end(),
                         [](const Node* arg) { return IsQuantity(*arg); });
    }
    if (part.kind == Kind::kPower) {
      const Node& exponent = *part.args[1];
      const bool negative = exponent.kind == Kind::kNegate;
      return IsInteger(negative ? *exponent.args[0] : exponent) && IsQuantity(*part.args[0]);
    }
    if (part.kind == Kind::kNegate) return IsQuantity(*part.args[0]);
    return part.kind == Kind::kNumber || part.kind == Kind::kUnit || IsUnitLetter(part);
  }

  const Node* Replaced(const Node* node) {
    if (const std::string word = Word(*node); !word.empty()) {
      return arena_.Make(Kind::kUnit, {}, word);
    }
    if (IsUnitLetter(*node)) {
      if (node->name == "\\mu") return arena_.Number(mpq_class(1, 1'000'000));
      return arena_.Make(Kind::kUnit, {}, node->name == "\\Omega" ? "ohm" : node->name);
    }
    if (node->args.empty()) return node;
    Node copy = *node;
    for (const Node*& arg : copy.args) arg = Replaced(arg);
    copy.depth = copy.size = 1;
    return copy.args == node->args ? node : arena_.Add(std::move(copy));
  }

  Arena& arena_;
};

}  // namespace

const Node* UnitLetters(Arena& arena, const Node* node) {
  return UnitLetterReader(arena).Read(node);
}

const Node* UnitsAsLetters(Arena& arena, const Node* node, const Node& names) {
  const bool power = node->kind == Kind::kPower && node->args[0]->kind == Kind::kUnit;
  const Node& unit = power ? *node->args[0] : *node;
  if (unit.kind == Kind::kUnit) {
    if (unit.alternate == nullptr) return node;
    std::vector<const Node*> letters = unit.alternate->args;
    const bool named = std::all_of(letters.begin(), letters.end(), [&](const Node* letter) {
      return Contains(names, Kind::kSymbol, letter->name);
    });
    if (!named) return node;
    if (power) letters.back() = arena.Make(Kind::kPower, {letters.back(), node->args[1]});
    return arena.Make(Kind::kMultiply, std::move(letters));
  }
  std::vector<const Node*> args;
  bool changed = false;
  for (const Node* arg : node->args) {
    args.push_back(UnitsAsLetters(arena, arg, names));
    changed = changed || args.back() != arg;
  }
  return changed ? arena.Make(node->kind, std::move(args), node->name) : node;
}

}  // namespace longhaul::reward::math
