// SPDX-License-Identifier: Apache-2.0
//
// Texts and values against what is expected.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "reward/code/guest_value.h"
#include "reward/code/text_comparison.h"

namespace longhaul::reward {
namespace {

using ::testing::HasSubstr;

bool Agrees(std::string_view expected, std::string_view got, TextComparator comparator,
            const Tolerance& tolerance = {}) {
  return CompareText(expected, got, comparator, tolerance).empty();
}

TEST(CompareText, LinesForgiveWhiteSpaceAtEndsOnly) {
  const auto lines = TextComparator::kLines;
  EXPECT_TRUE(Agrees("1 2\n3\n", "1 2  \r\n3\n\n\n", lines));
  EXPECT_TRUE(Agrees("", "\n \n", lines));
  EXPECT_FALSE(Agrees("1 2", "1  2", lines));
  EXPECT_FALSE(Agrees("1\n2", "1\n\n2", lines));
  EXPECT_FALSE(Agrees("1\n2", "2\n1", lines));
  EXPECT_FALSE(Agrees(" 1", "1", lines));
  EXPECT_FALSE(Agrees("1", "", lines));
  EXPECT_FALSE(Agrees("1", std::string_view("1\0", 2), lines));
  EXPECT_THAT(CompareText("a\nb", "a\nc", lines, {}), HasSubstr("line 2: expected 'b', got 'c'"));
}

TEST(CompareText, TokensForgiveSpacingButNotOrder) {
  const auto tokens = TextComparator::kTokens;
  EXPECT_TRUE(Agrees("1 2\n3", " 1\n2\t3 ", tokens));
  EXPECT_FALSE(Agrees("1 2", "2 1", tokens));
  EXPECT_FALSE(Agrees("1 2", "12", tokens));
  EXPECT_FALSE(Agrees("1 2", "1 2 3", tokens));
  EXPECT_FALSE(Agrees("1.0", "1", tokens));
}

TEST(CompareText, FloatsWithinTheTolerance) {
  const auto kind = TextComparator::kFloat;
  EXPECT_TRUE(Agrees("1.5 yes", "1.5000001 yes", kind, {.abs_tol = 1e-6}));
  EXPECT_FALSE(Agrees("1.5", "1.51", kind, {.abs_tol = 1e-6}));
  EXPECT_TRUE(Agrees("1000000", "1000000.9", kind, {.rel_tol = 1e-6}));
  EXPECT_FALSE(Agrees("0", "1e-9", kind, {.rel_tol = 1e-6}));
  EXPECT_FALSE(Agrees("1", "nan", kind, {.abs_tol = 1e300}));
  EXPECT_FALSE(Agrees("1", "inf", kind, {.abs_tol = 1e300}));
  EXPECT_FALSE(Agrees("yes", "no", kind, {.abs_tol = 10}));
  EXPECT_FALSE(Agrees("0x10", "16", kind, {.abs_tol = 1e-6}));
  EXPECT_FALSE(Agrees("3", "3abc", kind, {.abs_tol = 1}));
  EXPECT_TRUE(Agrees("3", "+3.0", kind, {.abs_tol = 1e-6}));
  EXPECT_FALSE(Agrees("-3", "+-3", kind, {.abs_tol = 1e-6}));
}

TEST(IsClose, NeverForNaN) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(IsClose(nan, nan, {.abs_tol = 1}));
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(IsClose(infinity, infinity, {}));
  EXPECT_FALSE(IsClose(infinity, -infinity, {.rel_tol = 1}));
}

bool Equal(const std::string& guest, const std::string& expected, const Tolerance& tolerance = {}) {
  const StatusOr<Json> got = Json::Parse(guest, "guest"), want = Json::Parse(expected, "expected");
  EXPECT_TRUE(got.ok() && want.ok()) << guest << " " << expected;
  return GuestValueEquals(*got, *want, tolerance);
}

TEST(GuestValue, NumbersByValue) {
  EXPECT_TRUE(Equal("2", "2.0"));
  EXPECT_TRUE(Equal("2.0", "2"));
  EXPECT_TRUE(Equal("true", "1"));
  EXPECT_FALSE(Equal("2", "3"));
  EXPECT_FALSE(Equal("0.30000000000000004", "0.3"));
  EXPECT_TRUE(Equal("0.30000000000000004", "0.3", {.abs_tol = 1e-9}));
  // 2^53 + 1 is no double: not equal to the double next to it.
  EXPECT_FALSE(Equal("9007199254740993", "9007199254740992.0"));
  EXPECT_FALSE(Equal("9007199254740992.0", "9007199254740993"));
  EXPECT_FALSE(Equal(R"({"t":"float","v":"nan"})", "1"));
  EXPECT_FALSE(Equal(R"({"t":"float","v":"inf"})", "1e308", {.rel_tol = 1}));
  EXPECT_FALSE(Equal("null", "0"));
  EXPECT_FALSE(Equal("0", "null"));
  EXPECT_FALSE(Equal(R"("1")", "1"));
  EXPECT_FALSE(Equal("1", R"("1")"));
}

TEST(GuestValue, LongIntegersExactly) {
  const std::string expected = R"({"$int":"18446744073709551616"})";
  EXPECT_TRUE(Equal(R"({"t":"int","v":"10000000000000000"})", expected));
  EXPECT_FALSE(Equal(R"({"t":"int","v":"10000000000000001"})", expected));
  EXPECT_FALSE(Equal(R"({"t":"int","v":"zz"})", expected));
  EXPECT_TRUE(Equal("18446744073709551616.0", expected));
}

TEST(GuestValue, ListsTuplesAndNothingElse) {
  EXPECT_TRUE(Equal(R"({"t":"tuple","v":[1,[2]]})", "[1,[2]]"));
  EXPECT_TRUE(Equal("[]", "[]"));
  EXPECT_FALSE(Equal("[1,2]", "[2,1]"));
  EXPECT_FALSE(Equal("[1]", "[1,1]"));
  EXPECT_FALSE(Equal(R"({"t":"set","v":[1]})", "[1]"));
  EXPECT_FALSE(Equal(R"({"t":"iterator","v":[1]})", "[1]"));
  EXPECT_FALSE(Equal("1", "[1]"));
  EXPECT_FALSE(Equal("[1]", "1"));
}

TEST(GuestValue, DictsByKey) {
  EXPECT_TRUE(Equal(R"({"t":"dict","v":[["b",2],["a",1]]})", R"({"a":1,"b":2})"));
  EXPECT_TRUE(Equal(R"({"t":"dict","v":[[1,"x"]]})", R"({"1":"x"})"));
  EXPECT_FALSE(Equal(R"({"t":"dict","v":[["a",1]]})", R"({"a":1,"b":2})"));
  EXPECT_FALSE(Equal(R"({"t":"dict","v":[["1",1],[1,1]]})", R"({"1":1,"2":1})"));
  EXPECT_FALSE(Equal(R"({"t":"dict","v":3})", R"({})"));
  EXPECT_TRUE(Equal(R"({"t":"dict","v":[]})", R"({})"));
}

TEST(GuestValue, WhatIsNotWellFormedEqualsNothing) {
  for (const char* guest :
       {R"({})", R"({"t":1,"v":1})", R"({"t":"tuple","v":1})", R"({"t":"dict"})",
        R"({"t":"dict","v":[1]})", R"({"t":"dict","v":[[1]]})"}) {
    for (const char* expected : {"null", "1", "[]", "[1]", R"("")", R"({"a":1})"}) {
      EXPECT_FALSE(Equal(guest, expected)) << guest << " " << expected;
    }
  }
}

TEST(GuestValue, ArgumentsKeepTheirValues) {
  const StatusOr<Json> value =
      Json::Parse(R"([{"a":[{"$int":"-18446744073709551616"}]},null])", "x");
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(ToGuestValue(*value).ToString(),
            R"([{"t":"dict","v":[["a",[{"t":"int","v":"-10000000000000000"}]]]},null])");
}

}  // namespace
}  // namespace longhaul::reward
