// SPDX-License-Identifier: Apache-2.0
//
// What a statement says: "x = 5" names a value, "x = 2, y = 3" several, "1 +- 2" stands for two.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reward/math/expression.h"

namespace longhaul::reward::math {

struct Assignment {
  const Node* name = nullptr;
  std::string key;  // equal for the same name: f(x), f(n) and f are the function f
  const Node* value = nullptr;
};
// name = value, value = name, name = ... = value, with an approximation behind it dropped.
std::optional<Assignment> AsAssignment(Arena& arena, const Node* node);
// A chain of equal constants, 3 + 4 = 7, also sums and limits: its last member.
const Node* ChainValue(const Node* node);

// An expression without names of any kind.
bool IsConstantValue(const Node& node);

// Symbols, f(x), AB, |AB|, V_1 : V_2, (x, y): what an answer may be named by.
bool IsNameLike(const Node& node);

// x = y = 1 as x = 1, y = 1; other nodes themselves.
const Node* SharedValues(Arena& arena, const Node* node);

using Record = std::vector<Assignment>;
// Assignments to names that are all different; (x, y) = (1, 2) is one of two.
std::optional<Record> AsRecord(Arena& arena, const Node* node);

// f(x), u(x, t): with nothing but names in brackets. In P(A) the capital is no variable.
bool IsFunctionOfNames(const Node& node);

// (y, x): names that have an order of their own.
bool IsCoordinates(const Node& name);
// What holds the coordinates of P(1, 2); null when it is no point with a name.
const Node* PointOf(const Node& node);
// ACBD: letters whose order says something, an order of arrival or the corners of a figure. Two
// are a segment, which has none.
bool IsLetterWord(const Node& node);

// A list or a set: values whose order does not count.
bool IsListLike(const Node& node);
// The members of a list or set, with lists in it (not sets) opened and +- written out.
std::vector<const Node*> ListItems(Arena& arena, const Node* node);
// The values that +- and -+ stand for; the node alone when there are none.
std::vector<const Node*> Expand(Arena& arena, const Node* node);

// [[1, 2], [3, 4]] as a kMatrix; other nodes themselves.
const Node* MatrixOfRows(Arena& arena, const Node* node);

// What a matrix expression comes to: a kMatrix, a determinant worked out; others unchanged.
const Node* SimplifyMatrices(Arena& arena, const Node* node);

}  // namespace longhaul::reward::math
