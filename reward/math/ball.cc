// SPDX-License-Identifier: Apache-2.0
#include "reward/math/ball.h"

#include <algorithm>
#include <utility>

namespace longhaul::reward::math {
namespace {

// Larger arguments would need more digits than we carry.
constexpr long kMaxArgumentBits = 2'000;
constexpr long kMaxMagnitudeBits = 1L << 24;

// MPFR keeps constants for each thread; they are freed when it ends.
struct ThreadCache {
  ~ThreadCache() { mpfr_free_cache2(MPFR_FREE_LOCAL_CACHE); }
};

long Exponent(mpfr_srcptr value) { return mpfr_regular_p(value) ? mpfr_get_exp(value) : kNoError; }

Field CommonField(const Ball& a, const Ball& b) { return std::max(a.field(), b.field()); }

bool BothDefined(const Ball& a, const Ball& b) { return a.defined() && b.defined(); }

Ball Make(const Ball& like) { return Ball(like.precision()); }

}  // namespace

Ball::Ball(long precision) {
  thread_local const ThreadCache cache;
  (void)&cache;
  mpc_init2(value_, precision);
  mpfr_set_zero(im(), 1);
}
Ball::Ball(const Ball& other)
    : field_(other.field_), defined_(other.defined_), error_(other.error_) {
  mpc_init2(value_, other.precision());
  mpc_set(value_, other.value_, MPC_RNDNN);
}
Ball::Ball(Ball&& other) noexcept
    : field_(other.field_), defined_(other.defined_), error_(other.error_) {
  mpc_init2(value_, 53);
  mpc_swap(value_, other.value_);
}
Ball& Ball::operator=(Ball other) noexcept {
  mpc_swap(value_, other.value_);
  field_ = other.field_;
  defined_ = other.defined_;
  error_ = other.error_;
  return *this;
}
Ball::~Ball() { mpc_clear(value_); }

Ball Ball::Of(const mpq_class& value, long precision) {
  Ball ball(precision);
  const int inexact = mpfr_set_q(ball.re(), value.get_mpq_t(), MPFR_RNDN);
  ball.Finish(Field::kReal, kNoError);
  if (inexact == 0) ball.error_ = kNoError;
  return ball;
}

Ball Ball::Undefined(long precision) {
  Ball ball(precision);
  ball.defined_ = false;
  return ball;
}

long Ball::MagnitudeBits() const { return std::max(Exponent(re()), Exponent(im())) + 1; }
long Ball::LowerBits() const { return std::max(Exponent(re()), Exponent(im())) - 1; }
bool Ball::IsProvedNonzero() const { return defined_ && LowerBits() > error_ + 2; }
int Ball::ProvedSign() const {
  if (!defined_ || Exponent(re()) - 1 <= error_ + 1) return 0;
  return mpfr_sgn(re());
}

Ball& Ball::Finish(Field field, long error) {
  field_ = field;
  const bool real = field == Field::kReal;
  if (real) mpfr_set_zero(im(), 1);
  const bool finite = mpfr_number_p(re()) != 0 && (real || mpfr_number_p(im()) != 0);
  const long magnitude = MagnitudeBits();
  error_ = std::max(error, magnitude - precision() + 1);
  if (magnitude < kNoError / 2) error_ = error;
  if (error_ < kNoError) error_ = kNoError;
  if (!finite || magnitude > kMaxMagnitudeBits || error_ > kMaxMagnitudeBits) defined_ = false;
  return *this;
}

Ball& Ball::DropImaginary() {
  if (real() || Exponent(im()) > error_ + 1) return *this;
  field_ = Field::kReal;
  mpfr_set_zero(im(), 1);
  return *this;
}

Ball Add(const Ball& a, const Ball& b) {
  Ball c = Make(a);
  if (!BothDefined(a, b)) return Ball::Undefined(a.precision());
  mpc_add(c.value(), a.value(), b.value(), MPC_RNDNN);
  return std::move(c.Finish(CommonField(a, b), std::max(a.error(), b.error()) + 1));
}

Ball Subtract(const Ball& a, const Ball& b) { return Add(a, Negate(b)); }

Ball Multiply(const Ball& a, const Ball& b) {
  if (!BothDefined(a, b)) return Ball::Undefined(a.precision());
  Ball c = Make(a);
  const Field field = CommonField(a, b);
  if (field == Field::kReal) {
    mpfr_mul(c.re(), a.re(), b.re(), MPFR_RNDN);
  } else {
    mpc_mul(c.value(), a.value(), b.value(), MPC_RNDNN);
  }
  const long error = std::max(
      {a.MagnitudeBits() + b.error(), b.MagnitudeBits() + a.error(), a.error() + b.error()});
  return std::move(c.Finish(field, error + 3));
}

Ball Divide(const Ball& a, const Ball& b) {
  if (!BothDefined(a, b) || !b.IsProvedNonzero()) return Ball::Undefined(a.precision());
  Ball c = Make(a);
  const Field field = CommonField(a, b);
  if (field == Field::kReal) {
    mpfr_div(c.re(), a.re(), b.re(), MPFR_RNDN);
  } else {
    mpc_div(c.value(), a.value(), b.value(), MPC_RNDNN);
  }
  const long low = b.LowerBits();
  const long error = std::max(a.error() - low, a.MagnitudeBits() + b.error() - 2 * low);
  return std::move(c.Finish(field, error + 3));
}

Ball Negate(Ball a) {
  mpc_neg(a.value(), a.value(), MPC_RNDNN);
  if (a.real()) mpfr_set_zero(a.im(), 1);  // the side of the branch cut that roots take
  return a;
}

Ball Conjugate(Ball a) {
  mpc_conj(a.value(), a.value(), MPC_RNDNN);
  return a;
}

Ball Absolute(const Ball& a) {
  if (!a.defined()) return a;
  Ball c = Make(a);
  mpc_abs(c.re(), a.value(), MPFR_RNDN);
  return std::move(c.Finish(Field::kReal, a.error() + 1));
}

Ball Exp(const Ball& a) {
  if (!a.defined() || a.error() > -2 || Exponent(a.re()) > 25 ||
      Exponent(a.im()) > kMaxArgumentBits) {
    return Ball::Undefined(a.precision());
  }
  Ball c = Make(a);
  if (a.real()) {
    mpfr_exp(c.re(), a.re(), MPFR_RNDN);
  } else {
    mpc_exp(c.value(), a.value(), MPC_RNDNN);
  }
  c.Finish(a.field(), kNoError);
  return std::move(c.Finish(a.field(), c.MagnitudeBits() + a.error() + 2).DropImaginary());
}

// The principal branch; undefined where the sign of the imaginary part is not certain.
Ball Log(const Ball& a) {
  if (!a.IsProvedNonzero()) return Ball::Undefined(a.precision());
  Ball c = Make(a);
  const long error = a.error() - a.LowerBits() + 1;
  if (a.real() && mpfr_sgn(a.re()) > 0) {
    mpfr_log(c.re(), a.re(), MPFR_RNDN);
    return std::move(c.Finish(Field::kReal, error));
  }
  if (!a.real() && mpfr_sgn(a.re()) < 0 && Exponent(a.im()) - 1 <= a.error() + 1) {
    return Ball::Undefined(a.precision());
  }
  mpc_log(c.value(), a.value(), MPC_RNDNN);
  return std::move(c.Finish(Field::kComplex, error));
}

Ball Sqrt(const Ball& a) {
  if (!a.defined()) return a;
  Ball c = Make(a);
  if (!a.IsProvedNonzero()) {  // zero, as far as can be told
    mpfr_set_zero(c.re(), 1);
    return std::move(
        c.Finish(Field::kReal, a.error() <= kNoError / 2 ? kNoError : a.error() / 2 + 3));
  }
  if (a.real() && mpfr_sgn(a.re()) > 0) {
    mpfr_sqrt(c.re(), a.re(), MPFR_RNDN);
    c.Finish(Field::kReal, kNoError);
    return std::move(c.Finish(Field::kReal, a.error() - c.LowerBits()));
  }
  if (!a.real() && mpfr_sgn(a.re()) < 0 && Exponent(a.im()) - 1 <= a.error() + 1) {
    return Ball::Undefined(a.precision());
  }
  mpc_sqrt(c.value(), a.value(), MPC_RNDNN);
  c.Finish(Field::kComplex, kNoError);
  return std::move(c.Finish(Field::kComplex, a.error() - c.LowerBits() + 1));
}

namespace {

template <typename RealFunction, typename ComplexFunction>
Ball Circular(const Ball& a, RealFunction real, ComplexFunction complex) {
  if (!a.defined() || a.error() > -2 || Exponent(a.re()) > kMaxArgumentBits ||
      Exponent(a.im()) > 20) {
    return Ball::Undefined(a.precision());
  }
  Ball c = Make(a);
  if (a.real()) {
    real(c.re(), a.re(), MPFR_RNDN);
    return std::move(c.Finish(Field::kReal, std::max(a.error(), -a.precision()) + 1));
  }
  complex(c.value(), a.value(), MPC_RNDNN);
  c.Finish(Field::kComplex, kNoError);
  return std::move(c.Finish(Field::kComplex, std::max(c.MagnitudeBits(), 1L) + a.error() + 3));
}

}  // namespace

Ball Sin(const Ball& a) { return Circular(a, mpfr_sin, mpc_sin); }
Ball Cos(const Ball& a) { return Circular(a, mpfr_cos, mpc_cos); }

Ball Arcsin(const Ball& a) {
  if (!a.defined() || !a.real()) return Ball::Undefined(a.precision());
  const Ball rest = Subtract(Ball::Of(1, a.precision()), Multiply(a, a));
  if (rest.ProvedSign() < 0) return Ball::Undefined(a.precision());
  Ball c = Make(a);
  mpfr_set(c.re(), a.re(), MPFR_RNDN);
  if (mpfr_cmp_si(c.re(), 1) > 0) mpfr_set_si(c.re(), 1, MPFR_RNDN);
  if (mpfr_cmp_si(c.re(), -1) < 0) mpfr_set_si(c.re(), -1, MPFR_RNDN);
  mpfr_asin(c.re(), c.re(), MPFR_RNDN);
  const bool inside = rest.ProvedSign() > 0;
  const long error = inside                      ? a.error() - rest.LowerBits() / 2 + 2
                     : a.error() <= kNoError / 2 ? kNoError
                                                 : a.error() / 2 + 3;
  return std::move(c.Finish(Field::kReal, error));
}

Ball Arctan(const Ball& a) {
  if (!a.defined() || !a.real()) return Ball::Undefined(a.precision());
  Ball c = Make(a);
  mpfr_atan(c.re(), a.re(), MPFR_RNDN);
  return std::move(c.Finish(Field::kReal, a.error() + 1));
}

Ball Gamma(const Ball& a) {
  if (!a.defined() || !a.real() || Exponent(a.re()) > 8 || a.error() > -20) {
    return Ball::Undefined(a.precision());
  }
  Ball c = Make(a);
  mpfr_gamma(c.re(), a.re(), MPFR_RNDN);
  c.Finish(Field::kReal, kNoError);
  return std::move(c.Finish(Field::kReal, c.MagnitudeBits() + a.error() + 12));
}

Ball WholePower(const Ball& a, long n) {
  if (n < 0) return Divide(Ball::Of(1, a.precision()), WholePower(a, -n));
  Ball result = Ball::Of(1, a.precision());
  Ball square = a;
  for (; n > 0; n >>= 1) {
    if ((n & 1) != 0) result = Multiply(result, square);
    if (n > 1) square = Multiply(square, square);
  }
  return result;
}

Ball Power(const Ball& a, const Ball& b) {
  if (!BothDefined(a, b)) return Ball::Undefined(a.precision());
  if (!a.IsProvedNonzero()) {
    const bool zero = b.real() && b.ProvedSign() > 0 && mpfr_zero_p(a.re()) && a.real();
    return zero ? Ball::Of(0, a.precision()) : Ball::Undefined(a.precision());
  }
  return Exp(Multiply(b, Log(a)));
}

Ball OddRoot(const Ball& a, unsigned long degree) {
  if (!a.defined() || !a.real()) return Ball::Undefined(a.precision());
  Ball c = Make(a);
  if (!a.IsProvedNonzero()) {
    mpfr_set_zero(c.re(), 1);
    const long error = a.error() / static_cast<long>(degree) + 3;
    return std::move(c.Finish(Field::kReal, a.error() <= kNoError / 2 ? kNoError : error));
  }
  mpfr_rootn_ui(c.re(), a.re(), degree, MPFR_RNDN);
  c.Finish(Field::kReal, kNoError);
  return std::move(c.Finish(Field::kReal, a.error() - a.LowerBits() + c.MagnitudeBits() + 1));
}

Ball Combine(std::vector<Ball> parts, Ball (*join)(const Ball&, const Ball&)) {
  for (size_t count = parts.size(); count > 1; count = (count + 1) / 2) {
    for (size_t i = 0; 2 * i < count; ++i) {
      parts[i] = 2 * i + 1 < count ? join(parts[2 * i], parts[2 * i + 1]) : parts[2 * i];
    }
  }
  return parts[0];
}

Ball Pi(long precision) {
  Ball c(precision);
  mpfr_const_pi(c.re(), MPFR_RNDN);
  return std::move(c.Finish(Field::kReal, kNoError));
}

}  // namespace longhaul::reward::math
