// SPDX-License-Identifier: Apache-2.0
//
// Which of two values is the larger, and which equations are the same.
#include <algorithm>

#include "reward/math/value_comparer.h"

namespace longhaul::reward::math {
namespace {

constexpr long kPrecision = 384;
constexpr int kMaxDraws = 15;
constexpr int kNeededAgreements = 5;

}  // namespace

std::optional<Ball> ValueComparer::RealConstant(const Node& node, long precision) {
  std::vector<std::string> names;
  CollectUnknowns(node, budget_, names);
  if (!names.empty()) return std::nullopt;
  Ball value = Evaluator({}, {.precision = precision}, budget_).Evaluate(node);
  value.DropImaginary();
  if (!value.defined() || !value.real()) return std::nullopt;
  return value;
}

std::optional<int> ValueComparer::Order(const Node& a, const Node& b) {
  const auto infinite = [](const Node& node) {
    if (node.kind == Kind::kInfinity) return 1;
    return node.kind == Kind::kNegate && node.args[0]->kind == Kind::kInfinity ? -1 : 0;
  };
  const int left = infinite(a), right = infinite(b);
  if (left != 0 || right != 0) return left < right ? -1 : left > right ? 1 : 0;
  if (a.kind == Kind::kNumber && b.kind == Kind::kNumber) {
    return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  }
  const std::optional<Ball> x = RealConstant(a, kPrecision);
  const std::optional<Ball> y = RealConstant(b, kPrecision);
  if (!x.has_value() || !y.has_value()) return std::nullopt;
  const int sign = Subtract(*x, *y).ProvedSign();
  if (sign != 0) return sign;
  if (EqualExactly(a, b)) return 0;
  return std::nullopt;
}

std::optional<int> ValueComparer::ProportionSign(const Node& f, const Node& g) {
  std::vector<std::string> names;
  CollectUnknowns(f, budget_, names);
  CollectUnknowns(g, budget_, names);
  if (names.empty()) return std::nullopt;
  std::optional<Ball> ratio;
  int agreements = 0;
  EvaluationRules rules = {.precision = 256};
  rules.complex = Contains(f, Kind::kConstant, "i") || Contains(g, Kind::kConstant, "i");
  for (int draw = 0; draw < kMaxDraws && agreements < kNeededAgreements; ++draw) {
    const Point point = Draw(names, draw + 100, Field::kReal);
    Ball x = Evaluator(point, rules, budget_).Evaluate(f);
    Ball y = Evaluator(point, rules, budget_).Evaluate(g);
    x.DropImaginary();
    y.DropImaginary();
    if (x.defined() != y.defined()) return std::nullopt;
    if (!x.defined() || (!x.real() && !y.real())) continue;
    if (x.real() != y.real()) return std::nullopt;
    const Ball quotient = Divide(y, x);
    if (!quotient.defined()) return std::nullopt;
    if (!ratio.has_value()) {
      ratio = quotient;
    } else if (Subtract(quotient, *ratio).IsProvedNonzero() || quotient.error() > -80) {
      return std::nullopt;
    }
    ++agreements;
  }
  if (agreements < 3 || ratio->ProvedSign() == 0) return std::nullopt;
  for (const Point& point : PointsOnPieces(f, g, names)) {
    const Ball product = Multiply(*ratio, Evaluator(point, rules, budget_).Evaluate(f));
    const Ball difference = Subtract(Evaluator(point, rules, budget_).Evaluate(g), product);
    if (difference.defined() && difference.IsProvedNonzero()) return std::nullopt;
  }
  return ratio->ProvedSign();
}

}  // namespace longhaul::reward::math
