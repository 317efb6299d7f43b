// SPDX-License-Identifier: Apache-2.0
#include "reward/math/unit_vector.h"

#include <algorithm>
#include <array>
#include <set>

namespace longhaul::reward::math {
namespace {

constexpr std::string_view kBold = "bold";

// i, j or k; 0 for what is none of them.
char PlainLetter(const Node& node) {
  const bool letter = (node.kind == Kind::kSymbol || node.kind == Kind::kConstant) &&
                      node.name.size() == 1 && node.name[0] >= 'i' && node.name[0] <= 'k';
  return letter ? node.name[0] : 0;
}

// The same below an accent, \hat{\mathbf{i}} as well.
char VectorLetter(const Node& node) {
  if (node.kind != Kind::kApply || node.args.size() != 1) return 0;
  const bool accent = node.name == kBold || node.name == "hat" || node.name == "vec" ||
                      node.name == "widehat" || node.name == "overrightarrow";
  if (!accent) return 0;
  const char letter = PlainLetter(*node.args[0]);
  return letter != 0 ? letter : VectorLetter(*node.args[0]);
}

struct Letters {
  std::set<char> vectors;
  std::set<char> plain;
  bool others = false;
};

void AddLetters(const Node& node, Letters& letters) {
  if (const char vector = VectorLetter(node); vector != 0) {
    letters.vectors.insert(vector);
    return;
  }
  const char plain = PlainLetter(node);
  if (plain != 0) letters.plain.insert(plain);
  letters.others = letters.others || node.kind == Kind::kSymbol;
  for (const Node* arg : node.args) AddLetters(*arg, letters);
}

bool ShowsUnitVectors(const Letters& letters) {
  return letters.vectors.contains('i') || letters.vectors.contains('j') ||
         (letters.vectors.contains('k') && !letters.others);
}

// Every vector, and the plain letters too where there are no vectors, with the accent "hat".
const Node* AsUnitVectors(Arena& arena, const Node* node, const Letters& letters) {
  char letter = VectorLetter(*node);
  if (letter == 0 && letters.vectors.empty()) letter = PlainLetter(*node);
  if (letter != 0) {
    return arena.Make(Kind::kApply, {arena.Symbol(std::string(1, letter))}, "hat");
  }
  if (node->args.empty()) return node;
  Node copy = *node;
  for (const Node*& arg : copy.args) arg = AsUnitVectors(arena, arg, letters);
  copy.depth = copy.size = 1;
  return copy.args == node->args ? node : arena.Add(std::move(copy));
}

// Sums of products with one of the vectors each, by components.
class ComponentReader {
 public:
  explicit ComponentReader(Arena& arena) : arena_(arena) {}

  // The entries of `tuple` vectors; null when the node is no such sum or has more of them.
  const Node* Read(const Node& node, const Node& tuple) {
    if (!Add(node, arena_.Number(1))) return nullptr;
    const size_t size = tuple.args.size();
    if (size < 2 || size > sums_.size() || (size == 2 && !sums_[2].empty())) return nullptr;
    std::vector<const Node*> entries;
    for (size_t i = 0; i < size; ++i) {
      entries.push_back(sums_[i].empty() ? arena_.Number(0) : arena_.Make(Kind::kAdd, sums_[i]));
    }
    return arena_.Make(Kind::kTuple, std::move(entries), "()");
  }

 private:
  static bool HasVector(const Node& node) {
    return VectorLetter(node) != 0 || std::any_of(node.args.begin(), node.args.end(),
                                                  [](const Node* arg) { return HasVector(*arg); });
  }

  bool Add(const Node& node, const Node* scale) {
    if (const char letter = VectorLetter(node); letter != 0) {
      sums_[static_cast<size_t>(letter - 'i')].push_back(scale);
      return true;
    }
    switch (node.kind) {
      case Kind::kAdd:
        return std::all_of(node.args.begin(), node.args.end(),
                           [&](const Node* arg) { return Add(*arg, scale); });
      case Kind::kNegate:
        return Add(*node.args[0], arena_.Make(Kind::kNegate, {scale}));
      case Kind::kDivide:
        return !HasVector(*node.args[1]) &&
               Add(*node.args[0], arena_.Make(Kind::kDivide, {scale, node.args[1]}));
      case Kind::kMultiply:
        return AddProduct(node, scale);
      default:
        return false;
    }
  }

  bool AddProduct(const Node& product, const Node* scale) {
    const Node* vector = nullptr;
    std::vector<const Node*> factors = {scale};
    for (const Node* arg : product.args) {
      if (!HasVector(*arg)) {
        factors.push_back(arg);
      } else if (std::exchange(vector, arg) != nullptr) {
        return false;
      }
    }
    return vector != nullptr && Add(*vector, arena_.Make(Kind::kMultiply, std::move(factors)));
  }

  Arena& arena_;
  std::array<std::vector<const Node*>, 3> sums_;
};

// (1, 2, 3), or the same as a column.
bool IsTupleOfComponents(const Node& node) {
  return (node.kind == Kind::kTuple && node.name == "()") ||
         (node.kind == Kind::kMatrix && node.columns == 1);
}

const Node* WithoutBold(Arena& arena, const Node* node) {
  if (node->kind == Kind::kApply && node->name == kBold) return node->args[0];
  if (!Contains(*node, Kind::kApply, kBold)) return node;
  Node copy = *node;
  for (const Node*& arg : copy.args) arg = WithoutBold(arena, arg);
  copy.depth = copy.size = 1;
  return arena.Add(std::move(copy));
}

}  // namespace

const Node* BoldLetter(Arena& arena, const Node* letter) {
  if (PlainLetter(*letter) == 0) return nullptr;
  return arena.Make(Kind::kApply, {letter}, std::string(kBold));
}

void MatchUnitVectors(Arena& arena, const Node*& gold, const Node*& pred) {
  Letters wanted, written;
  AddLetters(*gold, wanted);
  AddLetters(*pred, written);
  if (wanted.vectors.empty() && written.vectors.empty()) return;
  const bool gold_shows = ShowsUnitVectors(wanted), pred_shows = ShowsUnitVectors(written);
  for (const auto& [vector, tuple] : {std::pair(&gold, &pred), std::pair(&pred, &gold)}) {
    const bool shows = vector == &gold ? gold_shows : pred_shows;
    if (!shows || !IsTupleOfComponents(**tuple)) continue;
    const Node* components = ComponentReader(arena).Read(**vector, **tuple);
    if (components != nullptr) *vector = components;
    return;
  }
  const bool same = (gold_shows && (pred_shows || written.vectors.empty())) ||
                    (pred_shows && wanted.vectors.empty() && wanted.plain.size() > 1);
  gold = same ? AsUnitVectors(arena, gold, wanted) : WithoutBold(arena, gold);
  pred = same ? AsUnitVectors(arena, pred, written) : WithoutBold(arena, pred);
}

}  // namespace longhaul::reward::math
