// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/random.h"
#include "reward/number/rational.h"
#include "reward_case.h"

namespace longhaul::reward {
namespace {

using ::testing::HasSubstr;

struct Case {
  std::string truth;
  std::string answer;
  std::string options = "";
};

double Score(const Case& c) { return ScoreOf({"number", c.truth, "whole", c.options}, c.answer); }

TEST(Number, Accepts) {
  const std::vector<Case> cases = {
      {"42", "42"},
      {"42", " 42. "},
      {"42", "+42"},
      {"42", "042"},
      {"42", "42.0"},
      {"42", "$42$"},
      {"42", "$42"},
      {"42", "84/2"},
      {"42", "4.2e1"},
      {"42", "420E-1"},
      {"42", "4.2x10^1"},
      {"42", "4.2 \xC3\x97 10^1"},
      {"42", "4.2*10^{1}"},
      {"42", "4.2\\times10^{+1}"},
      {"-7", "-7"},
      {"-7",
       "\xE2\x88\x92"
       "7"},
      {"0", "-0"},
      {"0", "0e999999999999999999999"},
      {"0", "0.000/5"},
      {"1/2", "0.5"},
      {"0.5", "50%"},
      {"50%", "1/2"},
      {"0.5", "50\\%"},
      {"1/3", "2/6"},
      {"1234567", "1,234,567"},
      {"1234567", "1_234_567"},
      {"1234567",
       "1\xC2\xA0"
       "234\xC2\xA0"
       "567"},
      {"1,234.5", "1234.5"},
      {".5", "0.50"},
      {"1e100", "1" + std::string(100, '0')},
      {"3.14159", "3.1416", R"({"abs_tol": 0.0001})"},
      {"3.14159", "3.1416", R"({"abs_tol": "1/10000"})"},
      {"1000", "1009", R"({"rel_tol": 0.01})"},
      {"1000", "1010", R"({"rel_tol": "1e-2"})"},
      {"-1000", "-990", R"({"rel_tol": "1/1000", "abs_tol": 10})"},
      {"50", "50%", R"({"percent": "value"})"},
      {"0.5", "0.5", R"({"form": "decimal"})"},
      {"12", "1.2e1", R"({"form": "decimal"})"},
      {"12", "-0012", R"({"form": "integer", "abs_tol": 24})"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Score(c), 1) << c.answer << " for " << c.truth;
  }
}

TEST(Number, Rejects) {
  const std::vector<Case> cases = {
      {"42", ""},
      {"42", "43"},
      {"42", "-42"},
      {"42", "42 apples"},
      {"42", "x=42"},
      {"42", "42 42"},
      {"42", "4 2"},
      {"42", "42,"},
      {"42", "42.."},
      {"42", "forty-two"},
      {"42", "0x2a"},
      {"42", "42e"},
      {"42", "42/"},
      {"42", "42/0"},
      {"0", "0/0"},
      {"42", "--42"},
      {"42", "- 42"},
      {"42", "84/-2"},
      {"42", "nan"},
      {"42", "inf"},
      {"42", "1e999999999"},
      {"42", "1e-999999999"},
      {"42", "1e99999999999999999999999"},
      {"42", "1/1e999999999"},
      {"0", "1e-19999"},
      {"42", std::string(1000000, '9')},
      {"42", std::string(1000000, '0') + "42e"},
      {"42", std::string("42\0", 3)},
      {"42", "42\xff"},
      {"1234567", "1,234567"},
      {"1234567", "1,23,4567"},
      {"1234567", "1,234_567"},
      {"1234", "1 234"},
      {"3.14159", "3.1416"},
      {"3.14159", "3.14160", R"({"abs_tol": 0.000009})"},
      {"1000", "1010.0001", R"({"rel_tol": 0.01})"},
      {"5", "5%"},
      {"0.5", "50%", R"({"percent": "reject"})"},
      {"0.5", "50%", R"({"percent": "value"})"},
      {"0.5", "1/2", R"({"form": "decimal"})"},
      {"42", "42.0", R"({"form": "integer"})"},
      {"42", "84/2", R"({"form": "integer"})"},
      {"42", "4.2e1", R"({"form": "integer"})"},
      {"42", "4200%", R"({"form": "integer"})"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Score(c), 0) << c.answer.substr(0, 40) << " for " << c.truth;
  }
}

// Leading zeros are no digits of the value: the work budget, not a digit count, bounds them.
TEST(Number, MillionLeadingZerosAreReadOrRefusedButNeverKill) {
  EXPECT_EQ(Score({"42", std::string(1000000, '0') + "42"}), 1);
  EXPECT_EQ(Score({"42", std::string(30 << 20, '0') + "42"}), 0);
}

TEST(Number, BadTasksAreFoundWhenLoaded) {
  const auto check = [](const std::string& truth, const std::string& options = "") {
    return CheckMessage({"number", truth, "whole", options});
  };
  EXPECT_THAT(check(""), HasSubstr("scorer 'number': the ground truth, key `answer`, is missing"));
  EXPECT_THAT(check("forty"), HasSubstr("'forty' is not a number"));
  EXPECT_THAT(check("1/0"), HasSubstr("division by zero"));
  EXPECT_THAT(check("1e999999999"), HasSubstr("more than 20000 digits"));
  EXPECT_THAT(check("50%", R"({"percent": "reject"})"), HasSubstr("percentages"));
  EXPECT_THAT(check("1", R"({"percent": "no"})"), HasSubstr("valid: fraction, value, reject"));
  EXPECT_THAT(check("1", R"({"form": "no"})"), HasSubstr("valid: any, decimal, integer"));
  EXPECT_THAT(check("1", R"({"abs_tol": -1})"), HasSubstr("option abs_tol is negative"));
  EXPECT_THAT(check("1", R"({"abs_tol": "x"})"), HasSubstr("option abs_tol: 'x' is not a number"));
  EXPECT_THAT(check("1", R"({"rel_tol": true})"), HasSubstr("rel_tol"));
  EXPECT_THAT(check("1", R"({"tolerance": 1})"), HasSubstr("unknown option 'tolerance'; valid: "));
  EXPECT_THAT(check("1", "[]"), HasSubstr("expected an object"));
  EXPECT_THAT(check("1", "{"), HasSubstr("options"));
}

std::string RandomDigits(RandomSequence& random, int max_length) {
  std::string digits;
  for (int64_t i = random.Between(1, max_length); i > 0; --i) {
    digits += static_cast<char>('0' + random.Below(10));
  }
  return digits;
}

struct Written {
  std::string text;
  mpq_class value;
};

mpq_class TenTo(int64_t exponent) {
  mpz_class power;
  mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(std::abs(exponent)));
  return exponent < 0 ? mpq_class(1, power) : mpq_class(power);
}

// A decimal written at random together with its value, computed digit by digit.
Written RandomDecimal(RandomSequence& random) {
  const std::string whole = RandomDigits(random, 12), fraction = RandomDigits(random, 8);
  const int64_t exponent = random.Between(-30, 30);
  const bool negative = random.Below(2) == 0, point = random.Below(2) == 0;
  mpz_class digits(whole + (point ? fraction : ""), 10);
  Written out{(negative ? "-" : "") + whole, mpq_class(digits)};
  if (point) {
    out.text += "." + fraction;
    out.value *= TenTo(-static_cast<int64_t>(fraction.size()));
  }
  if (random.Below(2) == 0) {
    out.text += fmt::format("e{}", exponent);
    out.value *= TenTo(exponent);
  }
  if (negative) out.value = -out.value;
  return out;
}

TEST(Number, RandomDecimalsHaveTheirExactValue) {
  RandomSequence random(RandomKey(7, RandomStream::kTest), 0);
  for (int i = 0; i < 20000; ++i) {
    const Written written = RandomDecimal(random);
    WorkBudget budget(kWorkBudgetSteps);
    const auto value = ParseRational(written.text, PercentMeaning::kFraction, budget);
    ASSERT_TRUE(value.ok()) << written.text << ": " << value.status();
    ASSERT_EQ(*value, written.value) << written.text;
  }
}

TEST(Number, RandomBytesNeverScoreUnlessTheyAreTheNumber) {
  constexpr std::string_view kBytes = "0123456789.,_/eE+-%x*^{}$ \\\xE2\x88\x92\xff\n";
  RandomSequence random(RandomKey(8, RandomStream::kTest), 0);
  for (int i = 0; i < 200000; ++i) {
    std::string text;
    for (int64_t length = random.Between(0, 14); length > 0; --length) {
      text += kBytes[random.Below(kBytes.size())];
    }
    WorkBudget budget(kWorkBudgetSteps);
    const auto value = ParseRational(text, PercentMeaning::kFraction, budget);
    if (!value.ok()) continue;
    // What is read whole reads the same when written anew.
    WorkBudget again(kWorkBudgetSteps);
    const std::string fresh = value->get_str();
    if (fresh.find("/-") == std::string::npos && fresh.size() < 5000) {
      ASSERT_EQ(*ParseRational(fresh, PercentMeaning::kFraction, again), *value) << text;
    }
  }
}

}  // namespace
}  // namespace longhaul::reward
