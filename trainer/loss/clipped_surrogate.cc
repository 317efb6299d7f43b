// SPDX-License-Identifier: Apache-2.0
#include "trainer/loss/clipped_surrogate.h"

#include <algorithm>

namespace longhaul::trainer {

Surrogate ClippedSurrogate(const LossSettings& settings, double ratio, double advantage,
                           LossMetrics* metrics) {
  // Also keeps an overflowed ratio from making 0 * inf.
  if (advantage == 0) return {};
  const double clipped = std::clamp(ratio, settings.ratio_min, settings.ratio_max);
  metrics->clip_low += ratio < settings.ratio_min && advantage < 0;
  metrics->clip_high += ratio > settings.ratio_max && advantage > 0;
  if (ratio * advantage <= clipped * advantage) {
    return {.loss = -ratio * advantage, .dlog_ratio = -ratio * advantage};
  }
  return {.loss = -clipped * advantage, .dlog_ratio = 0};
}

}  // namespace longhaul::trainer
