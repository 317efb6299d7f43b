// SPDX-License-Identifier: Apache-2.0
#include "reward/generators/code_problem.h"

#include <gmock/gmock.h>

#include <set>

#include "reward/generators/generate_tasks.h"

namespace longhaul::reward {
namespace {

using ::testing::HasSubstr;

TEST(CodeProblem, PromptAndTestsSayTheSame) {
  const CodeProblem line = {.difficulty = 1, .coefficients = {37, 12}};
  EXPECT_EQ(line.Prompt(), "f(0)=37,f(1)=49:");
  EXPECT_EQ(line.Tests().ToString(),
            R"({"fn_name":"f","inputs":[[0],[1],[3],[10],[-7]],"outputs":[37,49,73,157,-47]})");
  const CodeProblem parabola = {.difficulty = 3, .coefficients = {3, 1, 2}};
  EXPECT_EQ(parabola.Prompt(), "f(0)=3,f(1)=6,f(2)=13:");
}

TEST(CodeProblem, ResponsesAreTheFunctionUnlessTheyErr) {
  RandomSequence random(RandomKey(1, RandomStream::kTest), 0);
  const CodeProblem problem = {.difficulty = 2, .coefficients = {-4, 62}};
  std::set<std::string> right, wrong;
  for (int i = 0; i < 200; ++i) {
    right.insert(DrawCodeResponse({.error_frac = 0}, problem, random));
    wrong.insert(DrawCodeResponse({.error_frac = 1}, problem, random));
  }
  EXPECT_EQ(right, (std::set<std::string>{"def f(x):return -4+62*x", "def f(x):return 62*x-4"}));
  EXPECT_EQ(wrong.size(), 8u);
  for (const std::string& response : wrong) EXPECT_FALSE(right.contains(response)) << response;
}

TEST(CodeProblem, WorkedResponsesLeaveTheDifferencesToTheProgram) {
  RandomSequence random(RandomKey(1, RandomStream::kTest), 0);
  const CodeProblem line = {.difficulty = 2, .coefficients = {-4, 62}};
  const CodeProblem parabola = {.difficulty = 3, .coefficients = {3, 1, 2}};
  std::set<std::string> lines, parabolas;
  for (int i = 0; i < 50; ++i) {
    lines.insert(DrawCodeResponse({.worked = 1}, line, random));
    parabolas.insert(DrawCodeResponse({.worked = 1}, parabola, random));
  }
  EXPECT_EQ(lines,
            (std::set<std::string>{"def f(x):return -4+(58--4)*x", "def f(x):return (58--4)*x-4"}));
  EXPECT_EQ(parabolas, (std::set<std::string>{"def f(x):return 3+(6-3)*x+(13-2*6+3)//2*x*(x-1)",
                                              "def f(x):return (13-2*6+3)//2*x*(x-1)+(6-3)*x+3"}));
}

TEST(CodeProblem, LinesAreAFunctionOfTheirSettings) {
  GeneratorConfig config;
  config.type = GeneratorType::kCode;
  config.count = 50;
  config.responses = true;
  config.programs = {{.difficulty_min = 1, .difficulty_max = 3, .worked = 0.5}};
  const auto lines = GenerateTasks(config), again = GenerateTasks(config);
  ASSERT_TRUE(lines.ok()) << lines.status();
  EXPECT_EQ(*lines, *again);
  const std::string_view alphabet = GeneratorAlphabet(GeneratorType::kCode);
  for (const std::string& line : *lines) {
    const auto json = Json::Parse(line, "line");
    ASSERT_TRUE(json.ok()) << json.status();
    for (const char* key : {"prompt", "response"}) {
      EXPECT_EQ(json->GetString(key)->find_first_not_of(alphabet), std::string::npos) << line;
    }
    EXPECT_THAT(line, HasSubstr(R"("type":"code")"));
  }
  config.programs[0].difficulty_min = 3;
  config.programs[0].difficulty_max = 1;
  EXPECT_THAT(Message(CheckGenerator(config)), HasSubstr("programs.0"));
}

}  // namespace
}  // namespace longhaul::reward
