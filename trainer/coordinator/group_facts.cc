// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "trainer/coordinator/group_collector.h"

namespace longhaul::trainer {

GroupRewards RewardsOf(const proto::Group& group) {
  GroupRewards rewards;
  for (const proto::Rollout& rollout : group.rollouts()) {
    const bool scored = rollout.reward().status() == proto::REWARD_STATUS_OK &&
                        rollout.stop_reason() != proto::STOP_REASON_ABORTED;
    rewards.push_back(scored ? std::optional<double>(rollout.reward().score()) : std::nullopt);
  }
  return rewards;
}

double SolveRate(const proto::Group& group) {
  const GroupRewards rewards = RewardsOf(group);
  double scored = 0;
  double correct = 0;
  for (int i = 0; i < group.rollouts_size(); ++i) {
    if (!rewards[i].has_value()) continue;
    scored += 1;
    correct += group.rollouts(i).reward().correct();
  }
  return scored > 0 ? correct / scored : 0;
}

int64_t StalenessOf(const proto::Group& group, int64_t weight_version) {
  int64_t oldest = weight_version;
  for (const proto::Rollout& rollout : group.rollouts()) {
    for (const proto::VersionSpan& span : rollout.versions()) {
      oldest = std::min(oldest, span.weight_version());
    }
  }
  return weight_version - oldest;
}

}  // namespace longhaul::trainer
