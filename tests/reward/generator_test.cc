// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/json.h"
#include "reward/generators/arithmetic.h"
#include "reward/generators/digit_completion.h"
#include "reward/generators/generate_tasks.h"
#include "reward_case.h"
#include "tests/reward/generated_lines.h"

namespace longhaul::reward {
namespace {

using ::testing::HasSubstr;

ArithmeticMix MixOf(ArithmeticFamily family, int digits_min, int digits_max) {
  ArithmeticMix mix;
  mix.family = family;
  mix.digits_min = digits_min;
  mix.digits_max = digits_max;
  mix.operands_max = 5;
  return mix;
}

GeneratorConfig EveryFamily() {
  GeneratorConfig config;
  config.count = 2000;
  config.responses = true;
  config.mix = {MixOf(ArithmeticFamily::kAdd, 1, 8), MixOf(ArithmeticFamily::kSubtract, 1, 8),
                MixOf(ArithmeticFamily::kMultiply, 1, 8), MixOf(ArithmeticFamily::kSum, 1, 5)};
  config.mix[1].equal_digits = false;
  config.mix[3].equal_digits = false;
  return config;
}

// Reads "12+34+5=" from the left; independent of the generator's own arithmetic.
int64_t Evaluate(std::string_view prompt) {
  const char* at = prompt.data();
  const char* end = at + prompt.size();
  int64_t total = 0;
  char op = '+';
  while (op != '=') {
    int64_t number = -1;
    at = std::from_chars(at, end, number).ptr;
    if (op == '+') total += number;
    if (op == '-') total -= number;
    if (op == '*') total *= number;
    op = *at++;
  }
  EXPECT_EQ(at, end) << prompt;
  return total;
}

// The scorer and the answer as data loading makes them of a line.
SpecArgs SpecOf(const Json& line) {
  const Json& reward = *line.Find("reward");
  Json options = Json::Object();
  for (const Json::Member& member : reward.members()) {
    if (member.key != "type" && member.key != "answer" && member.key != "extractor") {
      options.Set(member.key, member.value);
    }
  }
  return {*reward.GetString("type"), *reward.GetString("answer"), *reward.GetString("extractor"),
          options.ToString()};
}

std::string SortedOperands(std::string prompt) {
  if (prompt.find('+') == std::string::npos) return prompt;
  std::multiset<std::string> operands;
  prompt.back() = '+';
  for (size_t at = 0; at < prompt.size();) {
    const size_t plus = prompt.find('+', at);
    operands.insert(prompt.substr(at, plus - at));
    at = plus + 1;
  }
  std::string key;
  for (const std::string& operand : operands) key += operand + "+";
  return key;
}

// Every column "x op y op carry:cd" is true and takes up the carry of the one before.
void CheckColumns(const std::string& response) {
  int carry = 0;
  for (size_t at = 0; (at = response.find(':', at)) != std::string::npos; ++at) {
    ASSERT_GE(at, 5u) << response;
    const char op = response[at - 4];
    const int x = response[at - 5] - '0', y = response[at - 3] - '0', c = response[at - 1] - '0';
    const int value = op == '*' ? x * y + c : op == '+' ? x + y + c : x - y - c;
    const int tens = response[at + 1] - '0', units = response[at + 2] - '0';
    ASSERT_EQ(op == '-' ? units - 10 * tens : units + 10 * tens, value) << response;
    const bool first = at == 5 || response[at - 6] == ';';
    ASSERT_EQ(c, first ? 0 : carry) << response;
    carry = tens;
  }
}

TEST(Arithmetic, WritesWhatTheHeaderShows) {
  const auto write = [](ArithmeticFamily family, std::vector<int64_t> operands) {
    ArithmeticProblem problem{family, 1, std::move(operands)};
    RandomSequence random(1, 1);
    return problem.Prompt() + WriteResponse(problem, ResponseStyle::kWorked, random).text;
  };
  EXPECT_EQ(write(ArithmeticFamily::kAdd, {47, 85}), "47+85=7+5+0:12,4+8+1:13#132");
  EXPECT_EQ(write(ArithmeticFamily::kSubtract, {800, 7}), "800-7=0-7-0:13,0-0-1:19,8-0-1:07#793");
  EXPECT_EQ(write(ArithmeticFamily::kMultiply, {347, 6}), "347*6=7*6+0:42,4*6+4:28,3*6+2:20#2082");
  EXPECT_EQ(write(ArithmeticFamily::kSum, {17, 25, 8}),
            "17+25+8=7+5+0:12,1+2+1:04=42;2+8+0:10,4+0+1:05#50");
  EXPECT_EQ(write(ArithmeticFamily::kAdd, {0, 0}), "0+0=0+0+0:00#0");
}

TEST(Arithmetic, WorkedExamplesAreRightAndScoreOne) {
  const std::string_view alphabet = GeneratorAlphabet(GeneratorType::kArithmetic);
  for (const Json& line : Lines(EveryFamily())) {
    const std::string prompt = *line.GetString("prompt"), response = *line.GetString("response");
    const SpecArgs spec = SpecOf(line);
    ASSERT_EQ(spec.answer, std::to_string(Evaluate(prompt)));
    ASSERT_EQ(response.substr(response.find('#') + 1), spec.answer) << prompt;
    ASSERT_EQ(ScoreOf(spec, response), 1) << prompt << response;
    ASSERT_EQ(ScoreOf(spec, response + "0"), spec.answer == "0") << prompt << response;
    ASSERT_NO_FATAL_FAILURE(CheckColumns(response));
    ASSERT_EQ((prompt + response).find_first_not_of(alphabet), std::string::npos);
    ASSERT_EQ(*line.GetString("style"), "worked");
    ASSERT_TRUE(*line.GetBool("synthetic"));
  }
}

TEST(Arithmetic, StylesComeInTheirShares) {
  GeneratorConfig config = EveryFamily();
  config.count = 4000;
  for (ArithmeticMix& mix : config.mix) {
    mix.worked = 2, mix.terse = 1, mix.skipped = 1, mix.error_frac = 0.25;
  }
  std::map<std::string, int> styles;
  std::map<std::string, double> mean_length;
  for (const Json& line : Lines(config)) {
    const std::string style = *line.GetString("style"), response = *line.GetString("response");
    ++styles[style];
    mean_length[style] += static_cast<double>(response.size());
    ASSERT_EQ(ScoreOf(SpecOf(line), response), style == "wrong" ? 0 : 1) << response;
    ASSERT_TRUE(style != "terse" || response[0] == '#');
  }
  for (auto& [style, length] : mean_length) length /= styles[style];
  EXPECT_NEAR(styles["worked"], 1500, 150);
  EXPECT_NEAR(styles["wrong"], 500, 100);
  EXPECT_NEAR(styles["terse"], 1000, 120);
  EXPECT_NEAR(styles["skipped"], 1000, 120);
  EXPECT_GT(mean_length["worked"], 1.5 * mean_length["skipped"]);
  EXPECT_GT(mean_length["skipped"], 2 * mean_length["terse"]);
}

TEST(Arithmetic, LengthGrowsWithDigits) {
  double before = 0;
  for (int digits = 1; digits <= 8; ++digits) {
    GeneratorConfig config;
    config.count = 20;
    config.responses = true;
    config.mix = {MixOf(ArithmeticFamily::kAdd, digits, digits)};
    double total = 0;
    for (const Json& line : Lines(config)) {
      total += static_cast<double>(line.GetString("response")->size());
    }
    EXPECT_GT(total / 20, before + 8);
    before = total / 20;
  }
}

TEST(Generator, SameConfigSameLinesAndALineDependsOnItsIndexAlone) {
  GeneratorConfig config = EveryFamily();
  config.count = 200;
  const std::vector<std::string> lines = GenerateTasks(config).value();
  EXPECT_EQ(lines, GenerateTasks(config).value());
  config.count = 50;
  const std::vector<std::string> fewer = GenerateTasks(config).value();
  EXPECT_TRUE(std::equal(fewer.begin(), fewer.end(), lines.begin()));
  config.seed = 2;
  EXPECT_NE(fewer, GenerateTasks(config).value());
}

TEST(Generator, HeldOutProblemsAreNeverTrainedOn) {
  for (const double test_frac : {0.1, 0.3}) {
    GeneratorConfig config;
    config.mix = {MixOf(ArithmeticFamily::kAdd, 1, 2), MixOf(ArithmeticFamily::kSum, 1, 1),
                  MixOf(ArithmeticFamily::kMultiply, 1, 2),
                  MixOf(ArithmeticFamily::kSubtract, 1, 2)};
    config.test_frac = test_frac;
    config.count = 5000;
    std::set<std::string> train, uids;
    for (const Json& line : Lines(config)) {
      train.insert(SortedOperands(*line.GetString("prompt")));
      EXPECT_TRUE(uids.insert(*line.GetString("uid")).second);
    }
    config.split = Split::kTest;
    config.seed = 9;
    config.mix[0].terse = 5;  // another mixture of the same problems
    for (const Json& line : Lines(config)) {
      const std::string prompt = *line.GetString("prompt");
      ASSERT_FALSE(train.contains(SortedOperands(prompt))) << prompt;
      EXPECT_TRUE(uids.insert(*line.GetString("uid")).second);
    }
    EXPECT_GT(train.size(), 1000u);
  }
}

TEST(Generator, DistinctProblemsRunOut) {
  GeneratorConfig config;
  config.mix = {MixOf(ArithmeticFamily::kAdd, 1, 1)};
  config.distinct = true;
  config.count = 40;
  std::set<std::string> keys;
  for (const Json& line : Lines(config)) keys.insert(SortedOperands(*line.GetString("prompt")));
  EXPECT_EQ(keys.size(), 40u);
  config.count = 56;  // 55 unordered pairs of digits, some of them held out
  EXPECT_THAT(Message(GenerateTasks(config).status()), HasSubstr("no further problem"));
}

TEST(Generator, ImpossibleConfigsAreRefused) {
  GeneratorConfig config;
  config.mix[0].digits_min = 4;
  EXPECT_THAT(Message(GenerateTasks(config).status()),
              HasSubstr("mix.0: digits_min 4 is above digits_max 3"));
  config = {};
  config.mix[0].worked = 0;
  EXPECT_THAT(Message(GenerateTasks(config).status()), HasSubstr("are all 0"));
  config = {};
  config.mix[0].weight = 0;
  EXPECT_THAT(Message(GenerateTasks(config).status()), HasSubstr("every weight is 0"));
}

TEST(Generator, ConfigIsReadStrictly) {
  const auto file = Config::Parse(
      "type: arithmetic\nsplit: test\nmix:\n- {family: sum, operands_max: 4, terse: 0.5}\n", "c");
  ASSERT_TRUE(file.ok()) << file.status();
  GeneratorConfig config;
  ASSERT_TRUE(file->Read(config).ok()) << file->Read(config);
  EXPECT_EQ(config.split, Split::kTest);
  ASSERT_EQ(config.mix.size(), 1u);
  EXPECT_EQ(config.mix[0].family, ArithmeticFamily::kSum);
  EXPECT_EQ(config.mix[0].terse, 0.5);
  const auto bad = Config::Parse("type: arithmetic\nmix: [{family: add, digit_max: 3}]\n", "c");
  EXPECT_THAT(Message(bad->Read(config)), HasSubstr("digits_max"));
}

TEST(DigitCompletion, ContinuesTheProgression) {
  const auto problem = [](int first, int second, int modulus, int terms) {
    return CompletionProblem{first, second, modulus, terms};
  };
  EXPECT_EQ(problem(8, 3, 9, 4).Prompt(), "8,3:9,4");
  EXPECT_EQ(problem(8, 3, 9, 4).Answer(), "7,2,6,1");
  EXPECT_EQ(problem(9, 1, 9, 1).Answer(), "2");
  EXPECT_EQ(problem(5, 8, 9, 0).Answer(), "");
  EXPECT_EQ(problem(9, 10, 20, 2).Answer(), "11,12");
}

TEST(DigitCompletion, LinesScoreTheirAnswer) {
  GeneratorConfig config;
  config.type = GeneratorType::kDigitCompletion;
  config.count = 500;
  config.responses = true;
  std::set<std::string> train;
  for (const Json& line : Lines(config)) {
    const Json& message = line.Find("messages")->items().at(0);
    train.insert(*message.GetString("content"));
    const SpecArgs spec = SpecOf(line);
    const std::string answer = *line.GetString("response");
    ASSERT_EQ(ScoreOf(spec, answer), 1);
    ASSERT_LT(ScoreOf(spec, answer + ",0"), 1);
    if (answer.size() > 2) {
      ASSERT_GT(ScoreOf(spec, answer.substr(0, 3)), ScoreOf(spec, answer.substr(0, 1)));
    }
  }
  config.split = Split::kTest;
  for (const Json& line : Lines(config)) {
    EXPECT_FALSE(train.contains(*line.Find("messages")->items().at(0).GetString("content")));
  }
}

GeneratorConfig TersePuzzles() {
  GeneratorConfig config;
  config.type = GeneratorType::kLogic;
  config.count = 300;
  config.responses = true;
  config.puzzles.clear();
  for (const char* task :
       {"dyck_language", "dyck_language_errors", "math_path", "game_of_24", "cryptarithm"}) {
    config.puzzles.push_back(
        {.task = task, .difficulty_min = 1, .difficulty_max = 3, .prompt = PromptForm::kTerse});
  }
  return config;
}

TEST(LogicTasks, TersePuzzlesScoreTheirResponsesBehindTheMarkerAlone) {
  const GeneratorConfig config = TersePuzzles();
  std::set<std::string> tasks;
  for (const Json& line : Lines(config)) {
    const std::string response = *line.GetString("response");
    const SpecArgs spec = SpecOf(line);
    tasks.insert(*line.GetString("task"));
    ASSERT_EQ(ScoreOf(spec, response), 1) << line.ToString();
    ASSERT_EQ(ScoreOf(spec, "1+1 " + response), 1) << line.ToString();
    ASSERT_EQ(ScoreOf(spec, response.substr(1)), 0) << line.ToString();
    ASSERT_EQ(ScoreOf(spec, response + "x"), 0) << line.ToString();
    ASSERT_LE(line.GetString("prompt")->size(), 32u) << line.ToString();
  }
  EXPECT_EQ(tasks.size(), config.puzzles.size());
}

TEST(LogicTasks, FullPromptsAskForTheTagsThatAreScored) {
  GeneratorConfig config;
  config.type = GeneratorType::kLogic;
  config.count = 60;
  config.responses = true;
  config.puzzles = {{.task = "math_path", .difficulty_max = 4}, {.task = "numbrix"}};
  for (const Json& line : Lines(config)) {
    const std::string response = *line.GetString("response");
    ASSERT_THAT(*line.GetString("prompt"), HasSubstr("between <answer> and </answer>"));
    ASSERT_EQ(ScoreOf(SpecOf(line), response), 1) << line.ToString();
    ASSERT_EQ(ScoreOf(SpecOf(line), "<answer></answer>"), 0) << line.ToString();
  }
}

TEST(LogicTasks, HeldOutPuzzlesAreNeverTrainedOn) {
  GeneratorConfig config = TersePuzzles();
  std::set<std::string> train;
  for (const Json& line : Lines(config)) train.insert(*line.GetString("prompt"));
  config.split = Split::kTest;
  config.seed = 8;
  for (const Json& line : Lines(config)) {
    EXPECT_FALSE(train.contains(*line.GetString("prompt"))) << line.ToString();
  }
}

TEST(LogicTasks, ImpossibleMixturesAreRefused) {
  GeneratorConfig config = TersePuzzles();
  config.puzzles[1].task = "numbrix";
  EXPECT_THAT(Message(CheckGenerator(config)), HasSubstr("numbrix has no terse form"));
  config.puzzles[1].task = "dyck_languge";
  EXPECT_THAT(Message(CheckGenerator(config)), HasSubstr("dyck_language"));
  config.puzzles[1].task = "all";
  EXPECT_THAT(Message(CheckGenerator(config)), HasSubstr("puzzles.1"));
}

}  // namespace
}  // namespace longhaul::reward
