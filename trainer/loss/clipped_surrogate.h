// SPDX-License-Identifier: Apache-2.0
//
// PPO's clipped surrogate (Schulman et al. 2017, Eq. 7) for one ratio, minimised:
//   l = -min(r A, clip(r, ratio_min, ratio_max) A)
#pragma once

#include "trainer/loss/loss.h"

namespace longhaul::trainer {

struct Surrogate {
  double loss = 0;
  double dlog_ratio = 0;  // d loss / d log r: -r A, or 0 where the clip is what counts
};

// Counts the clip fractions of this token into `metrics`.
Surrogate ClippedSurrogate(const LossSettings& settings, double ratio, double advantage,
                           LossMetrics* metrics);

}  // namespace longhaul::trainer
