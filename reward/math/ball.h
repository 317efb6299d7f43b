// SPDX-License-Identifier: Apache-2.0
//
// Complex numbers of many digits with a bound on their error: the true value is within 2^error of
// the one held. Two balls that do not meet are proved different. Ball arithmetic: J. van der
// Hoeven, "Ball arithmetic", 2009; bounds here are kept as exponents and rounded up generously.
#pragma once

#include <gmpxx.h>
#include <mpc.h>

#include <cstdint>
#include <vector>

namespace longhaul::reward::math {

inline constexpr long kNoError = -(1L << 40);

// What a value is known to be in; a complex one may still be real.
enum class Field : uint8_t { kReal, kComplex };

class Ball {
 public:
  explicit Ball(long precision);
  Ball(const Ball& other);
  Ball(Ball&& other) noexcept;
  Ball& operator=(Ball other) noexcept;
  ~Ball();

  static Ball Of(const mpq_class& value, long precision);
  static Ball Undefined(long precision);

  bool defined() const { return defined_; }
  Field field() const { return field_; }
  bool real() const { return field_ == Field::kReal; }
  long error() const { return error_; }
  long precision() const { return mpc_get_prec(value_); }
  mpfr_srcptr re() const { return mpc_realref(value_); }
  mpfr_srcptr im() const { return mpc_imagref(value_); }
  mpfr_ptr re() { return mpc_realref(value_); }
  mpfr_ptr im() { return mpc_imagref(value_); }
  mpc_srcptr value() const { return value_; }
  mpc_ptr value() { return value_; }

  // Exponents: |value| < 2^MagnitudeBits; |value| >= 2^(LowerBits) unless it is zero.
  long MagnitudeBits() const;
  long LowerBits() const;
  bool IsProvedNonzero() const;
  // -1, 1: proved; 0: not proved to be either. For real balls.
  int ProvedSign() const;

  // Takes a result just computed: what its inputs and its rounding leave as error.
  Ball& Finish(Field field, long error);
  // An imaginary part that cannot be told from zero is taken for zero.
  Ball& DropImaginary();

 private:
  mpc_t value_;
  Field field_ = Field::kReal;
  bool defined_ = true;
  long error_ = kNoError;
};

Ball Add(const Ball& a, const Ball& b);
Ball Subtract(const Ball& a, const Ball& b);
Ball Multiply(const Ball& a, const Ball& b);
Ball Divide(const Ball& a, const Ball& b);
Ball Negate(Ball a);
Ball Conjugate(Ball a);
Ball Absolute(const Ball& a);
Ball Exp(const Ball& a);
Ball Log(const Ball& a);
Ball Sqrt(const Ball& a);
Ball Sin(const Ball& a);
Ball Cos(const Ball& a);
Ball Arcsin(const Ball& a);
Ball Arctan(const Ball& a);
Ball Gamma(const Ball& a);
// a^n by repeated multiplication.
Ball WholePower(const Ball& a, long n);
// exp(b log a), with real values for a real positive base.
Ball Power(const Ball& a, const Ball& b);
// The real root of odd degree, also of a negative number.
Ball OddRoot(const Ball& a, unsigned long degree);
Ball Pi(long precision);
// All parts joined in pairs, so that error bounds grow with the logarithm of their number.
Ball Combine(std::vector<Ball> parts, Ball (*join)(const Ball&, const Ball&));

}  // namespace longhaul::reward::math
