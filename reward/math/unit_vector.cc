// SPDX-License-Identifier: Apache-2.0
#include "reward/math/unit_vector.h"

#include <algorithm>
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
  const bool same = (gold_shows && (pred_shows || written.vectors.empty())) ||
                    (pred_shows && wanted.vectors.empty() && wanted.plain.size() > 1);
  gold = same ? AsUnitVectors(arena, gold, wanted) : WithoutBold(arena, gold);
  pred = same ? AsUnitVectors(arena, pred, written) : WithoutBold(arena, pred);
}

}  // namespace longhaul::reward::math
