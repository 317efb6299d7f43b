// SPDX-License-Identifier: Apache-2.0
//
// Functions of one and more arguments.
#include "reward/math/evaluate.h"

namespace longhaul::reward::math {

Ball Evaluator::Function(const Node& node) {
  const std::string& name = node.name;
  if (name == "log") return Logarithm(node);
  if (name == "max" || name == "min") return Extremum(node);
  if (name == "gcd" || name == "lcm" || name == "mod" || name == "double_factorial") {
    const std::optional<mpq_class> exact = exact_.Evaluate(node);
    return exact.has_value() ? Of(*exact) : Undefined();
  }
  if (name == "binom") return BinomialOf(node);
  if (name == "factorial" || name == "floor" || name == "ceil") {
    const std::optional<mpq_class> exact = exact_.Evaluate(node);
    if (exact.has_value()) return Of(*exact);
  }
  Ball x = Evaluate(*node.args[0]);
  if (!x.defined()) return x;
  x.DropImaginary();
  if (name == "factorial") {
    // Only at points of our own: the factorial of 1/2 is no school mathematics.
    if (!Contains(*node.args[0], Kind::kSymbol)) return Undefined();
    if (!budget_.Spend(rules_.precision * 2'000)) return Undefined();
    return Gamma(Add(x, One()));
  }
  if (name == "floor" || name == "ceil") return Rounded(name, x);
  return Elementary(name, x);
}

Ball Evaluator::Elementary(const std::string& name, const Ball& x) {
  if (!budget_.Spend(rules_.precision * 60)) return Undefined();
  if (name == "sin") return Sin(x);
  if (name == "cos") return Cos(x);
  if (name == "tan") return Divide(Sin(x), Cos(x));
  if (name == "cot") return Divide(Cos(x), Sin(x));
  if (name == "sec") return Divide(One(), Cos(x));
  if (name == "csc") return Divide(One(), Sin(x));
  if (name == "exp") return Exp(x);
  if (name == "ln") return Log(x);
  if (name == "abs") return Absolute(x);
  if (name == "conj") return Conjugate(x);
  if (name == "Re" || name == "Im") {
    Ball part(rules_.precision);
    mpfr_set(part.re(), name == "Re" ? x.re() : x.im(), MPFR_RNDN);
    return std::move(part.Finish(Field::kReal, x.error()));
  }
  if (name == "sgn") {
    return x.real() && x.ProvedSign() != 0 ? Of(x.ProvedSign()) : Undefined();
  }
  if (name == "arg") {
    if (!x.IsProvedNonzero()) return Undefined();
    Ball log = Log(x);
    Ball part(rules_.precision);
    mpfr_set(part.re(), log.im(), MPFR_RNDN);
    return std::move(part.Finish(Field::kReal, log.error()));
  }
  if (name.ends_with('h')) return Hyperbolic(name, x);
  return Inverse(name, x);
}

Ball Evaluator::Hyperbolic(const std::string& name, const Ball& x) {
  if (name == "arsinh") return Log(Add(x, Sqrt(Add(Multiply(x, x), One()))));
  if (name == "arcosh") return Log(Add(x, Sqrt(Subtract(Multiply(x, x), One()))));
  if (name == "artanh") {
    return Divide(Log(Divide(Add(One(), x), Subtract(One(), x))), Of(2));
  }
  const Ball up = Met(Exp(x)), down = Met(Exp(Negate(x)));
  const Ball sinh = Divide(Subtract(up, down), Of(2)), cosh = Divide(Add(up, down), Of(2));
  if (name == "sinh") return sinh;
  if (name == "cosh") return cosh;
  if (name == "tanh") return Divide(sinh, cosh);
  if (name == "coth") return Divide(cosh, sinh);
  if (name == "sech") return Divide(One(), cosh);
  if (name == "csch") return Divide(One(), sinh);
  return Undefined();
}

Ball Evaluator::Inverse(const std::string& name, const Ball& x) {
  if (name == "arcsin") return Arcsin(x);
  const Ball right_angle = Divide(Pi(rules_.precision), Of(2));
  if (name == "arccos") return Subtract(right_angle, Arcsin(x));
  if (name == "arctan") return Arctan(x);
  if (name == "arccot") return Subtract(right_angle, Arctan(x));
  return Undefined();
}

// Undefined when the error leaves open on which side of an integer it is.
Ball Evaluator::Rounded(const std::string& name, const Ball& x) {
  if (!x.real() || x.error() > -4) return Undefined();
  Ball rounded(rules_.precision);
  if (name == "floor") {
    mpfr_floor(rounded.re(), x.re());
  } else {
    mpfr_ceil(rounded.re(), x.re());
  }
  rounded.Finish(Field::kReal, kNoError);
  Ball nearest(rules_.precision);
  mpfr_rint(nearest.re(), x.re(), MPFR_RNDN);
  nearest.Finish(Field::kReal, kNoError);
  if (Subtract(x, nearest).ProvedSign() == 0 && x.error() > kNoError / 2) return Undefined();
  return rounded;
}

Ball Evaluator::Extremum(const Node& node) {
  Ball best = Evaluate(*node.args[0]);
  for (size_t i = 1; i < node.args.size(); ++i) {
    const Ball next = Evaluate(*node.args[i]);
    if (!best.defined() || !next.defined() || !best.real() || !next.real()) return Undefined();
    const int sign = Subtract(next, best).ProvedSign();
    if ((node.name == "max" && sign > 0) || (node.name == "min" && sign < 0)) best = next;
  }
  return best;
}

Ball Evaluator::Logarithm(const Node& node) {
  Ball x = Evaluate(*node.args[0]);
  x.DropImaginary();
  const Ball log = Log(x);
  if (node.args.size() == 2) return Divide(log, Log(Evaluate(*node.args[1])));
  return rules_.log_base == LogBase::kTen ? Divide(log, Log(Of(10))) : log;
}

// C(x, k) for a small whole k is a polynomial in x.
Ball Evaluator::BinomialOf(const Node& node) {
  const std::optional<mpq_class> exact = exact_.Evaluate(node);
  if (exact.has_value()) return Of(*exact);
  const Ball above = Evaluate(*node.args[0]);
  const std::optional<mpq_class> below = exact_.Evaluate(*node.args[1]);
  if (below.has_value() && below->get_den() == 1 && *below >= 0 && *below <= 50) {
    Ball value = One();
    for (long i = 0; i < below->get_num().get_si(); ++i) {
      value = Divide(Multiply(value, Subtract(above, Of(i))), Of(i + 1));
    }
    return value;
  }
  if (!Contains(node, Kind::kSymbol)) return Undefined();
  const Ball right = Evaluate(*node.args[1]);
  const Ball rest = Subtract(above, right);
  return Divide(Gamma(Add(above, One())),
                Multiply(Gamma(Add(right, One())), Gamma(Add(rest, One()))));
}

}  // namespace longhaul::reward::math
