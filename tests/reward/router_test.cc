// SPDX-License-Identifier: Apache-2.0
#include "reward/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "common/config.h"
#include "reward_case.h"

namespace longhaul::reward {
namespace {

using ::testing::DoubleEq;
using ::testing::HasSubstr;

// Says what its ground truth tells it to.
class ScriptedVerifier : public Verifier {
 public:
  std::string_view name() const override { return "scripted"; }
  Status CheckTask(const ScoringTask&) const override { return OkStatus(); }
  Verdict Verify(const ScoringTask& task, const Response&, WorkBudget&) const override {
    if (task.answer == "nan") return Partial(std::numeric_limits<double>::quiet_NaN(), "");
    if (task.answer == "infinite") return Partial(std::numeric_limits<double>::infinity(), "");
    return Unscorable("no judge");
  }
};

std::unique_ptr<Router> ScriptedRouter() {
  ScorerRegistry registry = ScorerRegistry::BuiltIn();
  registry.Add(std::make_unique<ScriptedVerifier>());
  return Router::Create({}, std::move(registry)).value();
}

TEST(Overlong, FallsLinearlyOverTheBuffer) {
  // DAPO's example: a window of 20480 tokens with a buffer of 4096.
  EXPECT_EQ(OverlongShaping(0, 20480, 4096), 0);
  EXPECT_EQ(OverlongShaping(16384, 20480, 4096), 0);
  EXPECT_THAT(OverlongShaping(16385, 20480, 4096), DoubleEq(-1.0 / 4096));
  EXPECT_THAT(OverlongShaping(18432, 20480, 4096), DoubleEq(-0.5));
  EXPECT_EQ(OverlongShaping(20480, 20480, 4096), -1);
  EXPECT_EQ(OverlongShaping(30000, 20480, 4096), -1);
  EXPECT_EQ(OverlongShaping(30000, 20480, 0), 0);
}

TEST(Overlong, BufferMustLeaveSomeOfTheWindow) {
  OverlongConfig config;
  EXPECT_TRUE(CheckOverlongWindow(config, 16).ok());
  config.buffer_length = 16;
  EXPECT_TRUE(CheckOverlongWindow(config, 17).ok());
  EXPECT_THAT(Message(CheckOverlongWindow(config, 16)), HasSubstr("16 tokens is not below"));
}

TEST(Router, AddsWeightedComponents) {
  proto::ScoreItem item = MakeItem({"number", "42", "answer_tag"}, "<answer>42</answer>");
  *item.add_rewards() = MakeSpec({"format", "", "", R"({"pattern": "x"})", 0.25});
  const std::unique_ptr<Router> router = MakeRouter();
  proto::RewardResult result = router->Score(item);
  EXPECT_EQ(result.status(), proto::REWARD_STATUS_OK);
  EXPECT_EQ(result.score(), 1);
  EXPECT_TRUE(result.correct()) << "the format does not judge the answer";
  ASSERT_EQ(result.components_size(), 2);
  EXPECT_EQ(result.components(1).type(), "format");
  EXPECT_EQ(result.components(1).score(), 0);
  EXPECT_EQ(result.components(1).weight(), 0.25);

  item.set_response("<answer>43</answer>");
  result = router->Score(item);
  EXPECT_EQ(result.status(), proto::REWARD_STATUS_OK);
  EXPECT_EQ(result.score(), 0);
  EXPECT_FALSE(result.correct());
  EXPECT_THAT(result.components(0).detail(), HasSubstr("'43' instead of '42'"));
}

TEST(Router, CorrectOfATaskOfFormAlone) {
  const SpecArgs spec = {"format", "", "", R"({"pattern": "a+"})"};
  const std::unique_ptr<Router> router = MakeRouter();
  EXPECT_TRUE(router->Score(MakeItem(spec, "aaa")).correct());
  EXPECT_FALSE(router->Score(MakeItem(spec, "b")).correct());
}

TEST(Router, PartialCreditIsNotCorrect) {
  const SpecArgs spec = {"exact", "ab", "", R"({"partial": "prefix"})"};
  const proto::RewardResult result = MakeRouter()->Score(MakeItem(spec, "ax"));
  EXPECT_THAT(result.score(), DoubleEq(1.0 / 3));
  EXPECT_FALSE(result.correct());
}

TEST(Router, FormatTermAndOverlongShapingAreAdded) {
  RewardConfig config;
  config.format.weight = 0.5;
  config.format.spec.layout = "think_answer";
  config.overlong = {.buffer_length = 100, .penalty = 2, .mask_truncated = true};
  const std::unique_ptr<Router> router = MakeRouter(config);
  proto::ScoreItem item =
      MakeItem({"number", "42", "answer_tag"}, "<think>6*7</think><answer>42</answer>");
  item.set_response_length(950);
  item.set_max_response_length(1000);
  const proto::RewardResult result = router->Score(item);
  EXPECT_EQ(result.status(), proto::REWARD_STATUS_OK);
  EXPECT_THAT(result.score(), DoubleEq(1 + 0.5 - 2 * 0.5));
  EXPECT_TRUE(result.correct());
  EXPECT_FALSE(result.exclude_from_loss());
  ASSERT_EQ(result.components_size(), 3);
  EXPECT_EQ(result.components(1).type(), "format_term");
  EXPECT_EQ(result.components(2).type(), "overlong");

  item.set_truncated(true);
  EXPECT_TRUE(router->Score(item).exclude_from_loss());
  item.set_max_response_length(100);
  EXPECT_EQ(router->Score(item).status(), proto::REWARD_STATUS_UNSCORABLE);
}

TEST(Router, UnscorableNamesUidScorerAndCause) {
  const proto::RewardResult result = MakeRouter()->Score(MakeItem({"number", "forty"}, "40"));
  EXPECT_EQ(result.status(), proto::REWARD_STATUS_UNSCORABLE);
  EXPECT_EQ(result.score(), 0);
  EXPECT_FALSE(result.correct());
  EXPECT_EQ(result.detail(), "uid 'task-1': number: ground truth: 'forty' is not a number");
}

TEST(Router, NonFiniteScoresAreUnscorable) {
  const std::unique_ptr<Router> router = ScriptedRouter();
  for (const char* script : {"nan", "infinite"}) {
    const proto::RewardResult result = router->Score(MakeItem({"scripted", script}, "x"));
    EXPECT_EQ(result.status(), proto::REWARD_STATUS_UNSCORABLE);
    EXPECT_EQ(result.detail(), "uid 'task-1': scripted: the score is not finite");
    EXPECT_EQ(result.score(), 0);
    EXPECT_EQ(result.components(0).score(), 0);
  }
  proto::ScoreItem item = MakeItem({"exact", "x"}, "x");
  item.mutable_rewards(0)->set_weight(std::numeric_limits<double>::infinity());
  EXPECT_EQ(router->Score(item).status(), proto::REWARD_STATUS_UNSCORABLE);
}

// Weights of a request are those of data files.
TEST(Router, WeightsOutsideTheirRangeAreUnscorable) {
  const std::unique_ptr<Router> router = MakeRouter();
  for (const double weight : {std::numeric_limits<double>::quiet_NaN(), -1.0, 1000.5, 1e9}) {
    proto::ScoreItem item = MakeItem({"exact", "x"}, "x");
    item.mutable_rewards(0)->set_weight(weight);
    const proto::RewardResult result = router->Score(item);
    EXPECT_EQ(result.status(), proto::REWARD_STATUS_UNSCORABLE) << weight;
    EXPECT_THAT(result.detail(), HasSubstr("valid: 0 to 1000"));
    EXPECT_EQ(result.score(), 0);
  }
}

TEST(Router, AWatchedComponentDoesNotDecide) {
  proto::ScoreItem item = MakeItem({"exact", "x"}, "x");
  *item.add_rewards() = MakeSpec({"scripted", "", "", "", 0});
  const proto::RewardResult result = ScriptedRouter()->Score(item);
  EXPECT_EQ(result.status(), proto::REWARD_STATUS_OK);
  EXPECT_EQ(result.score(), 1);
  EXPECT_TRUE(result.correct());
  EXPECT_EQ(result.components(1).status(), proto::REWARD_STATUS_UNSCORABLE);
}

TEST(Router, NamesAreCheckedWhenLoaded) {
  EXPECT_EQ(CheckMessage({"nubmer", "1"}), "unknown scorer 'nubmer'; did you mean 'number'?");
  EXPECT_THAT(CheckMessage({"number", "1", "tag"}), HasSubstr("unknown extractor 'tag'; valid: "));
  EXPECT_THAT(CheckMessage({"number", "1", "after"}), HasSubstr("marker"));
  for (const double weight : {std::numeric_limits<double>::quiet_NaN(), -0.5, 1000.5, 1e300}) {
    EXPECT_THAT(CheckMessage({"number", "1", "", "", weight}), HasSubstr("valid: 0 to 1000"));
  }
  EXPECT_EQ(CheckMessage({"number", "1", "", "", 0}), "");
  // Both the scorer and its extractor read `extract`.
  EXPECT_EQ(CheckMessage({"math", "1", "", R"({"nonsensical": 1})"}),
            "scorer 'math': unknown option 'nonsensical'; valid: abs_tol, allow_set_relation, "
            "extract, percent, rel_tol, round_decimals, strict, text, type, answer, extractor, "
            "weight");
  EXPECT_EQ(CheckMessage({"number", "1", "", R"({"anwser": 1})"}),
            "scorer 'number': unknown option 'anwser'; did you mean 'answer'?");
  EXPECT_EQ(CheckMessage({"number", "1", "after", R"({"marker": "#"})"}), "");
}

TEST(Router, AnItemWithoutScorersIsUnscorable) {
  proto::ScoreItem item;
  item.set_uid("bare");
  const proto::RewardResult result = MakeRouter()->Score(item);
  EXPECT_EQ(result.status(), proto::REWARD_STATUS_UNSCORABLE);
  EXPECT_THAT(result.detail(), HasSubstr("uid 'bare': the task names no scorer"));
}

TEST(Router, BadFormatTermIsRefused) {
  RewardConfig config;
  config.format.weight = 1;
  EXPECT_THAT(Message(Router::Create(config, ScorerRegistry::BuiltIn()).status()),
              HasSubstr("reward.format: a format has either a pattern or a layout"));
  config.format.spec.pattern = "[";
  EXPECT_THAT(Message(Router::Create(config, ScorerRegistry::BuiltIn()).status()),
              HasSubstr("reward.format: pattern '['"));
}

TEST(RewardConfig, ReadsItsSection) {
  const auto file = Config::Parse(
      "format: {weight: 0.1, layout: think}\noverlong: {buffer_length: 64, penalty: 0.5}\n", "c");
  ASSERT_TRUE(file.ok()) << file.status();
  RewardConfig config;
  ASSERT_TRUE(file->Read(config).ok()) << file->Read(config);
  EXPECT_EQ(config.format.weight, 0.1);
  EXPECT_EQ(config.format.spec.layout, "think");
  EXPECT_EQ(config.overlong.buffer_length, 64);
  EXPECT_EQ(config.overlong.penalty, 0.5);
  const auto bad = Config::Parse("format: {layout: thinking}\n", "c");
  EXPECT_THAT(Message(bad->Read(config)), HasSubstr("c:1:"));
}

TEST(Excerpt, IsPrintableAndShort) {
  EXPECT_EQ(Excerpt(std::string("a\0\xff\n", 4)), "a\\x00\\xff\\n");
  EXPECT_EQ(Excerpt("\xC3\xA9"), "\xC3\xA9");
  EXPECT_EQ(Excerpt(std::string(1000, 'x'), 3), "xxx... (1000 bytes)");
}

}  // namespace
}  // namespace longhaul::reward
