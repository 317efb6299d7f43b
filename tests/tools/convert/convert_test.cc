// SPDX-License-Identifier: Apache-2.0
//
// Published data sets become tasks whose gold answers score 1 and whose wrong answers score 0.
#include "tools/convert/convert.h"

#include <gmock/gmock.h>

#include <set>

#include "common/file.h"
#include "reward_case.h"

namespace longhaul::tools {
namespace {

using ::testing::HasSubstr;

Converted ConvertGolden(const std::string& format, const std::string& file) {
  const std::string path = LONGHAUL_SOURCE_DIR "/tests/golden/convert/" + file;
  const auto text = ReadFile(path);
  EXPECT_TRUE(text.ok()) << text.status();
  const auto entry = FindConvertFormat(format);
  EXPECT_TRUE(entry.ok()) << entry.status();
  auto converted = (*entry)->convert({.path = path, .text = *text, .name = format, .domain = "d"});
  EXPECT_TRUE(converted.ok()) << converted.status();
  return std::move(converted).value();
}

// The reward of a task file's line, as the trainer reads it: what is no field of the message is an
// option.
reward::SpecArgs SpecOf(const Json& task) {
  const Json& entry = *task.Find("reward");
  Json options = Json::Object();
  for (const auto& [key, value] : entry.members()) {
    if (key != "type" && key != "answer" && key != "extractor") options.Set(key, value);
  }
  return {*entry.GetString("type"), *entry.GetString("answer"), *entry.GetStringOr("extractor", ""),
          options.ToString()};
}

std::string Answered(const std::string& answer) {
  return "<think>Perhaps <answer>this</answer>?</think>So: <answer>" + answer + "</answer>";
}

void CheckGoldAndWrong(const Json& task) {
  const reward::SpecArgs spec = SpecOf(task);
  const std::string where = task.ToString();
  EXPECT_EQ(reward::CheckMessage(spec), "") << where;
  EXPECT_EQ(reward::ScoreOf(spec, Answered(spec.answer)), 1) << where;
  EXPECT_EQ(reward::ScoreOf(spec, spec.answer), 0) << "no tags: " << where;
  // Of roles, what is around them does not matter; of a rounded number, nor do the last digits.
  const Json& entry = *task.Find("reward");
  const bool roles =
      spec.answer.find(" is a") != std::string::npos && entry.Find("order") != nullptr;
  const bool rounded = entry.Find("rel_tol") != nullptr;
  std::vector<std::string> wrong_answers = {"", "I do not know.", spec.answer + " " + spec.answer};
  if (!rounded) wrong_answers.push_back(spec.answer.substr(0, spec.answer.size() / 2));
  if (!roles) wrong_answers.push_back(spec.answer + " 7 quxes");
  for (const std::string& wrong : wrong_answers) {
    EXPECT_EQ(reward::ScoreOf(spec, Answered(wrong)), 0) << wrong << "\n" << where;
  }
}

void CheckAll(const Converted& converted) {
  std::set<std::string> uids;
  for (const Json& task : converted.tasks) {
    CheckGoldAndWrong(task);
    EXPECT_TRUE(uids.insert(*task.GetString("uid")).second);
    EXPECT_EQ(*task.GetString("domain"), "d");
    EXPECT_FALSE(task.GetString("prompt")->empty());
  }
}

TEST(Convert, Bbh) {
  const Converted converted = ConvertGolden("bbh", "bbh.json");
  CheckAll(converted);
  EXPECT_GE(converted.tasks.size(), 50u);
  // "Monsters, Inc" and two more are cut at a comma in the data itself.
  const std::map<std::string, int64_t> left_out = {{"the answer is none of the options", 3},
                                                   {"there is only one option", 1}};
  EXPECT_EQ(converted.left_out, left_out);
}

TEST(Convert, KnightsKnaves) {
  const Converted converted = ConvertGolden("knights_knaves", "knights_knaves.jsonl");
  CheckAll(converted);
  ASSERT_EQ(converted.tasks.size(), 10u);
  const reward::SpecArgs spec = SpecOf(converted.tasks[0]);  // Amelia, Penelope; not Evelyn
  EXPECT_EQ(
      reward::ScoreOf(spec, Answered("Evelyn is a knave, Amelia is a Knight and Penelope is a "
                                     "knight.")),
      1);
  EXPECT_EQ(reward::ScoreOf(spec, Answered("Evelyn is a knight, Amelia is a knight, Penelope is a "
                                           "knight")),
            0);
}

TEST(Convert, ReasoningGym) {
  const Converted converted = ConvertGolden("reasoning_gym", "reasoning_gym.jsonl");
  CheckAll(converted);
  int64_t left_out = 0;
  for (const auto& [reason, rows] : converted.left_out) left_out += rows;
  EXPECT_EQ(left_out + static_cast<int64_t>(converted.tasks.size()), 98);
  EXPECT_GE(converted.tasks.size(), 65u);
}

TEST(Convert, Instructions) {
  for (const std::string name : {"ifeval", "ifbench"}) {
    const Converted converted = ConvertGolden(name, name + ".jsonl");
    ASSERT_EQ(converted.tasks.size(), 3u);
    for (const Json& task : converted.tasks) {
      EXPECT_EQ(reward::CheckMessage(SpecOf(task)), "") << task.ToString();
    }
  }
  // No comma, three highlights and 300 words: two of three.
  const Converted converted = ConvertGolden("ifeval", "ifeval.jsonl");
  EXPECT_DOUBLE_EQ(reward::ScoreOf(SpecOf(converted.tasks[0]), "*a* and *b* and *c*"), 2.0 / 3);
}

TEST(Convert, BadFilesAreRefused) {
  const auto convert = [](const std::string& format, const std::string& text) {
    const auto entry = FindConvertFormat(format);
    return Message(
        (*entry)->convert({.path = "f", .text = text, .name = "n", .domain = "d"}).status());
  };
  EXPECT_THAT(convert("bbh", "{}"), HasSubstr("examples"));
  EXPECT_THAT(convert("bbh", R"({"examples": [{"input": "a"}]})"), HasSubstr("target"));
  EXPECT_THAT(convert("ifeval", "{}\n{"), HasSubstr("f:2"));
  EXPECT_THAT(convert("ifeval", ""), HasSubstr("no rows"));
  EXPECT_THAT(convert("ifeval", R"({"prompt": "p", "instruction_id_list": ["a"], "kwargs": []})"),
              HasSubstr("1 instructions with 0 kwargs"));
  EXPECT_THAT(convert("reasoning_gym", R"({"question": "q"})"), HasSubstr("source_dataset"));
  EXPECT_THAT(Message(FindConvertFormat("csv").status()),
              HasSubstr("unknown format 'csv'; valid: "));
}

Converted ConvertText(const std::string& format, const std::string& text) {
  auto converted = (*FindConvertFormat(format))
                       ->convert({.path = "f", .text = text, .name = format, .domain = "d"});
  EXPECT_TRUE(converted.ok()) << converted.status();
  return std::move(converted).value();
}

TEST(ConvertTest, MathematicsOfEveryUsualForm) {
  const Converted lines = ConvertText(
      "math", R"({"question": "6*12?", "answer": "It is <<6*12=72>>72.\n#### 72"})"
              "\n"
              R"({"problem": "Half?", "solution": "Not \\boxed{1} but $\\boxed{\\frac{1}{2}}$."})"
              "\n"
              R"({"problem": "Who?", "answer": "Evelyn"})"
              "\n"
              R"({"problem": "Broken", "answer": "\\frac{1}{"})"
              "\n"
              R"({"problem": "None", "solution": "left to the reader"})");
  const Converted list = ConvertText(
      "math", R"( [{"problem": "n?", "answer": 27.0}, {"problem": "x?", "answer": 0.5}])");
  std::vector<Json> tasks = lines.tasks;
  tasks.insert(tasks.end(), list.tasks.begin(), list.tasks.end());
  std::vector<std::string> answers;
  for (const Json& task : tasks) {
    const reward::SpecArgs spec = SpecOf(task);
    answers.push_back(spec.answer);
    EXPECT_THAT(*task.GetString("prompt"), HasSubstr("?\n\nPlease reason step by step"));
    EXPECT_EQ(reward::CheckMessage(spec), "");
    EXPECT_EQ(reward::ScoreOf(spec, "</think>So \\boxed{" + spec.answer + "}."), 1);
    EXPECT_EQ(reward::ScoreOf(spec, "So \\boxed{" + spec.answer + "7}."), 0);
    EXPECT_EQ(reward::ScoreOf(spec, "So " + spec.answer), 0);
  }
  EXPECT_THAT(answers, testing::ElementsAre("72", "\\frac{1}{2}", "Evelyn", "27", "0.5"));
  EXPECT_EQ(lines.left_out.at("the answer is no mathematics"), 1);
  EXPECT_EQ(lines.left_out.at("there is no answer"), 1);
}

}  // namespace
}  // namespace longhaul::tools
