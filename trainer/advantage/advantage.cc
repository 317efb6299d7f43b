// SPDX-License-Identifier: Apache-2.0
#include "trainer/advantage/advantage.h"

#include "trainer/advantage/moments.h"

namespace longhaul::trainer {

bool HasSpread(const GroupRewards& rewards) {
  const std::vector<double> scored = Scored(rewards);
  for (double reward : scored) {
    if (reward != scored.front()) return true;
  }
  return false;
}

std::vector<GroupAdvantages> ComputeAdvantages(const AdvantageSettings& settings,
                                               std::span<const GroupRewards> groups) {
  std::vector<GroupAdvantages> advantages;
  switch (settings.estimator) {
    case AdvantageEstimator::kGrpo:
    case AdvantageEstimator::kMean:
      for (const GroupRewards& group : groups) {
        advantages.push_back(GroupNormalised(settings, group));
      }
      return advantages;
    case AdvantageEstimator::kRloo:
      for (const GroupRewards& group : groups) advantages.push_back(LeaveOneOut(group));
      return advantages;
    case AdvantageEstimator::kBatch:
    case AdvantageEstimator::kBatchRewardStd:
      return BatchNormalised(settings, groups);
  }
  return advantages;
}

}  // namespace longhaul::trainer
