// SPDX-License-Identifier: Apache-2.0
#include <re2/re2.h>

#include <cmath>

#include "logic_case.h"

namespace longhaul::reward {
namespace {

long double Value(const Json& expression, const Json& definitions, long double a, long double b) {
  if (expression.kind() == Json::Kind::kInt) {
    return static_cast<long double>(expression.AsInt().value());
  }
  if (expression.is_string()) return expression.AsString().value() == "a" ? a : b;
  const std::string op = expression.items()[0].AsString().value();
  const long double left = Value(expression.items()[1], definitions, a, b);
  const long double right = Value(expression.items()[2], definitions, a, b);
  if (op == "+") return left + right;
  if (op == "-") return left - right;
  if (op == "*") return left * right;
  if (op == "/") return left / right;
  for (const Json& definition : definitions.items()) {
    if (definition.GetString("symbol").value() != op) continue;
    for (const Json& each : definition.Find("cases")->items()) {
      const Json* condition = each.Find("if");
      if (condition != nullptr) {
        const long double x = Value(condition->items()[1], definitions, left, right);
        const long double y = Value(condition->items()[2], definitions, left, right);
        if (condition->items()[0].AsString().value() == "<" ? x >= y : x <= y) continue;
      }
      return Value(*each.Find("then"), definitions, left, right);
    }
  }
  ADD_FAILURE() << op;
  return 0;
}

bool HasTheValue(const Json& puzzle, const std::string& answer) {
  static const RE2 form(R"(([+-]?\d{1,15})(?:/(\d{1,15})|(\.\d{1,15}))?)");
  std::string whole, denominator, decimals;
  if (!RE2::FullMatch(answer, form, &whole, &denominator, &decimals)) return false;
  long double value = std::stold(whole + decimals);
  if (!denominator.empty()) value /= std::stold(denominator);
  const long double expected = Value(*puzzle.Find("expression"), *puzzle.Find("definitions"), 0, 0);
  return std::abs(value - expected) < 1e-9L * std::max(1.0L, std::abs(expected));
}

TEST(OperationTest, Holds) { ExpectKindHolds({.name = "operation", .is_right = HasTheValue}); }

TEST(OperationTest, CasesApplyInOrder) {
  const auto puzzle = [](int a, int b) {
    return fmt::format(
        R"({{"definitions":[{{"symbol":"@","cases":[{{"if":["<","a","b"],"then":["/","a","b"]}},
            {{"then":["-","a","b"]}}]}}],"expression":["@",{},{}]}})",
        a, b);
  };
  EXPECT_TRUE(Accepts("operation", puzzle(3, 4), "3/4"));
  EXPECT_TRUE(Accepts("operation", puzzle(3, 4), "6/8"));
  EXPECT_TRUE(Accepts("operation", puzzle(3, 4), "0.75"));
  EXPECT_TRUE(Accepts("operation", puzzle(4, 4), "0"));
  EXPECT_TRUE(Accepts("operation", puzzle(7, 4), "3"));
  EXPECT_FALSE(Accepts("operation", puzzle(7, 4), "7-4"));
  EXPECT_FALSE(Accepts("operation", puzzle(3, 4), "3/4/1"));
}

// The released verifier hands its two values to an unsymmetric comparison in the wrong order. Here
// equality is of exact values: a rounded one is another.
TEST(OperationTest, EqualityIsExact) {
  const auto quotient = [](int a, int b) {
    return fmt::format(R"({{"definitions":[],"expression":["/",{},{}]}})", a, b);
  };
  EXPECT_TRUE(Accepts("operation", quotient(1, 3), "1/3"));
  EXPECT_FALSE(Accepts("operation", quotient(1, 3), "0.3333"));
  EXPECT_FALSE(Accepts("operation", quotient(1, 3), "0.333333333333333"));
  EXPECT_TRUE(Accepts("operation", quotient(1, 2), "0.5"));
  EXPECT_FALSE(Accepts("operation", quotient(1, 2), "1"));
  EXPECT_FALSE(Accepts("operation", quotient(1, 1), "0.5"));
  EXPECT_FALSE(Accepts("operation", quotient(1, 2), "1/0"));
}

TEST(OperationTest, PuzzlesOfTooMuchWorkAreRefused) {
  // Each definition uses the one before it twice.
  std::string definitions = R"({"symbol":"0","cases":[{"then":["+","a","b"]}]})";
  for (int i = 1; i < 8; ++i) {
    definitions += fmt::format(
        R"(,{{"symbol":"{}","cases":[{{"then":["{}",["{}","a","b"],["{}","a","b"]]}}]}})", i, i - 1,
        i - 1, i - 1);
  }
  const auto puzzle = Json::Parse(
      fmt::format(R"({{"definitions":[{}],"expression":["7",1,1]}})", definitions), "puzzle");
  ASSERT_TRUE(puzzle.ok()) << puzzle.status();
  const Status status = TaskNamed("operation").CheckPuzzle(*puzzle);
  EXPECT_FALSE(status.ok());
  const auto recursive = Json::Parse(
      R"({"definitions":[{"symbol":"@","cases":[{"then":["@","a","b"]}]}],"expression":["@",1,1]})",
      "puzzle");
  EXPECT_FALSE(TaskNamed("operation").CheckPuzzle(*recursive).ok());
}

TEST(OperationTest, FormsOfNumbers) {
  const std::string puzzle = R"({"definitions":[],"expression":["-",["/",1,3],1]})";
  EXPECT_TRUE(Accepts("operation", puzzle, "-2/3"));
  EXPECT_TRUE(Accepts("operation", puzzle, "-4/6"));
  for (const char* text : {"", "-", "-2/", "2/-3", "/3", "-2 / 3", "-2/3/1", "-(2/3)", "-2e0/3",
                           "-2000000000000000/3000000000000000", "-0x2/3"}) {
    EXPECT_FALSE(Accepts("operation", puzzle, text)) << text;
  }
}

}  // namespace
}  // namespace longhaul::reward
