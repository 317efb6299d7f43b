// SPDX-License-Identifier: Apache-2.0
#include "trainer/loss/dapo.h"

#include "trainer/loss/clipped_surrogate.h"

namespace longhaul::trainer {

template <typename T>
void DapoLoss(const LossSettings& settings, const LossInputs<T>& inputs,
              std::span<const double> scale, LossResult<T>* result) {
  for (int64_t t = 0; t < inputs.num_tokens(); ++t) {
    if (!inputs.loss_mask[t]) continue;
    const Surrogate surrogate = ClippedSurrogate(settings, ImportanceRatio(settings, inputs, t),
                                                 inputs.advantages[t], &result->metrics);
    result->loss += scale[t] * surrogate.loss;
    result->dlogprobs[t] += static_cast<T>(scale[t] * surrogate.dlog_ratio);
  }
}

template void DapoLoss<float>(const LossSettings&, const LossInputs<float>&,
                              std::span<const double>, LossResult<float>*);
template void DapoLoss<double>(const LossSettings&, const LossInputs<double>&,
                               std::span<const double>, LossResult<double>*);

}  // namespace longhaul::trainer
