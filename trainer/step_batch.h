// SPDX-License-Identifier: Apache-2.0
//
// From groups as they were returned to sequences as they are trained on.
#pragma once

#include <cstdint>
#include <vector>

#include "common/metrics.h"
#include "proto/rollout.pb.h"
#include "trainer/advantage/advantage.h"
#include "trainer/batch/train_sequence.h"
#include "trainer/loss/loss_config.h"

namespace longhaul::trainer {

// A step's sequences, in lease order. Rollouts that could not be scored, were aborted or are
// excluded by configuration are not among them.
struct StepBatch {
  std::vector<TrainSequence> sequences;  // of group g: TrainSequence::group == g
  // sequences of group g: [first[g], first[g + 1]). [num_groups + 1]
  std::vector<int64_t> first;
  std::vector<GroupRewards> rewards;          // of each group, by sample
  std::vector<std::vector<int32_t>> samples;  // sample of each sequence, by group
};
StepBatch MakeStepBatch(const std::vector<proto::Group>& groups);

// KL to the reference as a penalty on the reward: r - coef * sum over tokens of the estimate on
// (ref - old). Before AssignAdvantages.
void PenaliseKl(const KlConfig& kl, StepBatch* batch);

// Sets the advantage of every sequence and reports advantage/*.
void AssignAdvantages(const AdvantageSettings& settings, StepBatch* batch, MetricSet& metrics);

}  // namespace longhaul::trainer
