// SPDX-License-Identifier: Apache-2.0
#include "reward/generators/math_exercise.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "common/json.h"
#include "reward/generators/exercise_text.h"
#include "reward/generators/generate_tasks.h"
#include "reward_case.h"
#include "tests/reward/generated_lines.h"

namespace longhaul::reward {
namespace {

using ::testing::HasSubstr;

constexpr MathTopic kTopics[] = {MathTopic::kArithmetic, MathTopic::kFraction, MathTopic::kLinear,
                                 MathTopic::kQuadratic, MathTopic::kExpand};

GeneratorConfig Exercises(MathTopic topic, PromptForm prompt) {
  GeneratorConfig config;
  config.type = GeneratorType::kMath;
  config.count = 200;
  config.responses = true;
  config.exercises = {{.topic = topic, .difficulty_min = 1, .difficulty_max = 5, .prompt = prompt}};
  return config;
}

// The reward of a line as data loading makes it: the weighted sum of its components.
double RewardOf(const Json& line, const std::string& response) {
  const Json& reward = *line.Find("reward");
  const std::vector<Json> components = reward.is_array() ? reward.items() : std::vector{reward};
  double sum = 0;
  for (const Json& component : components) {
    Json options = Json::Object();
    for (const Json::Member& member : component.members()) {
      if (member.key == "type" || member.key == "answer" || member.key == "extractor") continue;
      if (member.key != "weight") options.Set(member.key, member.value);
    }
    sum += component.GetDoubleOr("weight", 1).value() *
           ScoreOf({*component.GetString("type"), *component.GetStringOr("answer", ""),
                    *component.GetString("extractor"), options.ToString()},
                   response);
  }
  return sum;
}

TEST(ExerciseText, WritesFractionsAndPolynomials) {
  EXPECT_EQ(RatioText(Ratio::Reduced(6, -4)), "-3/2");
  EXPECT_EQ(RatioLatex(Ratio::Reduced(6, -4)), R"(-\frac{3}{2})");
  EXPECT_EQ(RatioText(Ratio::Reduced(0, 7)), "0");
  EXPECT_TRUE(Ratio::Reduced(-1, 2) < Ratio::Reduced(1, 3));
  EXPECT_EQ(PolynomialText({-6, 1, 0, 2}), "2x^3+x-6");
  EXPECT_EQ(PolynomialText({1, -1}), "-x+1");
  EXPECT_EQ(PolynomialText({0, 0}), "0");
  EXPECT_EQ(ProductTerms({2, 1}, {-3, 1}), "x^2-3x+2x-6");
  EXPECT_EQ(PolynomialText(Product({2, 1}, {-3, 1})), "x^2-x-6");
}

TEST(MathExercise, ResponsesAreRightInEveryTopicFormAndDifficulty) {
  for (const PromptForm prompt : {PromptForm::kTerse, PromptForm::kFull}) {
    for (const MathTopic topic : kTopics) {
      std::map<int64_t, int> difficulties;
      for (const Json& line : Lines(Exercises(topic, prompt))) {
        ASSERT_NEAR(RewardOf(line, *line.GetString("response")), 1, 1e-9) << line.ToString();
        ++difficulties[*line.GetInt("difficulty")];
      }
      EXPECT_EQ(difficulties.size(), 5u);
    }
  }
}

TEST(MathExercise, SlipsAreWrongInEveryTopicAndForm) {
  for (const MathTopic topic : kTopics) {
    GeneratorConfig config = Exercises(topic, PromptForm::kTerse);
    config.exercises[0].error_frac = 1;
    for (const Json& line : Lines(config)) {
      ASSERT_LT(RewardOf(line, *line.GetString("response")), 0.25) << line.ToString();
      ASSERT_EQ(*line.GetString("style"), "wrong");
    }
  }
}

TEST(MathExercise, RepeatingTheExerciseIsNotFullyRewarded) {
  for (const MathTopic topic : {MathTopic::kArithmetic, MathTopic::kFraction, MathTopic::kExpand}) {
    for (const Json& line : Lines(Exercises(topic, PromptForm::kTerse))) {
      std::string prompt = *line.GetString("prompt");
      ASSERT_EQ(prompt.back(), '=');
      prompt.pop_back();
      ASSERT_NEAR(RewardOf(line, "#" + prompt), 0.8, 1e-9) << line.ToString();
    }
  }
}

// Every step says the same as the one before, by the scorer's own comparison.
TEST(MathExercise, StepsKeepTheValue) {
  RandomSequence random(RandomKey(3, RandomStream::kTest), 0);
  for (int i = 0; i < 200; ++i) {
    const int difficulty = 1 + i % 5;
    for (const MathExercise& exercise :
         {DrawArithmeticExercise(difficulty, random), DrawFractionExercise(difficulty, random),
          DrawExpandExercise(difficulty, random)}) {
      for (const std::string& step : exercise.steps) {
        ASSERT_EQ(ScoreOf({"math", exercise.answer, "whole"}, step), 1)
            << exercise.terse << " " << step << " " << exercise.answer;
      }
    }
  }
}

TEST(MathExercise, TopicsSplitsAndSettingsAreKept) {
  GeneratorConfig config = Exercises(MathTopic::kAll, PromptForm::kTerse);
  const std::vector<std::string> lines = GenerateTasks(config).value();
  EXPECT_EQ(lines, GenerateTasks(config).value());
  std::set<std::string> topics, train;
  for (const Json& line : Lines(config)) {
    topics.insert(*line.GetString("topic"));
    train.insert(*line.GetString("prompt"));
    for (const char* key : {"prompt", "response"}) {
      ASSERT_EQ(line.GetString(key)->find_first_not_of("0123456789+-*/=x^(),:#"),
                std::string::npos);
    }
  }
  EXPECT_EQ(topics.size(), std::size(kTopics));
  config.split = Split::kTest;
  for (const Json& line : Lines(config)) EXPECT_FALSE(train.contains(*line.GetString("prompt")));
  config.exercises[0].difficulty_max = 0;
  EXPECT_THAT(Message(CheckGenerator(config)), HasSubstr("exercises.0: difficulty_min 1"));
}

}  // namespace
}  // namespace longhaul::reward
