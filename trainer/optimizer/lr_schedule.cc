// SPDX-License-Identifier: Apache-2.0
#include "trainer/optimizer/lr_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace longhaul::trainer {

double LrSchedule::At(int64_t update) const {
  if (update < warmup_steps) {
    return peak * static_cast<double>(update + 1) / static_cast<double>(warmup_steps);
  }
  if (type == ScheduleType::kConstant) return peak;
  const double decay_steps = static_cast<double>(std::max<int64_t>(1, total_steps - warmup_steps));
  const double progress = std::min(1.0, static_cast<double>(update - warmup_steps) / decay_steps);
  if (type == ScheduleType::kLinear) return peak + (minimum - peak) * progress;
  return minimum + (peak - minimum) * (1 + std::cos(std::numbers::pi * progress)) / 2;
}

}  // namespace longhaul::trainer
