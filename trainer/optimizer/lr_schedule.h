// SPDX-License-Identifier: Apache-2.0
//
// Learning rate of each optimizer update s = 0, 1, ...: linear warm-up to the peak, then constant,
// half a cosine or a line down to the minimum.
//
//   s < warmup:  peak (s + 1) / warmup
//   cosine:      minimum + (peak - minimum) (1 + cos(pi (s - warmup) / (total - warmup))) / 2
//   linear:      peak + (minimum - peak) (s - warmup) / (total - warmup)
#pragma once

#include <cstdint>

#include "trainer/optimizer/optimizer_config.h"

namespace longhaul::trainer {

struct LrSchedule {
  ScheduleType type = ScheduleType::kConstant;
  double peak = 0;
  double minimum = 0;
  int64_t warmup_steps = 0;
  int64_t total_steps = 0;  // past it the rate stays at the minimum (constant: at the peak)

  double At(int64_t update) const;
};

}  // namespace longhaul::trainer
