// SPDX-License-Identifier: Apache-2.0
//
// Means and deviations over rewards that may be missing.
#pragma once

#include <vector>

#include "trainer/advantage/advantage.h"

namespace longhaul::trainer {

// The rewards that are there.
std::vector<double> Scored(const GroupRewards& rewards);
double Mean(const std::vector<double>& values);
// 0 for fewer values than the deviation needs.
double Deviation(const std::vector<double>& values, StdKind kind);
// Reward minus the mean of its group; 0 where there is no reward or no spread.
GroupAdvantages Centred(const GroupRewards& rewards);

}  // namespace longhaul::trainer
