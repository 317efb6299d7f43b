// SPDX-License-Identifier: Apache-2.0
#include "trainer/loss/correction.h"

#include <algorithm>
#include <cmath>

namespace longhaul::trainer {
namespace {

template <typename T>
double LogRho(const LossInputs<T>& inputs, int64_t t) {
  return static_cast<double>(inputs.old_logprobs[t]) -
         static_cast<double>(inputs.rollout_logprobs[t]);
}

// exp(mean log rho) over the masked tokens; 1 for a sequence without any.
template <typename T>
double GeometricMean(const LossInputs<T>& inputs, const SequenceRange& range) {
  double log_rho = 0;
  double tokens = 0;
  for (int64_t t = range.begin; t < range.end; ++t) {
    if (!inputs.loss_mask[t]) continue;
    log_rho += LogRho(inputs, t);
    tokens += 1;
  }
  return tokens > 0 ? std::exp(log_rho / tokens) : 1;
}

double UsedRho(const CorrectionConfig& correction, double rho, double sequence_rho) {
  switch (correction.type) {
    case CorrectionType::kNone:
      return 1;
    case CorrectionType::kTis:
      return std::clamp(rho, correction.min, correction.max);
    case CorrectionType::kIcepop:
      return rho < correction.min || rho > correction.max ? 0 : rho;
    case CorrectionType::kSeqMaskTis:
      return sequence_rho < correction.min || sequence_rho > correction.max ? 0 : rho;
  }
  return 1;
}

}  // namespace

template <typename T>
std::vector<double> RolloutCorrection(const LossSettings& settings, const LossInputs<T>& inputs,
                                      LossMetrics* metrics) {
  std::vector<double> used(static_cast<size_t>(inputs.num_tokens()), 1.0);
  const CorrectionConfig& correction = settings.correction;
  if (correction.type == CorrectionType::kNone) return used;
  for (const SequenceRange& range : SequenceRanges(inputs.sequences)) {
    const double sequence_rho = GeometricMean(inputs, range);
    metrics->rho_geo_means.push_back(sequence_rho);
    for (int64_t t = range.begin; t < range.end; ++t) {
      if (!inputs.loss_mask[t]) continue;
      const double rho = std::exp(LogRho(inputs, t));
      used[t] = UsedRho(correction, rho, sequence_rho);
      metrics->rho_tokens += 1;
      metrics->rho += rho;
      metrics->rho_max = std::max(metrics->rho_max, rho);
      metrics->rho_used += used[t];
      metrics->rho_outside += rho < correction.min || rho > correction.max;
    }
  }
  return used;
}

template std::vector<double> RolloutCorrection<float>(const LossSettings&, const LossInputs<float>&,
                                                      LossMetrics*);
template std::vector<double> RolloutCorrection<double>(const LossSettings&,
                                                       const LossInputs<double>&, LossMetrics*);

}  // namespace longhaul::trainer
