// SPDX-License-Identifier: Apache-2.0
//
// GSPO (Zheng et al. 2025, arXiv 2507.18071): the clipped surrogate with one ratio a sequence,
//
//   s = exp(mean over masked tokens of logprob - anchor)       l = -min(s A, clip(s, ratio_min,
//   ratio_max) A)
//
// so the gradient of each token of a sequence of N tokens is that of s divided by N.
#pragma once

#include <span>

#include "trainer/loss/loss.h"

namespace longhaul::trainer {

// Adds the loss of every masked token times its scale to result->loss, and its gradient to
// result->dlogprobs. scale: [num_tokens], 0 under the mask.
template <typename T>
void GspoLoss(const LossSettings& settings, const LossInputs<T>& inputs,
              std::span<const double> scale, LossResult<T>* result);

}  // namespace longhaul::trainer
