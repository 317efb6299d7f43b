// SPDX-License-Identifier: Apache-2.0
#include "reward/code/code_tests.h"

#include <gmock/gmock.h>

#include "scorer_case.h"

namespace longhaul::reward {
namespace {

using ::testing::HasSubstr;

CodeTests Parse(const std::string& text) {
  StatusOr<CodeTests> tests = ParseCodeTests(text);
  EXPECT_TRUE(tests.ok()) << tests.status();
  return tests.ok() ? *std::move(tests) : CodeTests();
}

TEST(CodeTests, ReadsProgramsInBothForms) {
  const CodeTests apps = Parse(R"J({"inputs": ["1 2\n", ["3", "4"]], "outputs": ["3\n", "7"]})J");
  EXPECT_EQ(apps.form, TestForm::kPrograms);
  ASSERT_EQ(apps.size(), 2u);
  EXPECT_EQ(apps.programs[1].input, "3\n4\n");
  EXPECT_EQ(apps.programs[1].output, "7");
  const CodeTests oj =
      Parse(R"J({"test": [{"input": {"stdin": "1"}, "output": {"stdout": "2"}}]})J");
  EXPECT_EQ(oj.form, TestForm::kPrograms);
  EXPECT_EQ(oj.programs[0].output, "2");
}

TEST(CodeTests, ReadsCallsAsValuesOrAsLinesOfJson) {
  const CodeTests values = Parse(R"J({"fn_name": "f", "inputs": [[1, [2]]], "outputs": [3]})J");
  EXPECT_EQ(values.calls[0].arguments.ToString(), "[1,[2]]");
  EXPECT_EQ(values.calls[0].expected.ToString(), "3");
  const CodeTests lines =
      Parse(R"J({"fn_name": "f", "inputs": ["[1, 2]\n\"a\"\n"], "outputs": ["{\"x\": 1.5}"]})J");
  EXPECT_EQ(lines.calls[0].arguments.ToString(), R"J([[1,2],"a"])J");
  EXPECT_EQ(lines.calls[0].expected.ToString(), R"J({"x":1.5})J");
}

TEST(CodeTests, ReadsAssertionsAndAppendsTheCheckCall) {
  const CodeTests list =
      Parse(R"J({"assert_case": ["assert f(1) == 2"], "setup": "import math"})J");
  EXPECT_EQ(list.form, TestForm::kAssertions);
  EXPECT_EQ(list.setup, "import math");
  const CodeTests check = Parse(R"J({"test": "def check(c): pass", "entry_point": "f"})J");
  EXPECT_THAT(check.assertions[0], HasSubstr("\ncheck(f)\n"));
  const CodeTests file = Parse(R"J({"test": "def test_f(): pass"})J");
  EXPECT_EQ(file.assertions[0], "def test_f(): pass");
  EXPECT_EQ(file.entry_point, "");
  const CodeTests cpp = Parse(R"J({"test": "int main() {}", "declaration": "long f(long n)"})J");
  EXPECT_EQ(cpp.declaration, "long f(long n)");
}

struct BadTests {
  const char* text;
  const char* message;
};

TEST(CodeTests, NamesWhatIsWrong) {
  const BadTests cases[] = {
      {"", "answer"},
      {"[]", "expected an object"},
      {"{}", "no tests"},
      {R"J({"inputs": []})J", "there is no test"},
      {R"J({"inputs": ["1"], "outputs": []})J", "there is no test"},
      {R"J({"inputs": ["1", "2"], "outputs": ["1"]})J", "2 inputs and 1 outputs"},
      {R"J({"inputs": [1], "outputs": ["1"]})J", "inputs[0]: expected string"},
      {R"J({"inputs": ["1"], "outputs": ["1"], "tests": 3})J", "tests: unknown key"},
      {R"J({"fn_name": "f(", "inputs": [[1]], "outputs": [1]})J", "no name of a function"},
      {R"J({"fn_name": "f", "inputs": [1], "outputs": [1]})J", "inputs[0]: expected a list"},
      {R"J({"fn_name": "f", "inputs": ["[1"], "outputs": ["1"]})J", "inputs[0]: not JSON"},
      {R"J({"assert_case": "assert f(1)"})J", "assert_case: expected an array"},
      {R"J({"test": "def check(c): pass"})J", "entry_point"},
      {R"J({"test": "x", "declaration": "no function"})J", "expected one function"},
      {R"J({"test": "x", "declaration": "f(int a)"})J", "expected one function"},
      {R"J({"test": [{"input": {"stdin": "1"}}]})J", "output"},
      {R"J({"test": [{"input": {"stdin": "1", "x": 2}, "output": {"stdout": ""}}]})J",
       "unknown key"},
  };
  for (const BadTests& bad : cases) {
    const StatusOr<CodeTests> tests = ParseCodeTests(bad.text);
    ASSERT_FALSE(tests.ok()) << bad.text;
    EXPECT_THAT(Message(tests.status()), HasSubstr(bad.message)) << bad.text;
  }
}

TEST(CodeTests, QuotesIntegersBeyond64BitsOutsideStrings) {
  EXPECT_EQ(QuoteLargeIntegers(R"J([9223372036854775807,9223372036854775808])J"),
            R"J([9223372036854775807,{"$int":"9223372036854775808"}])J");
  EXPECT_EQ(QuoteLargeIntegers("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(QuoteLargeIntegers("-9223372036854775809"), R"J({"$int":"-9223372036854775809"})J");
  const std::string kept =
      R"J({"a\"1": "99999999999999999999", "b": 1e300, "c": 0.99999999999999999999})J";
  EXPECT_EQ(QuoteLargeIntegers(kept), kept);
}

TEST_F(CodeScorerTest, RefusesOptionsThatDoNotGoTogether) {
  const std::string programs = R"J({"inputs": ["1"], "outputs": ["1"]})J";
  const std::string calls = R"J({"fn_name": "f", "inputs": [[1]], "outputs": [1]})J";
  const std::string assertions = R"J({"assert_case": ["assert f(1)"]})J";
  EXPECT_EQ(CheckMessage(programs), "");
  EXPECT_THAT(CheckMessage(programs, R"J({"language": "rust"})J"), HasSubstr("valid: python, cpp"));
  EXPECT_THAT(CheckMessage(programs, R"J({"comparator": "sets"})J"), HasSubstr("valid: lines"));
  EXPECT_THAT(CheckMessage(programs, R"J({"comparator": "float"})J"), HasSubstr("go together"));
  EXPECT_THAT(CheckMessage(programs, R"J({"abs_tol": 0.1})J"), HasSubstr("go together"));
  EXPECT_THAT(CheckMessage(programs, R"J({"comparator": "float", "abs_tol": -1})J"),
              HasSubstr("negative"));
  EXPECT_THAT(CheckMessage(programs, R"J({"score": "most"})J"), HasSubstr("valid: all, fraction"));
  EXPECT_THAT(CheckMessage(programs, R"J({"time_limit_ms": 0})J"), HasSubstr("valid: 1 to"));
  EXPECT_THAT(CheckMessage(programs, R"J({"memory_mb": 100000})J"), HasSubstr("valid: 1 to"));
  EXPECT_THAT(CheckMessage(programs, R"J({"judge": {"source": ""}})J"), HasSubstr("empty"));
  EXPECT_THAT(CheckMessage(programs, R"J({"judge": {"code": "x"}})J"), HasSubstr("unknown key"));
  EXPECT_THAT(CheckMessage(calls, R"J({"language": "cpp"})J"), HasSubstr("need language python"));
  EXPECT_THAT(CheckMessage(calls, R"J({"judge": {"source": "x"}})J"), HasSubstr("only for tests"));
  EXPECT_THAT(CheckMessage(assertions, R"J({"language": "cpp"})J"), HasSubstr("declaration"));
  EXPECT_THAT(CheckMessage(assertions, R"J({"comparator": "tokens"})J"), HasSubstr("assertions"));
}

}  // namespace
}  // namespace longhaul::reward
