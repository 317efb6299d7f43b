// SPDX-License-Identifier: Apache-2.0
#include "common/exact_sum.h"
#include "trainer/advantage/advantage.h"
#include "trainer/advantage/moments.h"

namespace longhaul::trainer {

GroupAdvantages LeaveOneOut(const GroupRewards& rewards) {
  GroupAdvantages advantages(rewards.size(), 0.0);
  if (!HasSpread(rewards)) return advantages;
  const std::vector<double> scored = Scored(rewards);
  ExactSum sum;
  for (double reward : scored) sum.Add(reward);
  const double total = sum.Value();
  const double others = static_cast<double>(scored.size()) - 1;
  for (size_t i = 0; i < rewards.size(); ++i) {
    if (rewards[i].has_value()) advantages[i] = *rewards[i] - (total - *rewards[i]) / others;
  }
  return advantages;
}

}  // namespace longhaul::trainer
