// SPDX-License-Identifier: Apache-2.0
#include "reward/math/logic.h"

#include <algorithm>
#include <string>

namespace longhaul::reward::math {
namespace {

// The tree with one sign in the place of another.
const Node* WithSign(Arena& arena, const Node* node, std::string_view from, std::string_view to) {
  if (!Contains(*node, Kind::kApply, from)) return node;
  std::vector<const Node*> args;
  for (const Node* arg : node->args) args.push_back(WithSign(arena, arg, from, to));
  if (node->kind == Kind::kApply && node->name == from) {
    return JoinedFormulas(arena, to, std::move(args));
  }
  Node copy = *node;
  copy.args = std::move(args);
  copy.depth = copy.size = 1;
  return arena.Add(std::move(copy));
}

const Node* AsList(Arena& arena, const Node* formula) {
  if (!IsAndOr(*formula)) return formula;
  return arena.Make(Kind::kList, formula->args, formula->name == kOrSign ? "or" : "");
}

bool HasLogic(const Node& node) {
  return Contains(node, Kind::kApply, kAndSign) || Contains(node, Kind::kApply, kOrSign) ||
         Contains(node, Kind::kApply, kNotSign);
}

}  // namespace

bool IsAndOr(const Node& node) {
  return node.kind == Kind::kApply && (node.name == kAndSign || node.name == kOrSign);
}

bool IsQuantified(const Node& node) {
  return node.kind == Kind::kApply && node.args.size() == 2 &&
         (node.name == "\\forall" || node.name == "\\exists" || node.name == "\\nexists");
}

const Node* JoinedFormulas(Arena& arena, std::string_view sign, std::vector<const Node*> parts) {
  if (parts.size() == 1) return parts[0];
  std::vector<const Node*> opened;
  for (const Node* part : parts) {
    if (part->kind == Kind::kApply && part->name == sign) {
      opened.insert(opened.end(), part->args.begin(), part->args.end());
    } else {
      opened.push_back(part);
    }
  }
  return arena.Make(Kind::kApply, std::move(opened), std::string(sign));
}

void MatchLogic(Arena& arena, const Node*& gold, const Node*& pred) {
  if (HasLogic(*gold)) {
    pred = WithSign(arena, pred, kWedgeSign, kAndSign);
  } else if (Contains(*gold, Kind::kApply, kWedgeSign)) {
    pred = WithSign(arena, pred, kAndSign, kWedgeSign);
  }
  if (pred->kind == Kind::kList) gold = AsList(arena, gold);
  if (gold->kind == Kind::kList) pred = AsList(arena, pred);
}

}  // namespace longhaul::reward::math
