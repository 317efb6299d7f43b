// SPDX-License-Identifier: Apache-2.0
#include "reward/math/evaluate.h"

#include <algorithm>
#include <cstdlib>

namespace longhaul::reward::math {
namespace {

constexpr long kMaxWholePower = 4'096;
constexpr long kIntegralPrecision = 192;  // whatever is asked for
constexpr int kStepsInOne = 32;           // of t, in the finer of two trapezoidal rules
constexpr int kReach = 4;                 // t goes from -4 to 4

struct Abscissa {
  Ball x;
  Ball weight;
};

// Of the trapezoidal rule in t for x = tanh(pi/2 sinh t) (Takahasi and Mori, 1974): the same for
// every integral.
std::vector<Abscissa> MakeAbscissas() {
  const auto of = [](const mpq_class& value) { return Ball::Of(value, kIntegralPrecision); };
  const Ball quarter_turn = Divide(Pi(kIntegralPrecision), of(2));
  std::vector<Abscissa> abscissas;
  for (int step = -kReach * kStepsInOne; step <= kReach * kStepsInOne; ++step) {
    const Ball up = Exp(of(mpq_class(step, kStepsInOne))), down = Divide(of(1), up);
    const Ball grown = Exp(Multiply(quarter_turn, Divide(Subtract(up, down), of(2))));
    const Ball shrunk = Divide(of(1), grown);
    const Ball wide = Divide(Add(grown, shrunk), of(2));
    const Ball slope = Multiply(quarter_turn, Divide(Add(up, down), of(2)));
    abscissas.push_back({.x = Divide(Divide(Subtract(grown, shrunk), of(2)), wide),
                         .weight = Divide(slope, Multiply(wide, wide))});
  }
  return abscissas;
}

const std::vector<Abscissa>& Abscissas() {
  static const auto& abscissas = *new std::vector<Abscissa>(MakeAbscissas());
  return abscissas;
}

}  // namespace

Evaluator::Evaluator(const Point& point, const EvaluationRules& rules, WorkBudget& budget)
    : point_(point), rules_(rules), budget_(budget), exact_(budget) {
  for (const auto& [name, value] : point) {
    if (value.im == 0 && value.re.get_den() == 1) exact_.bindings().emplace_back(name, value.re);
  }
}

const Ball& Evaluator::Met(const Ball& value) {
  if (value.IsProvedNonzero()) reach_ = std::max(reach_, std::labs(value.MagnitudeBits()));
  return value;
}

Ball Evaluator::Evaluate(const Node& node) {
  Ball value = EvaluateNode(node);
  Met(value);
  return value;
}

Ball Evaluator::EvaluateNode(const Node& node) {
  if (!budget_.Spend(rules_.precision * 6)) return Undefined();
  switch (node.kind) {
    case Kind::kNumber:
      return Of(node.value);
    case Kind::kConstant:
      return Constant(node.name);
    case Kind::kSymbol:
      return Unknown(node.name);
    case Kind::kUnit:
      if (node.name == "degree") return Divide(Pi(rules_.precision), Of(180));
      return Unknown(Canonical(node, budget_));
    case Kind::kAdd:
    case Kind::kMultiply: {
      std::vector<Ball> parts;
      for (const Node* arg : node.args) parts.push_back(Evaluate(*arg));
      return Combine(std::move(parts), node.kind == Kind::kAdd ? Add : Multiply);
    }
    case Kind::kRatio:
      if (node.args.size() != 2) return Undefined();
      return Divide(Evaluate(*node.args[0]), Evaluate(*node.args[1]));
    case Kind::kDivide:
      return Divide(Evaluate(*node.args[0]), Evaluate(*node.args[1]));
    case Kind::kNegate:
      return Negate(Evaluate(*node.args[0]));
    case Kind::kPower:
      return Power(*node.args[0], *node.args[1]);
    case Kind::kRoot:
      return Root(node);
    case Kind::kFunction:
      return Function(node);
    case Kind::kBig:
      if (IsOpaque(node)) return Unknown(Canonical(node, budget_));
      if (IsInfiniteSum(node)) return InfiniteSum(node);
      return node.name == "int" ? Integral(node) : Series(node);
    case Kind::kApply:
    case Kind::kSubscript:
    case Kind::kText:
    case Kind::kEllipsis:
      return Unknown(Canonical(node, budget_));
    default:
      return Undefined();
  }
}

Ball Evaluator::Unknown(const std::string& name) {
  for (size_t i = bound_.size(); i-- > 0;) {
    if (bound_[i].first == name) return bound_[i].second;
  }
  for (size_t i = exact_.bindings().size(); i-- > 0;) {
    if (exact_.bindings()[i].first == name) return Of(exact_.bindings()[i].second);
  }
  const auto found = point_.find(name);
  if (found == point_.end()) return Undefined();
  Ball value = Of(found->second.re);
  if (found->second.im == 0) return value;
  mpfr_set_q(value.im(), found->second.im.get_mpq_t(), MPFR_RNDN);
  return std::move(value.Finish(Field::kComplex, kNoError));
}

Ball Evaluator::Constant(const std::string& name) {
  if (name == "pi") return Pi(rules_.precision);
  if (name == "e") return Exp(One());
  Ball unit(rules_.precision);
  mpfr_set_zero(unit.re(), 1);
  mpfr_set_si(unit.im(), 1, MPFR_RNDN);
  return std::move(unit.Finish(Field::kComplex, kNoError));
}

// A real base to a rational power; an odd denominator gives a real value for a negative base too.
Ball Evaluator::RealPower(const Ball& base, const mpq_class& exponent) {
  const mpz_class& below = exponent.get_den();
  if (!rules_.complex && mpz_odd_p(below.get_mpz_t()) && below.fits_ushort_p() &&
      abs(exponent.get_num()) <= kMaxWholePower) {
    return WholePower(OddRoot(base, below.get_ui()), exponent.get_num().get_si());
  }
  if (below == 2 && abs(exponent.get_num()) <= kMaxWholePower) {
    return WholePower(Sqrt(base), exponent.get_num().get_si());
  }
  return math::Power(base, Of(exponent));
}

Ball Evaluator::Power(const Node& base, const Node& exponent) {
  const std::optional<mpq_class> exact = exact_.Evaluate(exponent);
  Ball value = Evaluate(base);
  if (!value.defined()) return value;
  value.DropImaginary();
  if (!exact.has_value()) return math::Power(value, Evaluate(exponent));
  const bool whole = exact->get_den() == 1;
  if (whole && abs(exact->get_num()) <= kMaxWholePower) {
    if (*exact == 0 && !value.IsProvedNonzero()) return Undefined();
    const auto squarings = static_cast<int64_t>(mpz_sizeinbase(exact->get_num_mpz_t(), 2));
    if (!budget_.Spend(rules_.precision * 6 * squarings)) return Undefined();
    return WholePower(value, exact->get_num().get_si());
  }
  if (!whole && value.real()) return RealPower(value, *exact);
  if (whole && value.real() && value.ProvedSign() < 0) {
    Ball power = math::Power(Negate(value), Of(*exact));
    return mpz_even_p(exact->get_num_mpz_t()) ? power : Negate(power);
  }
  return math::Power(value, Of(*exact));
}

Ball Evaluator::Root(const Node& node) {
  Ball value = Evaluate(*node.args[0]);
  if (!value.defined()) return value;
  value.DropImaginary();
  const std::optional<mpq_class> degree = exact_.Evaluate(*node.args[1]);
  if (degree.has_value() && *degree == 2) return Sqrt(value);
  if (degree.has_value() && *degree != 0 && value.real()) return RealPower(value, 1 / *degree);
  return math::Power(value, Divide(One(), Evaluate(*node.args[1])));
}

Ball Evaluator::Series(const Node& node) {
  const std::optional<mpq_class> from = exact_.Evaluate(*node.args[1]);
  const std::optional<mpq_class> to = exact_.Evaluate(*node.args[2]);
  if (!from.has_value() || !to.has_value() || from->get_den() != 1 || to->get_den() != 1 ||
      *to - *from > kMaxSumTerms) {
    return Undefined();
  }
  const bool sum = node.name == "sum";
  std::vector<Ball> terms = {Of(sum ? 0 : 1)};
  exact_.bindings().emplace_back(node.args[0]->name, *from);
  for (mpq_class k = *from; k <= *to && terms.back().defined(); ++k) {
    exact_.bindings().back().second = k;
    terms.push_back(Evaluate(*node.args[3]));
  }
  exact_.bindings().pop_back();
  return Combine(std::move(terms), sum ? Add : Multiply);
}

// The value under the integral at the abscissas from `first` on, every second one, with weights.
void Evaluator::AddTerms(const Node& node, const Interval& range, size_t first,
                         std::vector<Ball>& terms) {
  const std::vector<Abscissa>& abscissas = Abscissas();
  bound_.emplace_back(node.args[0]->name, Of(0));
  for (size_t i = first; i < abscissas.size(); i += 2) {
    bound_.back().second = Add(range.middle, Multiply(range.half, abscissas[i].x));
    terms.push_back(Multiply(abscissas[i].weight, Evaluate(*node.args[3])));
    if (!terms.back().defined()) break;
  }
  bound_.pop_back();
}

// Two step widths: their difference bounds the error, which squares with each halving.
Ball Evaluator::Integral(const Node& node) {
  if (!bound_.empty()) return Undefined();
  if (rules_.precision != kIntegralPrecision) {
    EvaluationRules rules = rules_;
    rules.precision = kIntegralPrecision;
    return Evaluator(point_, rules, budget_).Evaluate(node);
  }
  const Ball from = Evaluate(*node.args[1]), to = Evaluate(*node.args[2]);
  const Interval range = {Divide(Subtract(to, from), Of(2)), Divide(Add(to, from), Of(2))};
  std::vector<Ball> terms;
  AddTerms(node, range, 0, terms);
  const Ball width = Multiply(range.half, Of(mpq_class(1, kStepsInOne / 2)));
  const Ball coarse = Multiply(Combine(terms, Add), width);
  AddTerms(node, range, 1, terms);
  Ball fine = Divide(Multiply(Combine(std::move(terms), Add), width), Of(2));
  const Ball difference = Subtract(fine, coarse);
  if (!difference.defined() || difference.MagnitudeBits() > -55) return Undefined();
  return std::move(fine.Finish(fine.field(), std::max(fine.error(), -95L)));
}

}  // namespace longhaul::reward::math
