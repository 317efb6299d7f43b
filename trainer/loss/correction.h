// SPDX-License-Identifier: Apache-2.0
//
// Rollout correction: what a token's loss is multiplied by because it was sampled from another
// distribution than the trainer takes for "old". rho = exp(old_logprobs - rollout_logprobs),
// constant.
//
//   tis           clip(rho, min, max)
//   icepop        rho if min <= rho <= max, else 0
//   seq_mask_tis  rho if min <= exp(mean over the sequence of log rho) <= max, else 0
//
// As NeMo-RL defines truncated_importance_sampling_type tis, icepop and seq-mask-tis (both bounds
// inclusive, the mean over masked tokens, rho itself not truncated by seq-mask-tis), and OpenRLHF
// the same three. A silenced token stays in the denominators.
#pragma once

#include <span>
#include <vector>

#include "trainer/loss/loss.h"

namespace longhaul::trainer {

// [num_tokens], 1 without a correction; counts what it did into `metrics`.
template <typename T>
std::vector<double> RolloutCorrection(const LossSettings& settings, const LossInputs<T>& inputs,
                                      LossMetrics* metrics);

}  // namespace longhaul::trainer
