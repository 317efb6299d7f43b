// SPDX-License-Identifier: Apache-2.0
#include "trainer/advantage/advantage.h"

#include <gtest/gtest.h>

#include "common/json.h"

namespace longhaul::trainer {
namespace {

Json Golden() {
  return Json::ParseFile(std::string(LONGHAUL_SOURCE_DIR) + "/tests/golden/losses/advantages.json")
      .value();
}

std::vector<GroupRewards> Rewards(const Json& golden) {
  std::vector<GroupRewards> groups;
  for (const Json& group : golden.Find("rewards")->items()) {
    groups.emplace_back();
    for (const Json& reward : group.items()) groups.back().push_back(reward.AsDouble().value());
  }
  return groups;
}

AdvantageSettings SettingsOf(const Json& rule) {
  const std::string type = rule.GetString("type").value();
  AdvantageSettings settings;
  settings.eps = rule.GetDoubleOr("eps", 0).value();
  if (rule.GetStringOr("std", "population").value() == "sample") settings.std = StdKind::kSample;
  if (type == "zscore") settings.estimator = AdvantageEstimator::kGrpo;
  if (type == "mean_only") settings.estimator = AdvantageEstimator::kMean;
  if (type == "leave_one_out") settings.estimator = AdvantageEstimator::kRloo;
  if (type == "batch_std_of_rewards") settings.estimator = AdvantageEstimator::kBatchRewardStd;
  if (type == "batch_std_of_centred") settings.estimator = AdvantageEstimator::kBatch;
  return settings;
}

TEST(AdvantageTest, MatchesEveryGoldenRule) {
  const Json golden = Golden();
  const std::vector<GroupRewards> rewards = Rewards(golden);
  ASSERT_EQ(golden.Find("rules")->size(), 8u);
  for (const Json& rule : golden.Find("rules")->items()) {
    SCOPED_TRACE(rule.GetString("name").value());
    const auto advantages = ComputeAdvantages(SettingsOf(rule), rewards);
    const Json& expected = *rule.Find("advantage");
    ASSERT_EQ(advantages.size(), expected.size());
    for (size_t g = 0; g < advantages.size(); ++g) {
      for (size_t i = 0; i < advantages[g].size(); ++i) {
        EXPECT_NEAR(advantages[g][i], expected.items()[g].items()[i].AsDouble().value(), 1e-12);
      }
    }
  }
}

// A rollout without a reward changes nothing for the others, under every rule.
TEST(AdvantageTest, UnscorableRolloutsLeaveTheBaseline) {
  const Json golden = Golden();
  const std::vector<GroupRewards> rewards = Rewards(golden);
  std::vector<GroupRewards> with_holes = rewards;
  for (GroupRewards& group : with_holes) group.insert(group.begin() + 1, std::nullopt);
  for (const Json& rule : golden.Find("rules")->items()) {
    const auto plain = ComputeAdvantages(SettingsOf(rule), rewards);
    const auto holes = ComputeAdvantages(SettingsOf(rule), with_holes);
    for (size_t g = 0; g < rewards.size(); ++g) {
      EXPECT_EQ(holes[g][1], 0);
      std::vector<double> others = holes[g];
      others.erase(others.begin() + 1);
      EXPECT_EQ(others, plain[g]);
    }
  }
}

TEST(AdvantageTest, SpreadNeedsTwoScoredRewardsThatDiffer) {
  EXPECT_TRUE(HasSpread({0.0, 1.0}));
  EXPECT_FALSE(HasSpread({1.0, 1.0}));
  EXPECT_FALSE(HasSpread({1.0, std::nullopt}));
  EXPECT_FALSE(HasSpread({}));
}

}  // namespace
}  // namespace longhaul::trainer
