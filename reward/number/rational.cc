// SPDX-License-Identifier: Apache-2.0
#include "reward/number/rational.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "common/check.h"

namespace longhaul::reward {
namespace {

// Steps a digit costs in reading, multiplying and reducing at the largest size.
constexpr int64_t kStepsPerDigit = 40;

std::string_view WithoutLeadingZeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

Status TooLarge() { return ResourceExhausted("a number of more than {} digits", kMaxNumberDigits); }

// All significant digits of the mantissa, separators and the point left out.
std::string MantissaDigits(const DecimalToken& token) {
  std::string digits;
  for (const char ch : token.whole) {
    if (IsDigit(ch) && !(digits.empty() && ch == '0')) digits += ch;
  }
  return digits.append(digits.empty() ? WithoutLeadingZeros(token.fraction) : token.fraction);
}

// The power of ten the mantissa's digits are multiplied with.
StatusOr<int64_t> PowerOfTen(const DecimalToken& token) {
  const std::string_view digits = WithoutLeadingZeros(token.exponent);
  if (digits.size() > 9) return TooLarge();
  int64_t exponent = 0;
  if (!digits.empty()) std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  const int64_t fraction = static_cast<int64_t>(token.fraction.size());
  return (token.exponent_negative ? -exponent : exponent) - fraction;
}

StatusOr<mpq_class> DecimalValue(const DecimalToken& token, WorkBudget& budget) {
  const int64_t length = static_cast<int64_t>(token.whole.size() + token.fraction.size());
  if (!budget.Spend(length)) return TooLarge();
  const std::string digits = MantissaDigits(token);
  if (digits.empty()) return mpq_class(0);
  ASSIGN_OR_RETURN(const int64_t power, PowerOfTen(token));
  const int64_t total = static_cast<int64_t>(digits.size()) + std::abs(power);
  if (total > kMaxNumberDigits || !budget.Spend(total * kStepsPerDigit)) return TooLarge();

  mpz_class mantissa, scale;
  CHECK_EQ(mantissa.set_str(digits, 10), 0);
  if (token.negative) mantissa = -mantissa;
  mpz_ui_pow_ui(scale.get_mpz_t(), 10, static_cast<unsigned long>(std::abs(power)));
  if (power >= 0) return mpq_class(mantissa * scale);
  mpq_class value(mantissa, scale);
  value.canonicalize();
  return value;
}

}  // namespace

StatusOr<mpq_class> RationalValue(const NumberToken& token, PercentMeaning percent,
                                  WorkBudget& budget) {
  if (token.percent && percent == PercentMeaning::kRefused) {
    return InvalidArgument("percentages are not accepted");
  }
  ASSIGN_OR_RETURN(mpq_class value, DecimalValue(token.numerator, budget));
  if (token.denominator.has_value()) {
    ASSIGN_OR_RETURN(const mpq_class denominator, DecimalValue(*token.denominator, budget));
    if (denominator == 0) return InvalidArgument("division by zero");
    value /= denominator;
  }
  if (token.percent && percent == PercentMeaning::kFraction) value /= 100;
  return value;
}

StatusOr<mpq_class> ParseRational(std::string_view text, PercentMeaning percent,
                                  WorkBudget& budget) {
  const std::optional<NumberToken> token = ScanNumber(text);
  if (!token.has_value() || token->length != text.size()) {
    return InvalidArgument("'{}' is not a number", Excerpt(text));
  }
  return RationalValue(*token, percent, budget);
}

}  // namespace longhaul::reward
