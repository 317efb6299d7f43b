// SPDX-License-Identifier: Apache-2.0
#include "reward/math/binomial_notation.h"

#include <algorithm>

namespace longhaul::reward::math {
namespace {

bool IsC(const Node& node) { return node.kind == Kind::kSymbol && node.name == "C"; }

bool IsCount(const Node& node) {
  return IsInteger(node) && node.decimal_places < 0 && node.value >= 0;
}

// Null when the numbers make none.
const Node* Binomial(Arena& arena, const Node* n, const Node* k) {
  const bool numbers = n->kind == Kind::kNumber && k->kind == Kind::kNumber;
  if (numbers && !(IsCount(*n) && IsCount(*k) && k->value <= n->value)) return nullptr;
  if ((n->kind == Kind::kNumber && !IsCount(*n)) || (k->kind == Kind::kNumber && !IsCount(*k))) {
    return nullptr;
  }
  return arena.Make(Kind::kFunction, {n, k}, "binom");
}

// The 8 of C_8.
const Node* SubscriptOfC(Arena& arena, const Node& node) {
  if (node.kind != Kind::kSymbol || !node.name.starts_with("C_") || node.name.size() > 8) {
    return nullptr;
  }
  const std::string digits = node.name.substr(2);
  const bool number =
      !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
  return number ? arena.Number(mpq_class(digits)) : nullptr;
}

// C (8, 3) and 8 C 3 among the factors.
const Node* OfProduct(Arena& arena, const Node& product) {
  std::vector<const Node*> factors;
  bool changed = false;
  for (size_t i = 0; i < product.args.size(); ++i) {
    const Node* factor = product.args[i];
    const Node* next = i + 1 < product.args.size() ? product.args[i + 1] : nullptr;
    const Node* binomial = nullptr;
    if (IsC(*factor) && next != nullptr) {
      const bool pair = next->kind == Kind::kTuple && next->name == "()" && next->args.size() == 2;
      const bool between = !factors.empty() && i > 0 && factors.back() == product.args[i - 1] &&
                           IsCount(*factors.back()) && IsCount(*next);
      if (pair) {
        binomial = Binomial(arena, next->args[0], next->args[1]);
      } else if (between) {
        binomial = Binomial(arena, factors.back(), next);
        if (binomial != nullptr) factors.pop_back();
      }
    }
    factors.push_back(binomial != nullptr ? binomial : factor);
    if (binomial == nullptr) continue;
    changed = true;
    ++i;
  }
  if (!changed) return &product;
  return factors.size() == 1 ? factors[0] : arena.Make(Kind::kMultiply, std::move(factors));
}

}  // namespace

const Node* ReadBinomials(Arena& arena, const Node* node) {
  std::vector<const Node*> args;
  bool changed = false;
  for (const Node* arg : node->args) {
    args.push_back(ReadBinomials(arena, arg));
    changed = changed || args.back() != arg;
  }
  if (changed) {
    Node copy = *node;
    copy.args = std::move(args);
    copy.depth = copy.size = 1;
    node = arena.Add(std::move(copy));
  }
  const Node* binomial = nullptr;
  if (node->kind == Kind::kMultiply) return OfProduct(arena, *node);
  if (node->kind == Kind::kApply && node->name == "C" && node->args.size() == 2) {
    binomial = Binomial(arena, node->args[0], node->args[1]);
  } else if (node->kind == Kind::kPower && IsCount(*node->args[1])) {
    const Node* n = SubscriptOfC(arena, *node->args[0]);
    if (n != nullptr) binomial = Binomial(arena, n, node->args[1]);
  }
  return binomial != nullptr ? binomial : node;
}

}  // namespace longhaul::reward::math
