// SPDX-License-Identifier: Apache-2.0
#include "trainer/loss/gspo.h"

#include <cmath>

#include "trainer/loss/clipped_surrogate.h"

namespace longhaul::trainer {
namespace {

template <typename T>
double LogRatio(const LossSettings& settings, const LossInputs<T>& inputs, int64_t t) {
  const auto& anchor =
      settings.anchor == Anchor::kRollout ? inputs.rollout_logprobs : inputs.old_logprobs;
  return static_cast<double>(inputs.logprobs[t]) - static_cast<double>(anchor[t]);
}

}  // namespace

template <typename T>
void GspoLoss(const LossSettings& settings, const LossInputs<T>& inputs,
              std::span<const double> scale, LossResult<T>* result) {
  for (const SequenceRange& range : SequenceRanges(inputs.sequences)) {
    double log_ratio = 0;
    double tokens = 0;
    for (int64_t t = range.begin; t < range.end; ++t) {
      if (!inputs.loss_mask[t]) continue;
      log_ratio += LogRatio(settings, inputs, t);
      tokens += 1;
    }
    // Every sequence is listed, so that the list lines up with the batch; an empty one has ratio 1.
    const double ratio = tokens > 0 ? std::exp(log_ratio / tokens) : 1;
    result->metrics.sequence_ratios.push_back(ratio);

    double dlog_ratio = 0;  // of the whole sequence
    for (int64_t t = range.begin; t < range.end; ++t) {
      if (!inputs.loss_mask[t]) continue;
      const Surrogate surrogate =
          ClippedSurrogate(settings, ratio, inputs.advantages[t], &result->metrics);
      result->loss += scale[t] * surrogate.loss;
      dlog_ratio += scale[t] * surrogate.dlog_ratio;
    }
    for (int64_t t = range.begin; t < range.end; ++t) {
      if (inputs.loss_mask[t]) result->dlogprobs[t] += static_cast<T>(dlog_ratio / tokens);
    }
  }
}

template void GspoLoss<float>(const LossSettings&, const LossInputs<float>&,
                              std::span<const double>, LossResult<float>*);
template void GspoLoss<double>(const LossSettings&, const LossInputs<double>&,
                               std::span<const double>, LossResult<double>*);

}  // namespace longhaul::trainer
