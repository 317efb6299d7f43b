// SPDX-License-Identifier: Apache-2.0
//
// Sums without end, by the u-transform of D. Levin (1973; E. J. Weniger, "Nonlinear sequence
// transformations", 1989, section 7): a weighted mean of the first partial sums, which converges
// for terms that fall as a power or as a geometric series. As for integrals, two orders show how
// far it has come.
#include <algorithm>

#include "reward/math/evaluate.h"

namespace longhaul::reward::math {
namespace {

constexpr long kPrecision = 640;  // the weights cancel to some two hundred bits
constexpr unsigned kOrder = 48;
constexpr unsigned kLowerOrder = 40;
constexpr long kNeededBits = 90;

// (-1)^j C(k, j) ((j + 1) / (k + 1))^(k - 1)
mpq_class Weight(unsigned j, unsigned order) {
  mpz_class choices, above, below;
  mpz_bin_uiui(choices.get_mpz_t(), order, j);
  mpz_ui_pow_ui(above.get_mpz_t(), j + 1, order - 1);
  mpz_ui_pow_ui(below.get_mpz_t(), order + 1, order - 1);
  mpq_class weight(choices * above, below);
  weight.canonicalize();
  return j % 2 == 0 ? weight : mpq_class(-weight);
}

Ball Transform(const std::vector<Ball>& terms, unsigned order) {
  std::vector<Ball> above, below;
  Ball sum = Ball::Of(0, kPrecision);
  for (unsigned j = 0; j <= order; ++j) {
    sum = Add(sum, terms[j]);
    const Ball scale = Multiply(Ball::Of(j + 1, kPrecision), terms[j]);
    below.push_back(Divide(Ball::Of(Weight(j, order), kPrecision), scale));
    above.push_back(Multiply(below.back(), sum));
  }
  return Divide(Combine(std::move(above), Add), Combine(std::move(below), Add));
}

// A sum of which all terms but the first are out of sight would equal that one.
bool InSight(const std::vector<Ball>& terms) {
  constexpr long kMostBits = 200;
  for (size_t j = 1; j < terms.size(); ++j) {
    if (terms[j].LowerBits() < terms[j - 1].MagnitudeBits() - kMostBits) return false;
  }
  return true;
}

// Terms that fall too slowly have no sum, or none that is found here: by more than half from one
// term to that of twice the number, or with changing signs by a tenth.
bool Falls(const std::vector<Ball>& terms) {
  const Ball &early = terms[kOrder / 2], &late = terms[kOrder];
  const bool alternates = early.ProvedSign() * terms[kOrder / 2 + 1].ProvedSign() < 0;
  const mpq_class share(alternates ? 90 : 49, 100);
  const Ball limit = Multiply(Absolute(early), Ball::Of(share, kPrecision));
  return Subtract(limit, Absolute(late)).ProvedSign() > 0;
}

}  // namespace

Ball Evaluator::InfiniteSum(const Node& node) {
  if (rules_.precision != kPrecision) {
    EvaluationRules rules = rules_;
    rules.precision = kPrecision;
    return Evaluator(point_, rules, budget_).InfiniteSum(node);
  }
  const std::optional<mpq_class> from = exact_.Evaluate(*node.args[1]);
  if (!from.has_value() || from->get_den() != 1) return Undefined();
  std::vector<Ball> terms;
  exact_.bindings().emplace_back(node.args[0]->name, *from);
  for (unsigned j = 0; j <= kOrder; ++j) {
    exact_.bindings().back().second = *from + j;
    terms.push_back(Evaluate(*node.args[3]));
    if (!terms.back().IsProvedNonzero() || !terms.back().real()) break;
  }
  exact_.bindings().pop_back();
  if (terms.size() != kOrder + 1 || !terms.back().IsProvedNonzero() || !Falls(terms) ||
      !InSight(terms)) {
    return Undefined();
  }
  Ball sum = Transform(terms, kOrder);
  const Ball change = Subtract(sum, Transform(terms, kLowerOrder));
  if (!change.defined()) return Undefined();
  const long error = std::max(change.MagnitudeBits(), change.error());
  if (error > sum.MagnitudeBits() - kNeededBits) return Undefined();
  return std::move(sum.Finish(Field::kReal, std::max(sum.error(), error)));
}

}  // namespace longhaul::reward::math
