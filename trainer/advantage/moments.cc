// SPDX-License-Identifier: Apache-2.0
#include "trainer/advantage/moments.h"

#include <cmath>

#include "common/exact_sum.h"

namespace longhaul::trainer {

std::vector<double> Scored(const GroupRewards& rewards) {
  std::vector<double> scored;
  for (const std::optional<double>& reward : rewards) {
    if (reward.has_value()) scored.push_back(*reward);
  }
  return scored;
}

double Mean(const std::vector<double>& values) {
  ExactSum sum;
  for (double value : values) sum.Add(value);
  return sum.Value() / static_cast<double>(values.size());
}

double Deviation(const std::vector<double>& values, StdKind kind) {
  const double degrees = static_cast<double>(values.size()) - (kind == StdKind::kSample ? 1 : 0);
  if (degrees <= 0) return 0;
  const double mean = Mean(values);
  ExactSum squares;
  for (double value : values) squares.Add((value - mean) * (value - mean));
  return std::sqrt(squares.Value() / degrees);
}

GroupAdvantages Centred(const GroupRewards& rewards) {
  GroupAdvantages centred(rewards.size(), 0.0);
  if (!HasSpread(rewards)) return centred;
  const double mean = Mean(Scored(rewards));
  for (size_t i = 0; i < rewards.size(); ++i) {
    if (rewards[i].has_value()) centred[i] = *rewards[i] - mean;
  }
  return centred;
}

}  // namespace longhaul::trainer
