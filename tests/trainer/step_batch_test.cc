// SPDX-License-Identifier: Apache-2.0
#include "trainer/step_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/trainer/groups.h"
#include "trainer/mismatch.h"
#include "trainer/rollout_metrics.h"

namespace longhaul::trainer {
namespace {

using testing::ElementsAre;

std::vector<proto::Group> TwoGroups() {
  proto::Lease lease;
  std::vector<proto::Group> groups = {MakeGroup(lease, {1, 0, 1, 0}, 3),
                                      MakeGroup(lease, {1, 1, 0, 0}, 3)};
  for (proto::Group& group : groups) *group.mutable_task() = MakeTask("t");
  // Sample 1 could not be judged, sample 3 of the second group was cut off and is masked.
  groups[0].mutable_rollouts(1)->mutable_reward()->set_status(proto::REWARD_STATUS_UNSCORABLE);
  groups[1].mutable_rollouts(3)->mutable_reward()->set_exclude_from_loss(true);
  return groups;
}

TEST(StepBatchTest, LeavesOutWhatIsNotTrainedOn) {
  StepBatch batch = MakeStepBatch(TwoGroups());
  EXPECT_THAT(batch.first, ElementsAre(0, 3, 6));
  EXPECT_THAT(batch.samples[0], ElementsAre(0, 2, 3));
  EXPECT_THAT(batch.samples[1], ElementsAre(0, 1, 2));
  MetricSet metrics;
  AssignAdvantages({.estimator = AdvantageEstimator::kMean}, &batch, metrics);
  // The unscorable one is in no baseline, the masked one is.
  EXPECT_NEAR(batch.sequences[0].advantage, 1.0 / 3, 1e-6);
  EXPECT_NEAR(batch.sequences[2].advantage, -2.0 / 3, 1e-6);
  EXPECT_NEAR(batch.sequences[3].advantage, 0.5, 1e-6);
  EXPECT_NEAR(metrics.Scalar("advantage/max"), 0.5, 1e-12);
}

TEST(StepBatchTest, KlInTheRewardLowersIt) {
  StepBatch batch = MakeStepBatch(TwoGroups());
  for (TrainSequence& sequence : batch.sequences) {
    sequence.old_logprobs.assign(sequence.response.size(), -1.0f);
    sequence.ref_logprobs.assign(sequence.response.size(), -1.5f);
  }
  PenaliseKl({.coef = 0.1, .type = KlType::kK1, .in_reward = true}, &batch);
  EXPECT_NEAR(*batch.rewards[0][0], 1 - 0.1 * 3 * 0.5, 1e-6);
  EXPECT_NEAR(*batch.rewards[0][3], 0 - 0.1 * 3 * 0.5, 1e-6);
}

TEST(MismatchTest, CountsMaskedTokensOnly) {
  std::vector<TrainSequence> sequences(1);
  sequences[0].response = {1, 2, 3};
  sequences[0].loss_mask = {1, 1, 0};
  sequences[0].rollout_logprobs = {-1, -2, -9};
  sequences[0].old_logprobs = {-1, -2.5, -1};
  MetricSet metrics;
  ReportMismatch(sequences, metrics);
  EXPECT_NEAR(metrics.Scalar("mismatch/logp_abs_diff_max"), 0.5, 1e-9);
  EXPECT_NEAR(metrics.Scalar("mismatch/logp_abs_diff_mean"), 0.25, 1e-9);
  EXPECT_NEAR(metrics.Scalar("mismatch/nonzero_frac"), 0.5, 1e-9);
  EXPECT_NEAR(metrics.Scalar("mismatch/k3_gen_train"), (std::exp(-0.5) - 1 + 0.5) / 2, 1e-9);
  // Token 1: probabilities e^-2.5 and e^-2 against their mean 0.10871014; token 0 adds nothing.
  const double mixture = std::log((std::exp(-2.5) + std::exp(-2.0)) / 2);
  const double a = -2.5 - mixture, b = -2 - mixture;
  const double js = 0.5 * (std::exp(a) - 1 - a) + 0.5 * (std::exp(b) - 1 - b);
  EXPECT_GT(js, 0);
  EXPECT_NEAR(metrics.Scalar("mismatch/js"), js / 2, 1e-12);
}

// A policy that is certain of everything: its probabilities vary in their last bits only.
TEST(MismatchTest, CorrelationSurvivesProbabilitiesNearOne) {
  std::vector<TrainSequence> sequences(1);
  TrainSequence& s = sequences[0];
  for (int t = 0; t < 4000; ++t) {
    s.response.push_back(1);
    s.loss_mask.push_back(1);
    s.rollout_logprobs.push_back(-1e-8f * static_cast<float>(t % 7));
    s.old_logprobs.push_back(2 * s.rollout_logprobs.back());
  }
  MetricSet metrics;
  ReportMismatch(sequences, metrics);
  EXPECT_NEAR(metrics.Scalar("mismatch/prob_pearson"), 1, 1e-6);
}

TEST(RolloutMetricsTest, ReportsWhatWasGenerated) {
  Collection collection;
  collection.train = TwoGroups();
  MetricSet metrics;
  const RolloutFacts facts =
      ReportRollouts(collection, {.weight_version = 5, .max_response_length = 10}, metrics);
  EXPECT_NEAR(metrics.Scalar("reward/status/unscorable"), 1.0 / 8, 1e-12);
  EXPECT_NEAR(facts.reward_mean, 4.0 / 7, 1e-12);
  EXPECT_EQ(facts.tokens, 24);
  EXPECT_NEAR(facts.ppl, std::exp(1), 1e-6);
  EXPECT_EQ(metrics.Scalar("staleness/mean"), 2);
  EXPECT_EQ(metrics.Scalar("length/p99"), 3);
  EXPECT_EQ(metrics.Scalar("stop/eos"), 1);
  EXPECT_EQ(metrics.Scalar("group/frac_mixed"), 1);
  EXPECT_EQ(metrics.Scalar("repetition/saved_tokens"), 0);
}

TEST(RolloutMetricsTest, AGroupThatNobodyJudgedIsNeitherGoodNorBad) {
  Collection collection;
  collection.train = TwoGroups();
  for (proto::Rollout& rollout : *collection.train[0].mutable_rollouts()) {
    rollout.mutable_reward()->set_status(proto::REWARD_STATUS_UNSCORABLE);
  }
  MetricSet metrics;
  ReportRollouts(collection, {.weight_version = 3, .max_response_length = 10}, metrics);
  EXPECT_EQ(metrics.Scalar("group/frac_all_bad"), 0);
  EXPECT_EQ(metrics.Scalar("group/frac_mixed"), 1);
  const Json line = metrics.ToJson(1);
  const std::vector<int64_t> counts = line.Find("group/solve_rate_hist")->GetInts("counts").value();
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), int64_t{0}), 1);
  EXPECT_EQ(metrics.Scalar("reward/status/unscorable"), 0.5);
}

TEST(RolloutMetricsTest, RepetitionSavesTheRestOfTheWindow) {
  Collection collection;
  collection.train = TwoGroups();  // 3 tokens each
  collection.train[0].mutable_rollouts(0)->set_stop_reason(proto::STOP_REASON_REPETITION);
  collection.train[1].mutable_rollouts(2)->set_stop_reason(proto::STOP_REASON_REPETITION);
  MetricSet metrics;
  ReportRollouts(collection, {.weight_version = 3, .max_response_length = 10}, metrics);
  EXPECT_EQ(metrics.Scalar("repetition/saved_tokens"), 14);
  EXPECT_EQ(metrics.Scalar("repetition/frac"), 0.25);
}

TEST(RolloutMetricsTest, StalenessIsCountedByToken) {
  Collection collection;
  collection.train = TwoGroups();  // 24 tokens of version 3
  proto::Rollout& rollout = *collection.train[0].mutable_rollouts(0);
  rollout.mutable_versions(0)->set_count(2);
  proto::VersionSpan& later = *rollout.add_versions();
  later.set_weight_version(4);
  later.set_first(2);
  later.set_count(1);
  MetricSet metrics;
  ReportRollouts(collection, {.weight_version = 4, .max_response_length = 10}, metrics);
  EXPECT_NEAR(metrics.Scalar("staleness/mean"), 23.0 / 24, 1e-12);
  EXPECT_EQ(metrics.Scalar("staleness/p99"), 1);
  // One stale token in two hundred is beyond the 99th percentile.
  rollout.mutable_versions(0)->set_count(1);
  for (proto::Group& group : collection.train) {
    for (proto::Rollout& other : *group.mutable_rollouts()) {
      other.mutable_versions(0)->set_weight_version(&other == &rollout ? 3 : 4);
    }
  }
  later.set_count(199);
  MetricSet fresh;
  ReportRollouts(collection, {.weight_version = 4, .max_response_length = 10}, fresh);
  EXPECT_EQ(fresh.Scalar("staleness/p99"), 0);
  EXPECT_EQ(fresh.Scalar("staleness/max"), 1);
}

TEST(RolloutMetricsTest, ComponentsCarryTheirWeight) {
  Collection collection;
  collection.train = TwoGroups();
  proto::RewardComponent& component =
      *collection.train[0].mutable_rollouts(0)->mutable_reward()->add_components();
  component.set_type("number");
  component.set_status(proto::REWARD_STATUS_OK);
  component.set_score(0.5);
  component.set_weight(0.9);
  MetricSet metrics;
  ReportRollouts(collection, {.weight_version = 3, .max_response_length = 10}, metrics);
  EXPECT_EQ(metrics.Scalar("reward/number/mean"), 0.5);
  EXPECT_EQ(metrics.Scalar("reward/number/weight"), 0.9);
}

}  // namespace
}  // namespace longhaul::trainer
