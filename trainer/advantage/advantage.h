// SPDX-License-Identifier: Apache-2.0
//
// Advantages of the rollouts of a step from their rewards, by group. One file a family:
//
//   group_normalised.cc  grpo: (r - mean) / (std + eps)    mean: r - mean
//   leave_one_out.cc     rloo: r - mean of the others
//   batch_normalised.cc  batch: (r - mean of the group) / (std of these over the batch + eps)
//                        batch_reward_std: the same over the std of the rewards of the batch
//
// A rollout that could not be scored has no reward: it is in no mean, no deviation and gets 0. A
// group of one and a group of equal rewards get exactly 0 under every rule.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "trainer/loss/loss_config.h"

namespace longhaul::trainer {

struct AdvantageSettings {
  AdvantageEstimator estimator = AdvantageEstimator::kGrpo;
  StdKind std = StdKind::kPopulation;
  double eps = 1e-6;
};

using GroupRewards = std::vector<std::optional<double>>;  // [group_size]
using GroupAdvantages = std::vector<double>;              // [group_size]

std::vector<GroupAdvantages> ComputeAdvantages(const AdvantageSettings& settings,
                                               std::span<const GroupRewards> groups);

// The members of the families.
GroupAdvantages GroupNormalised(const AdvantageSettings& settings, const GroupRewards& rewards);
GroupAdvantages LeaveOneOut(const GroupRewards& rewards);
std::vector<GroupAdvantages> BatchNormalised(const AdvantageSettings& settings,
                                             std::span<const GroupRewards> groups);

// Whether a group teaches anything: two scored rollouts with different rewards.
bool HasSpread(const GroupRewards& rewards);

}  // namespace longhaul::trainer
