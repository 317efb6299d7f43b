// SPDX-License-Identifier: Apache-2.0
#include "trainer/step_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

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
}

TEST(RolloutMetricsTest, ReportsWhatWasGenerated) {
  Collection collection;
  collection.train = TwoGroups();
  MetricSet metrics;
  const RolloutFacts facts = ReportRollouts(collection, 5, metrics);
  EXPECT_NEAR(facts.unscorable_frac, 1.0 / 8, 1e-12);
  EXPECT_NEAR(facts.reward_mean, 4.0 / 7, 1e-12);
  EXPECT_EQ(facts.tokens, 24);
  EXPECT_NEAR(facts.ppl, std::exp(1), 1e-6);
  EXPECT_EQ(metrics.Scalar("staleness/mean"), 2);
  EXPECT_EQ(metrics.Scalar("length/p99"), 3);
  EXPECT_EQ(metrics.Scalar("stop/eos"), 1);
  EXPECT_EQ(metrics.Scalar("group/frac_mixed"), 1);
}

}  // namespace
}  // namespace longhaul::trainer
