// SPDX-License-Identifier: Apache-2.0
#include "trainer/loss/loss.h"

namespace longhaul::trainer {
namespace {

constexpr double kDefaultBlend = 0.5;

struct Window {
  double low = 0;
  double high = 0;
};

// The window of each loss where the configuration gives none: M1 has no lower bound and does not
// say its cap, 5 is ScaleRL's; 0.2 / 0.2 is PPO's, 0.2 / 0.28 DAPO's, 3e-4 / 4e-4 GSPO's.
Window DefaultWindow(LossType type) {
  switch (type) {
    case LossType::kCispo:
      return {.low = 0, .high = 5};
    case LossType::kDapo:
      return {.low = 1 - 0.2, .high = 1 + 0.28};
    case LossType::kGspo:
      return {.low = 1 - 3e-4, .high = 1 + 4e-4};
    default:
      return {.low = 1 - 0.2, .high = 1 + 0.2};
  }
}

LossAggregation DefaultAggregation(LossType type) {
  switch (type) {
    case LossType::kCispo:
      return LossAggregation::kPromptMean;
    case LossType::kGrpo:
    case LossType::kGspo:
      return LossAggregation::kSeqMeanTokenMean;
    default:
      return LossAggregation::kTokenMean;
  }
}

}  // namespace

LossSettings ResolveLoss(const AlgorithmConfig& config, int64_t max_response_length) {
  const LossConfig& loss = config.loss;
  const Window window = DefaultWindow(loss.type);
  LossSettings settings;
  settings.type = loss.type;
  settings.ratio_min = loss.is_weight_min.value_or(
      loss.eps_clip_low.has_value() ? 1 - *loss.eps_clip_low : window.low);
  settings.ratio_max = loss.is_weight_max.value_or(
      loss.eps_clip_high.has_value() ? 1 + *loss.eps_clip_high : window.high);
  if (loss.mask_eps_low.has_value()) settings.mask_min = 1 - *loss.mask_eps_low;
  if (loss.mask_eps_high.has_value()) settings.mask_max = 1 + *loss.mask_eps_high;
  settings.importance_sampling = loss.importance_sampling;
  settings.anchor = loss.anchor;
  settings.aggregation.type = loss.loss_agg.value_or(DefaultAggregation(loss.type));
  settings.aggregation.norm_length =
      static_cast<double>(loss.norm_length.value_or(max_response_length));
  settings.aggregation.blend = loss.blend.value_or(kDefaultBlend);
  settings.correction = config.rollout_correction.value_or(CorrectionConfig());
  settings.kl_coef = config.kl.loss_coef();
  settings.kl_type = config.kl.type;
  settings.entropy_coef = config.entropy_coef;
  return settings;
}

}  // namespace longhaul::trainer
