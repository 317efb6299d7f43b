// SPDX-License-Identifier: Apache-2.0
#include "trainer/advantage/advantage.h"
#include "trainer/advantage/moments.h"

namespace longhaul::trainer {

GroupAdvantages GroupNormalised(const AdvantageSettings& settings, const GroupRewards& rewards) {
  GroupAdvantages advantages = Centred(rewards);
  if (settings.estimator == AdvantageEstimator::kMean || !HasSpread(rewards)) return advantages;
  const double scale = Deviation(Scored(rewards), settings.std) + settings.eps;
  for (double& advantage : advantages) advantage /= scale;
  return advantages;
}

}  // namespace longhaul::trainer
