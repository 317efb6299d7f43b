// SPDX-License-Identifier: Apache-2.0
#include "trainer/loss/reinforce.h"

namespace longhaul::trainer {

template <typename T>
void ReinforceLoss(const LossSettings& settings, const LossInputs<T>& inputs,
                   std::span<const double> scale, LossResult<T>* result) {
  for (int64_t t = 0; t < inputs.num_tokens(); ++t) {
    if (!inputs.loss_mask[t]) continue;
    const double weight = settings.importance_sampling
                              ? static_cast<double>(ImportanceRatio(settings, inputs, t))
                              : 1;
    const double mass = scale[t] * weight * inputs.advantages[t];
    result->loss -= mass * inputs.logprobs[t];
    result->dlogprobs[t] -= static_cast<T>(mass);
  }
}

template void ReinforceLoss<float>(const LossSettings&, const LossInputs<float>&,
                                   std::span<const double>, LossResult<float>*);
template void ReinforceLoss<double>(const LossSettings&, const LossInputs<double>&,
                                    std::span<const double>, LossResult<double>*);

}  // namespace longhaul::trainer
