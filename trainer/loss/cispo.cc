// SPDX-License-Identifier: Apache-2.0
#include "trainer/loss/cispo.h"

#include <algorithm>
#include <cmath>

namespace longhaul::trainer {

template <typename T>
void CispoLoss(const LossSettings& settings, const LossInputs<T>& inputs,
               std::span<const double> scale, LossResult<T>* result) {
  LossMetrics& metrics = result->metrics;
  for (int64_t t = 0; t < inputs.num_tokens(); ++t) {
    if (!inputs.loss_mask[t]) continue;
    const double ratio = ImportanceRatio(settings, inputs, t);
    const double advantage = inputs.advantages[t];
    const double weight = std::clamp(ratio, settings.ratio_min, settings.ratio_max);
    const bool capped = ratio > settings.ratio_max;
    const bool dropped = (advantage > 0 && ratio > settings.mask_max) ||
                         (advantage < 0 && ratio < settings.mask_min);
    const double mass = dropped ? 0 : weight * advantage;
    result->loss -= scale[t] * mass * inputs.logprobs[t];
    result->dlogprobs[t] += static_cast<T>(-scale[t] * mass);

    metrics.weight_tokens += 1;
    metrics.weight += weight;
    metrics.weight_squared += weight * weight;
    metrics.cap += capped;
    metrics.cap_pos += capped && advantage > 0;
    metrics.cap_neg += capped && advantage < 0;
    metrics.floor += ratio < settings.ratio_min;
    metrics.mask_dropped += dropped;
    metrics.grad_mass += std::abs(mass);
    if (capped) metrics.capped_grad_mass += std::abs(mass);
  }
}

template void CispoLoss<float>(const LossSettings&, const LossInputs<float>&,
                               std::span<const double>, LossResult<float>*);
template void CispoLoss<double>(const LossSettings&, const LossInputs<double>&,
                                std::span<const double>, LossResult<double>*);

}  // namespace longhaul::trainer
