// SPDX-License-Identifier: Apache-2.0
#include "reward/math/letter_products.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>

#include "reward/math/statement.h"

namespace longhaul::reward::math {
namespace {

bool IsCapital(const Node& node) {
  return node.kind == Kind::kSymbol &&
         std::isupper(static_cast<unsigned char>(node.name[0])) != 0 &&
         (node.name.size() == 1 || node.name[1] == '_');
}

bool IsMinusOne(const Node& node) {
  return IsNumber(node, -1) || (node.kind == Kind::kNegate && IsNumber(*node.args[0], 1));
}

bool IsInverse(const Node& node) { return node.kind == Kind::kPower && IsMinusOne(*node.args[1]); }

// The name of g^{-1}, which is one symbol for a letter that may be a function's.
constexpr std::string_view kInverseName = "^{-1}";

bool IsInverseName(const Node& node) {
  return node.kind == Kind::kSymbol && node.name.ends_with(kInverseName);
}

// Of g and of g^{-1}; empty for what is neither.
std::string_view LetterOf(const Node& factor) {
  const Node& base = factor.kind == Kind::kPower ? *factor.args[0] : factor;
  if (base.kind != Kind::kSymbol) return "";
  std::string_view name = base.name;
  if (IsInverseName(base)) name.remove_suffix(kInverseName.size());
  return name;
}

bool IsTranspose(const Node& node) {
  if (node.kind != Kind::kPower || node.args[1]->kind != Kind::kSymbol) return false;
  const std::string& sign = node.args[1]->name;
  if (sign == "\\top") return true;
  const Kind base = node.args[0]->kind;  // (1 + r)^T is a power
  return (sign == "T" || sign == "prime" || sign == "\\dagger") &&
         (base == Kind::kSymbol || base == Kind::kMultiply || base == Kind::kApply);
}

// Factors with products in them opened, numbers left out.
void AddFactors(const Node& node, std::vector<const Node*>& factors) {
  if (IsConstantValue(node)) return;
  if (node.kind != Kind::kMultiply) return factors.push_back(&node);
  for (const Node* arg : node.args) AddFactors(*arg, factors);
}

const Node& BaseOf(const Node& factor) {
  return factor.kind == Kind::kPower ? *factor.args[0] : factor;
}

bool HasCapital(const Node& node) {
  return IsCapital(node) || std::any_of(node.args.begin(), node.args.end(),
                                        [](const Node* arg) { return HasCapital(*arg); });
}

// g h g^{-1}: a letter, something else, and its inverse.
bool IsConjugation(const std::vector<const Node*>& factors) {
  struct Places {
    size_t plain = SIZE_MAX;
    size_t inverse = SIZE_MAX;
  };
  std::map<std::string_view, Places> first;
  for (size_t i = 0; i < factors.size(); ++i) {
    const std::string_view letter = LetterOf(*factors[i]);
    if (letter.empty()) continue;
    const bool inverse = IsInverse(*factors[i]) || IsInverseName(*factors[i]);
    Places& places = first[letter];
    size_t& place = inverse ? places.inverse : places.plain;
    const size_t undone = inverse ? places.plain : places.inverse;
    place = std::min(place, i);
    if (undone != SIZE_MAX && undone + 1 < i) return true;
  }
  return false;
}

bool IsProductInOrder(const Node& product) {
  std::vector<const Node*> factors;
  AddFactors(product, factors);
  if (factors.size() < 2) return false;
  if (product.name == "bold" || IsConjugation(factors)) return true;
  const auto capitals = std::count_if(factors.begin(), factors.end(),
                                      [](const Node* arg) { return HasCapital(*arg); });
  return std::any_of(factors.begin(), factors.end(), [&](const Node* factor) {
    return IsTranspose(*factor) || IsInverseName(*factor) ||
           (capitals > 1 && IsInverse(*factor) && HasCapital(*factor->args[0]));
  });
}

// "AB" of the product AB of capitals; empty for others.
std::string CapitalsOf(const Node& term) {
  std::vector<const Node*> factors;
  AddFactors(term.kind == Kind::kNegate ? *term.args[0] : term, factors);
  std::string letters;
  for (const Node* factor : factors) {
    if (!IsCapital(*factor)) return "";
    letters += factor->name;
  }
  return letters;
}

bool HasTwoOrders(const Node& sum) {
  std::vector<std::pair<std::string, std::string>> seen;  // in alphabetical order, as written
  for (const Node* term : sum.args) {
    const std::string written = CapitalsOf(*term);
    std::string sorted = written;
    std::sort(sorted.begin(), sorted.end());
    if (written.size() < 2) continue;
    for (const auto& [other_sorted, other] : seen) {
      if (other_sorted == sorted && other != written) return true;
    }
    seen.emplace_back(sorted, written);
  }
  return false;
}

// AB, or AB^2, the square of its length.
bool IsSegment(const Node& node) {
  return node.kind == Kind::kMultiply && node.name == "word" && node.args.size() == 2 &&
         IsCapital(*node.args[0]) && IsCapital(BaseOf(*node.args[1]));
}

int CountSegments(const Node& node) {
  if (IsSegment(node)) return 1;
  if (node.kind != Kind::kMultiply && node.kind != Kind::kDivide) return 0;
  int count = 0;
  for (const Node* arg : node.args) count += CountSegments(*arg);
  return count;
}

class LetterReader {
 public:
  LetterReader(Arena& arena, LetterMeaning meaning) : arena_(arena), meaning_(meaning) {}

  const Node* Read(const Node* node) {
    if (meaning_ == LetterMeaning::kSegments && IsSegment(*node)) return Segment(*node);
    if (meaning_ == LetterMeaning::kInOrder && IsInverseName(*node)) {
      const Node* letter = arena_.Symbol(std::string(LetterOf(*node)));
      return arena_.Make(Kind::kPower, {letter, arena_.Number(-1)});
    }
    if (node->args.empty() || !arena_.budget().Spend(100)) return node;
    Node copy = *node;
    for (const Node*& arg : copy.args) arg = Read(arg);
    copy.depth = copy.size = 1;
    if (meaning_ == LetterMeaning::kInOrder) {
      if (copy.kind == Kind::kMultiply) return InOrder(copy);
      if ((IsInverse(copy) || IsTranspose(copy)) && IsOrdered(*copy.args[0]) &&
          !(IsInverse(copy) && HasTranspose(*copy.args[0]))) {
        return Reversed(*copy.args[0], copy.args[1]);
      }
    }
    return copy.args == node->args ? node : arena_.Add(std::move(copy));
  }

 private:
  static bool IsOrdered(const Node& node) {
    return node.kind == Kind::kApply && node.name == "product in order";
  }

  // The factors of X^T X need no inverses of their own.
  static bool HasTranspose(const Node& product) {
    return std::any_of(product.args.begin(), product.args.end(),
                       [](const Node* factor) { return IsTranspose(*factor); });
  }

  const Node* Segment(const Node& word) {
    std::string first = word.args[0]->name, second = BaseOf(*word.args[1]).name;
    if (second < first) std::swap(first, second);
    const Node* name = arena_.Symbol(first + second);
    if (word.args[1]->kind != Kind::kPower) return name;
    return arena_.Make(Kind::kPower, {name, word.args[1]->args[1]});
  }

  const Node* Reversed(const Node& product, const Node* exponent) {
    std::vector<const Node*> factors;
    for (size_t i = product.args.size(); i-- > 0;) {
      const Node* factor = product.args[i];
      const bool undone = IsInverse(*factor) && IsMinusOne(*exponent);
      factors.push_back(undone ? factor->args[0] : arena_.Make(Kind::kPower, {factor, exponent}));
    }
    return Joined(std::move(factors));
  }

  bool Cancel(const Node& a, const Node& b) {
    if (IsInverse(a) == IsInverse(b)) return false;
    const Node& base = IsInverse(a) ? *a.args[0] : a;
    const Node& other = IsInverse(b) ? *b.args[0] : b;
    return Canonical(base, arena_.budget()) == Canonical(other, arena_.budget());
  }

  const Node* Joined(std::vector<const Node*> factors) {
    std::vector<const Node*> reduced;
    for (const Node* factor : factors) {
      if (!reduced.empty() && Cancel(*reduced.back(), *factor)) {
        reduced.pop_back();
      } else {
        reduced.push_back(factor);
      }
    }
    if (reduced.empty()) return arena_.Number(1);
    if (reduced.size() == 1) return reduced[0];
    return arena_.Make(Kind::kApply, std::move(reduced), "product in order");
  }

  // Numbers go out in front.
  const Node* InOrder(const Node& product) {
    std::vector<const Node*> numbers, factors;
    for (const Node* arg : product.args) {
      if (IsConstantValue(*arg)) {
        numbers.push_back(arg);
      } else if (IsOrdered(*arg)) {
        factors.insert(factors.end(), arg->args.begin(), arg->args.end());
      } else if (arg->kind == Kind::kMultiply) {  // of a number and a product in order
        for (const Node* inner : arg->args) {
          std::vector<const Node*>& list = IsConstantValue(*inner) ? numbers : factors;
          if (IsOrdered(*inner)) {
            list.insert(list.end(), inner->args.begin(), inner->args.end());
          } else {
            list.push_back(inner);
          }
        }
      } else {
        factors.push_back(arg);
      }
    }
    if (!factors.empty()) numbers.push_back(Joined(std::move(factors)));
    return numbers.size() == 1 ? numbers[0] : arena_.Make(Kind::kMultiply, std::move(numbers));
  }

  Arena& arena_;
  const LetterMeaning meaning_;
};

}  // namespace

namespace {

// V / R: of matrices there are no quotients.
bool DividesByCapital(const Node& node) {
  if (node.kind == Kind::kDivide && HasCapital(*node.args[1])) return true;
  return std::any_of(node.args.begin(), node.args.end(),
                     [](const Node* arg) { return DividesByCapital(*arg); });
}

}  // namespace

LetterMeaning MeaningOfLetters(const Node& gold, const Node& pred) {
  const LetterMeaning meaning = MeaningOfLetters(gold);
  return DividesByCapital(gold) ? meaning : std::max(meaning, MeaningOfLetters(pred));
}

LetterMeaning MeaningOfLetters(const Node& answer) {
  if (answer.kind == Kind::kMultiply && IsProductInOrder(answer)) return LetterMeaning::kInOrder;
  if (answer.kind == Kind::kAdd && HasTwoOrders(answer)) return LetterMeaning::kInOrder;
  LetterMeaning meaning =
      CountSegments(answer) > 1 ? LetterMeaning::kSegments : LetterMeaning::kNumbers;
  for (const Node* arg : answer.args) meaning = std::max(meaning, MeaningOfLetters(*arg));
  return meaning;
}

const Node* ReadLetters(Arena& arena, const Node* answer, LetterMeaning meaning) {
  if (meaning == LetterMeaning::kNumbers) return answer;
  return LetterReader(arena, meaning).Read(answer);
}

}  // namespace longhaul::reward::math
