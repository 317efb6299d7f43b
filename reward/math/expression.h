// SPDX-License-Identifier: Apache-2.0
//
// What a mathematical answer is made of: a tree of typed nodes. Nodes are immutable once added and
// live in an arena, so trees share parts freely and are freed without recursion. Limits on size and
// depth make every later walk bounded: a node over a limit becomes kError, which equals nothing.
#pragma once

#include <gmpxx.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reward/verifier.h"

namespace longhaul::reward::math {

enum class Kind : uint8_t {
  kError,
  // Expressions.
  kNumber,      // value
  kBaseNumber,  // name: digits, columns: the base, value
  kSymbol,      // name
  kConstant,    // name: pi, e, i
  kInfinity,
  kAdd,
  kMultiply,
  kDivide,
  kNegate,
  kPower,
  kRoot,       // radicand, degree
  kPlusMinus,  // a +- b, or +- b; name "+-" or "-+"
  kFunction,   // name: one that has a meaning; args
  kApply,      // name: one that has none, f(x); args
  kSubscript,  // name: the base; args: one index that is an expression
  kBig,        // name: sum, prod, int, lim; args: variable, from, to, body
  kUnit,       // name, as a factor
  kText,       // name: words
  kEllipsis,
  // Collections. kList has no brackets of its own; name "or" when joined by "or".
  kList,
  kTuple,  // name: its brackets, "()" "[)" ...
  kSet,
  kBuilder,  // { variable | conditions ... }
  kRatio,    // a : b : c
  kMatrix,   // rows of `columns`
  kUnion,
  kIntersection,
  kDifference,
  kNamedSet,  // name: R, Z, Q, N, C, empty
  // Statements.
  kRelation,  // args joined by ops
};

enum class Relation : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kApprox,
  kIn,
  kNotIn,
  kOther,  // congruent, similar, parallel, ...: compared by the node's name
};

struct Node {
  Kind kind = Kind::kError;
  std::string name = {};
  std::vector<const Node*> args = {};
  std::vector<Relation> ops = {};  // kRelation: one fewer than args
  mpq_class value = {};
  int decimal_places = -1;          // kNumber: how many were written; -1: no decimal point
  int columns = 0;                  // kMatrix, kBaseNumber
  const Node* alternate = nullptr;  // the other reading: "100,200", "1,5", the letters of "hr"
  int depth = 1;
  int size = 1;  // nodes of the tree below, shared parts counted each time
};

inline constexpr size_t kMaxNodes = 20'000;
inline constexpr int kMaxTreeDepth = 600;
inline constexpr int kMaxTreeSize = 100'000;

class Arena {
 public:
  explicit Arena(WorkBudget& budget) : budget_(budget) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  const Node* Add(Node node);
  const Node* Make(Kind kind, std::vector<const Node*> args, std::string name = "");
  const Node* Number(mpq_class value);
  const Node* Symbol(std::string name) { return Make(Kind::kSymbol, {}, std::move(name)); }
  const Node* Error() { return &error_; }
  WorkBudget& budget() { return budget_; }

 private:
  WorkBudget& budget_;
  std::deque<Node> nodes_;
  Node error_;
};

bool IsNumber(const Node& node, long value);
inline bool IsInteger(const Node& node) {
  return node.kind == Kind::kNumber && node.value.get_den() == 1;
}

// The same text for trees that differ only in the order of what commutes, in how a difference or a
// quotient is written and in the names of bound variables. Equal texts are equal answers.
std::string Canonical(const Node& node, WorkBudget& budget);

// Names of the unknowns: symbols, and as one each the applications, subscripts and sums that have
// no value of their own (their Canonical text).
void CollectUnknowns(const Node& node, WorkBudget& budget, std::vector<std::string>& names);
// Whether a sum, product or integral has limits that are numbers, and no a_k of its own variable,
// so that it has a value.
bool HasFiniteRange(const Node& node);
// A sum from a number to infinity.
bool IsInfiniteSum(const Node& node);
// Has an integral or an infinite sum in it, whose values have fewer digits.
bool IsApproximated(const Node& node);
bool IsOpaque(const Node& node);

bool Contains(const Node& node, Kind kind, std::string_view name = "");
// The tree with every node that `replaced` holds for become `by`.
const Node* Replace(Arena& arena, const Node* node,
                    const std::function<bool(const Node*)>& replaced, const Node* by);
// The tree with every symbol `name` replaced.
const Node* Substitute(Arena& arena, const Node* node, std::string_view name, const Node* by);

}  // namespace longhaul::reward::math
