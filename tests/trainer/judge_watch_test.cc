// SPDX-License-Identifier: Apache-2.0
#include "trainer/judge/judge_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/random.h"
#include "tests/common/status_matchers.h"
#include "tests/trainer/run_fixture.h"

namespace longhaul::trainer {
namespace {

using ::testing::HasSubstr;

struct Judged {
  double score;
  int length;
  std::optional<bool> flipped = std::nullopt;
};

proto::Group GroupOf(const std::vector<Judged>& rollouts) {
  proto::Group group;
  for (const Judged& judged : rollouts) {
    proto::Rollout* rollout = group.add_rollouts();
    for (int i = 0; i < judged.length; ++i) rollout->add_token_ids(1);
    proto::RewardComponent* component = rollout->mutable_reward()->add_components();
    component->set_type("genrm_grade");
    component->set_status(proto::REWARD_STATUS_OK);
    component->set_judged_by_model(true);
    component->set_score(judged.score);
    if (judged.flipped) component->set_flipped(*judged.flipped);
  }
  return group;
}
Collection StepOf(std::vector<proto::Group> groups) {
  Collection collection;
  collection.train = std::move(groups);
  return collection;
}

JudgeWatchConfig SmallConfig() {
  JudgeWatchConfig config;
  config.window = 3;
  config.min_rollouts = 8;
  config.cooldown_steps = 2;
  return config;
}

TEST(JudgeWatch, CorrelationIsWithinGroups) {
  // Between the groups score and length go together, within them against each other.
  JudgeWatch watch(SmallConfig());
  MetricSet metrics;
  EXPECT_FALSE(watch.Observe(StepOf({GroupOf({{0.2, 1}, {0.1, 2}, {0.0, 3}, {0.1, 2}}),
                                     GroupOf({{1.0, 11}, {0.9, 12}, {0.8, 13}, {0.9, 12}})}),
                             1, metrics));
  EXPECT_NEAR(metrics.Scalar("judge/length_corr"), -1, 1e-12);
  EXPECT_EQ(metrics.Scalar("judge/win_rate/shortest"), 1);
  EXPECT_EQ(metrics.Scalar("judge/win_rate/longest"), 0);
}

TEST(JudgeWatch, PayingForLengthGivesAlarmAndANewLevelANewWindow) {
  JudgeWatch watch(SmallConfig());
  const Collection step = StepOf({GroupOf({{0, 1}, {0.5, 2}, {1, 3}, {0.75, 3}}),
                                  GroupOf({{0, 5}, {0.5, 9}, {1, 12}, {0.25, 6}})});
  MetricSet metrics;
  const auto cause = watch.Observe(step, 1, metrics);
  ASSERT_TRUE(cause.has_value());
  EXPECT_THAT(*cause, HasSubstr("response length is 0.87"));
  watch.Alarmed(1, *cause, 1);
  EXPECT_EQ(watch.level(), 1);
  MetricSet after;
  EXPECT_FALSE(watch.Observe(step, 2, after)) << "cooling down";
  EXPECT_EQ(after.Scalar("judge/level"), 1);
  EXPECT_FALSE(watch.Observe(step, 3, after));
  EXPECT_TRUE(watch.Observe(step, 4, after).has_value());
}

TEST(JudgeWatch, NoAlarmBeforeThereIsEnough) {
  JudgeWatchConfig config = SmallConfig();
  config.min_rollouts = 9;
  JudgeWatch watch(config);
  MetricSet metrics;
  const Collection step = StepOf({GroupOf({{0, 1}, {1, 2}, {0, 1}, {1, 2}})});
  EXPECT_FALSE(watch.Observe(step, 1, metrics));
  EXPECT_FALSE(watch.Observe(step, 2, metrics));
  EXPECT_TRUE(watch.Observe(step, 3, metrics).has_value());
}

TEST(JudgeWatch, AFairJudgeGivesNone) {
  JudgeWatch watch({});
  RandomSequence random(RandomKey(1, RandomStream::kTest), 0);
  for (int64_t step = 1; step <= 200; ++step) {
    std::vector<proto::Group> groups;
    for (int g = 0; g < 4; ++g) {
      std::vector<Judged> rollouts;
      for (int i = 0; i < 8; ++i) {
        rollouts.push_back(
            {static_cast<double>(random.Below(5)) / 4, static_cast<int>(1 + random.Below(40))});
      }
      groups.push_back(GroupOf(rollouts));
    }
    MetricSet metrics;
    EXPECT_FALSE(watch.Observe(StepOf(std::move(groups)), step, metrics)) << step;
  }
}

TEST(JudgeWatch, ACalibrationWithoutVerdictsSaysNothingOfTheJudge) {
  JudgeWatch watch(SmallConfig(), 0.1);
  MetricSet metrics;
  EXPECT_FALSE(watch.ObserveCalibration({{"unscorable_rate", 0.95}, {"accuracy", 1}}, 0, metrics));
  EXPECT_FALSE(watch.ObserveCalibration({{"unscorable_rate", 0.05}}, 4, metrics));
  EXPECT_FALSE(watch.ObserveCalibration({{"accuracy", 0.6}}, 8, metrics)) << "the first of use";
  EXPECT_FALSE(watch.ObserveCalibration({{"unscorable_rate", 0.5}, {"accuracy", 0}}, 12, metrics));
  EXPECT_EQ(metrics.Scalar("judge/calibration/accuracy"), 0);
  EXPECT_FALSE(watch.CalibrationDue(12));
  const auto cause = watch.ObserveCalibration({{"accuracy", 0.4}}, 16, metrics);
  EXPECT_THAT(cause.value_or(""), HasSubstr("its accuracy is 0.40, 0.60 at the first calibration"));
}

TEST(JudgeWatch, WhatSaysNothingIsNotCounted) {
  JudgeWatch watch(SmallConfig());
  MetricSet metrics;
  EXPECT_FALSE(watch.Observe(StepOf({GroupOf({{1, 4}, {1, 9}, {1, 2}, {1, 3}}),
                                     GroupOf({{0, 4}, {1, 4}, {0, 4}, {1, 4}})}),
                             1, metrics));
  proto::Group unscorable = GroupOf({{0, 1}, {1, 9}, {0, 1}, {1, 9}, {0, 1}, {1, 9}, {0, 1}});
  for (proto::Rollout& rollout : *unscorable.mutable_rollouts()) {
    rollout.mutable_reward()->mutable_components(0)->set_status(proto::REWARD_STATUS_UNSCORABLE);
  }
  EXPECT_FALSE(watch.Observe(StepOf({unscorable}), 2, metrics));
}

TEST(JudgeWatch, FlipsGiveAlarm) {
  JudgeWatch watch(SmallConfig());
  MetricSet metrics;
  const auto cause = watch.Observe(
      StepOf({GroupOf({{0.5, 3, true}, {0.5, 3, true}, {1, 3, false}, {0, 3, false}}),
              GroupOf({{0.5, 3, false}, {0.5, 3, true}, {1, 3, false}, {0, 3, false}})}),
      1, metrics);
  ASSERT_TRUE(cause.has_value());
  EXPECT_THAT(*cause, HasSubstr("38% of 8 comparisons"));
  EXPECT_EQ(metrics.Scalar("judge/flip_rate"), 3.0 / 8);
}

TEST(JudgeWatch, CalibrationsGiveAlarm) {
  const std::map<std::string, double> good = {{"accuracy", 0.9},
                                              {"master_key_accept_rate", 0},
                                              {"injection_accept_rate", 0},
                                              {"length_gap", 0},
                                              {"position_flip_rate", 0}};
  const auto with = [&](const std::string& name, double value) {
    auto measures = good;
    measures[name] = value;
    return measures;
  };
  const auto cause = [&](const std::map<std::string, double>& measures) {
    JudgeWatch watch(SmallConfig());
    MetricSet metrics;
    EXPECT_FALSE(watch.ObserveCalibration(good, 0, metrics));
    return watch.ObserveCalibration(measures, 20, metrics).value_or("none");
  };
  EXPECT_EQ(cause(good), "none");
  EXPECT_THAT(cause(with("master_key_accept_rate", 0.2)), HasSubstr("master_key_accept_rate"));
  EXPECT_THAT(cause(with("injection_accept_rate", 0.2)), HasSubstr("injection_accept_rate"));
  EXPECT_THAT(cause(with("length_gap", 0.3)), HasSubstr("wordy copies"));
  EXPECT_THAT(cause(with("position_flip_rate", 0.3)), HasSubstr("position_flip_rate"));
  EXPECT_THAT(cause(with("accuracy", 0.7)), HasSubstr("accuracy is 0.70"));
}

TEST(JudgeWatch, IsSavedAndLoaded) {
  JudgeWatch watch(SmallConfig());
  MetricSet metrics;
  const Collection step = StepOf({GroupOf({{0, 1}, {0.5, 2}, {1, 3}, {0.1, 3}})});
  watch.ObserveCalibration({{"accuracy", 0.9}}, 0, metrics);
  watch.Observe(step, 1, metrics);
  watch.Alarmed(1, "a cause", 2);
  watch.Observe(step, 2, metrics);
  JudgeWatch loaded(SmallConfig());
  ASSERT_THAT(loaded.Load(watch.Save()), IsOk());
  EXPECT_EQ(loaded.Save().ToString(), watch.Save().ToString());
  EXPECT_EQ(loaded.level(), 2);
  EXPECT_FALSE(loaded.CalibrationDue(0));
  MetricSet a, b;
  EXPECT_EQ(loaded.Observe(step, 9, a), watch.Observe(step, 9, b));
  EXPECT_EQ(a.ToJson(9).ToString(), b.ToJson(9).ToString());
}

TEST(JudgeWatch, IsLoadedIntoAShorterWindow) {
  JudgeWatch watch(SmallConfig());
  MetricSet metrics;
  // Three steps in which it pays for length, then one in which it does not.
  const Collection biased = StepOf({GroupOf({{0, 1}, {0.5, 2}, {1, 3}})});
  for (int64_t step = 1; step <= 3; ++step) watch.Observe(biased, step, metrics);
  JudgeWatchConfig config = SmallConfig();
  config.window = 1;
  JudgeWatch loaded(config);
  ASSERT_THAT(loaded.Load(watch.Save()), IsOk());
  MetricSet after;
  loaded.Observe(StepOf({GroupOf({{1, 1}, {0.5, 2}, {0, 3}})}), 4, after);
  EXPECT_NEAR(after.Scalar("judge/length_corr_window"), -1, 1e-12);
}

}  // namespace
}  // namespace longhaul::trainer
