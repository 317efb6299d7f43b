// SPDX-License-Identifier: Apache-2.0
#include "reward/math/exact.h"

namespace longhaul::reward::math {
namespace {

size_t Bits(const mpq_class& value) {
  return mpz_sizeinbase(value.get_num_mpz_t(), 2) + mpz_sizeinbase(value.get_den_mpz_t(), 2);
}

bool IsWhole(const mpq_class& value) { return value.get_den() == 1; }

std::optional<long> SmallInteger(const mpq_class& value) {
  if (!IsWhole(value) || !value.get_num().fits_slong_p()) return std::nullopt;
  return value.get_num().get_si();
}

mpz_class Floor(const mpq_class& value) {
  mpz_class result;
  mpz_fdiv_q(result.get_mpz_t(), value.get_num_mpz_t(), value.get_den_mpz_t());
  return result;
}

std::optional<mpq_class> Binomial(const mpq_class& above, const mpq_class& below) {
  const std::optional<long> n = SmallInteger(above), k = SmallInteger(below);
  if (!n.has_value() || !k.has_value() || *n < 0 || *n > 4 * kMaxFactorial) return std::nullopt;
  if (*k < 0 || *k > *n) return mpq_class(0);
  mpz_class value;
  mpz_bin_uiui(value.get_mpz_t(), static_cast<unsigned long>(*n), static_cast<unsigned long>(*k));
  return mpq_class(value);
}

}  // namespace

std::optional<mpq_class> PerfectRoot(const mpq_class& value, unsigned long degree) {
  if (degree == 0 || (value < 0 && degree % 2 == 0)) return std::nullopt;
  mpq_class root;
  if (mpz_root(root.get_num_mpz_t(), value.get_num_mpz_t(), degree) == 0) return std::nullopt;
  if (mpz_root(root.get_den_mpz_t(), value.get_den_mpz_t(), degree) == 0) return std::nullopt;
  return root;
}

std::optional<mpq_class> ExactEvaluator::Checked(mpq_class value) {
  if (Bits(value) > kMaxExactBits || !budget_.Spend(2 * static_cast<int64_t>(Bits(value)) + 200)) {
    return std::nullopt;
  }
  return value;
}

std::optional<mpq_class> ExactEvaluator::Evaluate(const Node& node) {
  if (!budget_.Spend(300)) return std::nullopt;
  switch (node.kind) {
    case Kind::kNumber:
      return node.value;
    case Kind::kSymbol:
      for (size_t i = bindings_.size(); i-- > 0;) {
        if (bindings_[i].first == node.name) return bindings_[i].second;
      }
      return std::nullopt;
    case Kind::kAdd:
    case Kind::kMultiply:
      return Fold(node);
    case Kind::kNegate: {
      Result value = Evaluate(*node.args[0]);
      if (value.has_value()) *value = -*value;
      return value;
    }
    case Kind::kDivide: {
      const Result above = Evaluate(*node.args[0]);
      if (!above.has_value()) return std::nullopt;
      const Result below = Evaluate(*node.args[1]);
      if (!below.has_value() || *below == 0) return std::nullopt;
      return Checked(*above / *below);
    }
    case Kind::kPower:
    case Kind::kRoot: {
      const Result base = Evaluate(*node.args[0]);
      if (!base.has_value()) return std::nullopt;
      Result exponent = Evaluate(*node.args[1]);
      if (!exponent.has_value()) return std::nullopt;
      if (node.kind == Kind::kRoot) {
        if (*exponent == 0) return std::nullopt;
        exponent = 1 / *exponent;
      }
      return Power(*base, *exponent);
    }
    case Kind::kFunction:
      return Function(node);
    case Kind::kBig:
      return Series(node);
    default:
      return std::nullopt;
  }
}

std::optional<mpq_class> ExactEvaluator::Fold(const Node& node) {
  mpq_class total = node.kind == Kind::kAdd ? 0 : 1;
  for (const Node* arg : node.args) {
    const Result value = Evaluate(*arg);
    if (!value.has_value()) return std::nullopt;
    if (node.kind == Kind::kAdd) {
      total += *value;
    } else {
      total *= *value;
    }
    if (!Checked(total).has_value()) return std::nullopt;
  }
  return total;
}

std::optional<mpq_class> ExactEvaluator::Power(const mpq_class& base, const mpq_class& exponent) {
  if (!exponent.get_den().fits_uint_p()) return std::nullopt;
  const Result root =
      IsWhole(exponent) ? Result(base) : PerfectRoot(base, exponent.get_den().get_ui());
  if (!root.has_value()) return std::nullopt;
  const mpz_class times = abs(exponent.get_num());
  if (*root == 0) {
    if (exponent <= 0) return std::nullopt;
    return mpq_class(0);
  }
  if (*root == 1) return root;
  if (*root == -1) return mpq_class(mpz_even_p(times.get_mpz_t()) ? 1 : -1);
  if (!times.fits_ulong_p() || times.get_ui() > kMaxExactBits ||
      times.get_ui() * Bits(*root) > kMaxExactBits) {
    return std::nullopt;
  }
  mpq_class power;
  mpz_pow_ui(power.get_num_mpz_t(), root->get_num_mpz_t(), times.get_ui());
  mpz_pow_ui(power.get_den_mpz_t(), root->get_den_mpz_t(), times.get_ui());
  if (exponent < 0) power = 1 / power;
  return Checked(std::move(power));
}

std::optional<mpq_class> ExactEvaluator::Function(const Node& node) {
  const std::string& name = node.name;
  if (name == "gcd" || name == "lcm" || name == "max" || name == "min") return Integers(node);
  if (name != "abs" && name != "floor" && name != "ceil" && name != "factorial" &&
      name != "double_factorial" && name != "binom" && name != "mod" && name != "sgn") {
    return std::nullopt;
  }
  const Result first = Evaluate(*node.args[0]);
  if (!first.has_value()) return std::nullopt;
  if (name == "abs") return mpq_class(abs(*first));
  if (name == "sgn") return mpq_class(sgn(*first));
  if (name == "floor") return mpq_class(Floor(*first));
  if (name == "ceil") return mpq_class(-Floor(-*first));
  if (name == "factorial" || name == "double_factorial") {
    const std::optional<long> n = SmallInteger(*first);
    if (!n.has_value() || *n < 0 || *n > kMaxFactorial || !budget_.Spend(*n * *n / 8 + *n)) {
      return std::nullopt;
    }
    mpz_class value;
    if (name == "factorial") {
      mpz_fac_ui(value.get_mpz_t(), static_cast<unsigned long>(*n));
    } else {
      mpz_2fac_ui(value.get_mpz_t(), static_cast<unsigned long>(*n));
    }
    return Checked(mpq_class(value));
  }
  const Result second = Evaluate(*node.args[1]);
  if (!second.has_value()) return std::nullopt;
  if (name == "binom") {
    const Result value = Binomial(*first, *second);
    return value.has_value() ? Checked(*value) : value;
  }
  if (*second == 0) return std::nullopt;
  return mpq_class(*first - *second * Floor(*first / *second));
}

std::optional<mpq_class> ExactEvaluator::Integers(const Node& node) {
  Result total;
  for (const Node* arg : node.args) {
    const Result value = Evaluate(*arg);
    if (!value.has_value()) return std::nullopt;
    if (!total.has_value()) {
      total = value;
    } else if (node.name == "max") {
      total = std::max(*total, *value);
    } else if (node.name == "min") {
      total = std::min(*total, *value);
    } else if (!IsWhole(*value) || !IsWhole(*total)) {
      return std::nullopt;
    } else if (node.name == "gcd") {
      total = mpq_class(gcd(total->get_num(), value->get_num()));
    } else {
      total = mpq_class(lcm(total->get_num(), value->get_num()));
    }
    if (!Checked(*total).has_value()) return std::nullopt;
  }
  return total;
}

std::optional<mpq_class> ExactEvaluator::Series(const Node& node) {
  if (node.name == "int" || !HasFiniteRange(node)) return std::nullopt;
  const Result from = Evaluate(*node.args[1]), to = Evaluate(*node.args[2]);
  if (!from.has_value() || !to.has_value() || !IsWhole(*from) || !IsWhole(*to) ||
      *to - *from > kMaxSumTerms) {
    return std::nullopt;
  }
  mpq_class total = node.name == "sum" ? 0 : 1;
  Result result;
  bindings_.emplace_back(node.args[0]->name, *from);
  for (mpq_class k = *from; k <= *to; ++k) {
    bindings_.back().second = k;
    const Result value = Evaluate(*node.args[3]);
    if (!value.has_value()) break;
    if (node.name == "sum") {
      total += *value;
    } else {
      total *= *value;
    }
    if (!Checked(total).has_value()) break;
    if (k == *to) result = total;
  }
  bindings_.pop_back();
  if (*to < *from) return total;
  return result;
}

}  // namespace longhaul::reward::math
