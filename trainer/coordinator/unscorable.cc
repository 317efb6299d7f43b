// SPDX-License-Identifier: Apache-2.0
#include "trainer/coordinator/unscorable.h"

#include <algorithm>

#include "trainer/coordinator/group_collector.h"

namespace longhaul::trainer {
namespace {

std::string ReasonOf(const proto::Rollout& rollout) {
  if (rollout.stop_reason() == proto::STOP_REASON_ABORTED) {
    return "generation: the worker could not go on with it";
  }
  const proto::RewardResult& reward = rollout.reward();
  for (const proto::RewardComponent& component : reward.components()) {
    if (component.status() == proto::REWARD_STATUS_OK) continue;
    return fmt::format("scorer '{}': {}", component.type(), component.detail());
  }
  return reward.detail();
}

}  // namespace

void UnscorableShare::Add(std::span<const proto::Group> groups) {
  for (const proto::Group& group : groups) {
    const GroupRewards rewards = RewardsOf(group);
    rollouts_ += group.rollouts_size();
    for (int i = 0; i < group.rollouts_size(); ++i) {
      if (rewards[i].has_value()) continue;
      ++unscorable_;
      ++reasons_[ReasonOf(group.rollouts(i))];
    }
  }
}

Status UnscorableShare::Check(double max_frac) const {
  const double frac =
      rollouts_ > 0 ? static_cast<double>(unscorable_) / static_cast<double>(rollouts_) : 0;
  if (frac <= max_frac) return OkStatus();
  const auto most = std::max_element(reasons_.begin(), reasons_.end(),
                                     [](auto& a, auto& b) { return a.second < b.second; });
  return FailedPrecondition(
      "scoring failed: {} of {} rollouts ({:.1f}%) could not be scored, reward.max_unscorable_frac "
      "is {:.1f}%; {} of them: {}",
      unscorable_, rollouts_, 100 * frac, 100 * max_frac, most->second, most->first);
}

}  // namespace longhaul::trainer
