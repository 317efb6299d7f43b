// SPDX-License-Identifier: Apache-2.0
//
// C++ solutions, judged by the real harness under the system's g++.
#include <gmock/gmock.h>

#include <cstdlib>

#include "reward/code/cpp_declaration.h"
#include "scorer_case.h"

namespace longhaul::reward {
namespace {

using ::testing::HasSubstr;

const char kCpp[] = R"J({"language": "cpp"})J";

Case Cpp(const std::string& declaration, const std::string& test, const std::string& solution) {
  const Json tests = Json::Object().Set("declaration", declaration).Set("test", test);
  return {tests.ToString(), solution, kCpp};
}

TEST(DeclaredName, IsTheFunctionsOwn) {
  EXPECT_EQ(*DeclaredName("long f(long n)"), "f");
  EXPECT_EQ(*DeclaredName(" std::vector<std::pair<int, int>>\ng (std::function<int(int)> a) "),
            "g");
  for (const char* bad : {"", "f", "f()", "long f(long n) {", "long ns::f(int)", "int 3(int)"}) {
    EXPECT_FALSE(DeclaredName(bad).ok()) << bad;
  }
}

TEST_F(CodeScorerTest, JudgesCppPrograms) {
  const std::string tests = R"J({"inputs": ["1", "2"], "outputs": ["2", "4"]})J";
  ExpectRight({tests,
               "#include <iostream>\nint main() { int n; std::cin >> n; std::cout << 2 * n; }",
               kCpp});
  EXPECT_THAT(ExpectWrong({tests, "int main() { return x; }", kCpp}),
              HasSubstr("does not compile: error:"));
}

TEST_F(CodeScorerTest, JudgesCppAssertions) {
  // Some tests bring headers that are there already.
  const std::string test =
      "#undef NDEBUG\n#include<assert.h>\n#include <bits/stdc++.h>\n # include <cassert> // all\n"
      "int main() {\n  auto candidate = f;\n  assert(candidate((1)) == 2);\n"
      "  assert(candidate((3)) == (6));\n}";
  ExpectRight(Cpp("long f(long n)", test, "long f(long n) { return 2 * n; }\nint main() {}"));
  EXPECT_THAT(ExpectWrong(Cpp("long f(long n)", test, "long f(long n) { return n + 1; }")),
              HasSubstr("Assertion `candidate((3)) == (6)' failed"));
  ExpectWrong(
      Cpp("long f(long n)", test,
          "struct S { S() { write(3, \"verdict\\n{\\\"passed\\\":[true]}\", 25); _exit(0); } } s;\n"
          "long f(long n) { return 0; }"));
}

// How the tests end is what their author means by it.
TEST_F(CodeScorerTest, CppTestsMayReportByTheirExit) {
  const std::string right = "int f(int a) { return a; }", wrong = "int f(int a) { return 0; }";
  for (const char* test : {"int main() { if (f(3) != 3) return 1; return 0; }",
                           "int main() { if (f(3) != 3) _exit(1); if (f(4) != 4) abort(); if (f(5) "
                           "!= 5) quick_exit(2);"
                           " if (f(6) != 6) throw 1; std::exit(0); }",
                           "int main() { if (f(f(3)) != 3) std::exit(1); _exit(0); }"}) {
    ExpectRight(Cpp("int f(int a)", test, right));
    ExpectWrong(Cpp("int f(int a)", test, wrong));
    if (std::getenv("LONGHAUL_SANDBOX_LONG") == nullptr) break;  // five seconds of g++ each
  }
}

TEST_F(CodeScorerTest, CppTestsMayNeedAnswersOneByOne) {
  if (std::getenv("LONGHAUL_SANDBOX_LONG") == nullptr) GTEST_SKIP() << "a long variant";
  const std::string test =
      "int main() {\n  assert(f(1)[0] == 1 && f(2).at(1) == 2);\n  assert(10 / f(f(3)[0])[0] == "
      "3);\n"
      "  int x = 0;\n  for (int i = 0; i < 7; ++i) x = f(x)[0] + 1;\n  assert(x == 7);\n"
      "  try { f(-1); return 1; } catch (const std::invalid_argument& e) {\n"
      "    if (std::string(e.what()) != \"negative\") return 2; }\n"
      "  try { f(-2); return 3; } catch (const std::exception&) { return 4; } catch (...) {}\n}";
  const std::string solution =
      "#define Serve 4\n#define Answer 3\n#define vector vector\n#define T x\n#include <iostream>\n"
      "std::vector<int> f(int a) {\n  std::cout << std::string(1 << 22, 'x');\n"
      "  if (a == -1) throw std::invalid_argument(\"negative\");\n  if (a == -2) throw 2;\n"
      "  return {a, a}; }";
  ExpectRight(Cpp("std::vector<int> f(int a)", test, solution));
  ExpectWrong(Cpp("std::vector<int> f(int a)", test,
                  "#include <vector>\n#include <stdexcept>\nstd::vector<int> f(int a) { if (a < 0) "
                  "throw std::domain_error(\"negative\"); return {a, a}; }"));
}

// Ten seconds of g++: with LONGHAUL_SANDBOX_LONG set.
TEST_F(CodeScorerTest, CppValuesOfEveryKindCross) {
  if (std::getenv("LONGHAUL_SANDBOX_LONG") == nullptr) GTEST_SKIP() << "a long variant";
  const std::string declaration =
      "std::map<std::string, std::vector<std::optional<double>>> "
      "f(std::vector<std::tuple<std::string, bool>> a, "
      "const std::set<long>& b, std::string& c)";
  const std::string test =
      "int main() {\n  std::string c = \"in\";\n"
      "  auto r = f({{\"x\", true}, {\"y\", false}}, {3, 4}, c);\n"
      "  assert((r == std::map<std::string, std::vector<std::optional<double>>>{{\"x\", {7.0, "
      "std::nullopt}}, {\"y\", {}}}));\n"
      "  assert(c == \"in out\");\n}";
  const std::string solution =
      "#include <bits/stdc++.h>\nusing namespace std;\n"
      "map<string, vector<optional<double>>> f(vector<tuple<string, bool>> a, const set<long>& b, "
      "string& c) {\n"
      "  map<string, vector<optional<double>>> r;\n"
      "  for (auto& [name, full] : a) {\n    r[name];\n"
      "    if (full) r[name] = {double(*b.begin() + *b.rbegin()), nullopt};\n  }\n"
      "  c += \" out\";\n  return r;\n}";
  ExpectRight(Cpp(declaration, test, solution));
}

TEST_F(CodeScorerTest, CppTestsThatDoNotCompileAreUnscorable) {
  const Verdict verdict =
      Judge(Cpp("std::any f(long n)", "int main() { f(1); }", "std::any f(long n) { return n; }"));
  EXPECT_FALSE(verdict.scorable);
  EXPECT_THAT(verdict.detail, HasSubstr("the test code does not compile"));
}

}  // namespace
}  // namespace longhaul::reward
