// SPDX-License-Identifier: Apache-2.0
#include "trainer/advantage/advantage.h"
#include "trainer/advantage/moments.h"

namespace longhaul::trainer {

std::vector<GroupAdvantages> BatchNormalised(const AdvantageSettings& settings,
                                             std::span<const GroupRewards> groups) {
  std::vector<GroupAdvantages> advantages;
  std::vector<double> spread;  // what the deviation is taken of
  for (const GroupRewards& group : groups) {
    advantages.push_back(Centred(group));
    for (size_t i = 0; i < group.size(); ++i) {
      if (!group[i].has_value()) continue;
      spread.push_back(settings.estimator == AdvantageEstimator::kBatchRewardStd
                           ? *group[i]
                           : advantages.back()[i]);
    }
  }
  const double deviation = Deviation(spread, settings.std);
  if (deviation == 0) return advantages;  // every group is without spread
  for (GroupAdvantages& group : advantages) {
    for (double& advantage : group) advantage /= deviation + settings.eps;
  }
  return advantages;
}

}  // namespace longhaul::trainer
