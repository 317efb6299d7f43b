// SPDX-License-Identifier: Apache-2.0
//
// The value of an expression at a point, to so many bits, with an error bound.
//
// Over the reals, unless the imaginary unit or a conjugate appears: an odd root of a negative
// number is the real one. Elsewhere principal branches.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "reward/math/ball.h"
#include "reward/math/exact.h"
#include "reward/math/expression.h"

namespace longhaul::reward::math {

struct ComplexRational {
  mpq_class re;
  mpq_class im;
};
using Point = std::map<std::string, ComplexRational, std::less<>>;

// Of a log without one.
enum class LogBase : uint8_t { kNatural, kTen };

struct EvaluationRules {
  long precision = 128;
  bool complex = false;  // principal values throughout
  LogBase log_base = LogBase::kNatural;
};

class Evaluator {
 public:
  // Integers of the point are exact in powers and roundings.
  Evaluator(const Point& point, const EvaluationRules& rules, WorkBudget& budget);

  // Undefined where it has no value, or none that these digits show.
  Ball Evaluate(const Node& node);
  // The largest exponent of two, of either sign, among the values met on the way.
  long reach() const { return reach_; }

 private:
  Ball EvaluateNode(const Node& node);
  const Ball& Met(const Ball& value);
  Ball Unknown(const std::string& name);
  Ball Constant(const std::string& name);
  Ball Power(const Node& base, const Node& exponent);
  Ball Root(const Node& node);
  Ball RealPower(const Ball& base, const mpq_class& exponent);
  Ball Function(const Node& node);
  Ball Elementary(const std::string& name, const Ball& x);
  Ball Hyperbolic(const std::string& name, const Ball& x);
  Ball Inverse(const std::string& name, const Ball& x);
  Ball Rounded(const std::string& name, const Ball& x);
  Ball Extremum(const Node& node);
  Ball Logarithm(const Node& node);
  Ball BinomialOf(const Node& node);
  Ball Series(const Node& node);
  Ball InfiniteSum(const Node& node);
  Ball Integral(const Node& node);
  struct Interval {
    Ball half;  // of its length
    Ball middle;
  };
  void AddTerms(const Node& node, const Interval& range, size_t first, std::vector<Ball>& terms);
  Ball One() const { return Ball::Of(1, rules_.precision); }
  Ball Of(const mpq_class& value) const { return Ball::Of(value, rules_.precision); }
  Ball Undefined() const { return Ball::Undefined(rules_.precision); }

  const Point& point_;
  const EvaluationRules rules_;
  WorkBudget& budget_;
  ExactEvaluator exact_;
  long reach_ = 0;
  std::vector<std::pair<std::string, Ball>> bound_;  // variables of integrals
};

}  // namespace longhaul::reward::math
