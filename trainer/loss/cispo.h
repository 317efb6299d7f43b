// SPDX-License-Identifier: Apache-2.0
//
// CISPO (MiniMax-M1, Eq. 4 to 7): REINFORCE with a clipped importance weight. No token is dropped
// by the window: outside of it the gradient goes on with the weight at the bound.
//
//   l = -sg(clip(r, ratio_min, ratio_max)) M A logprob
//   M = 0 if (A > 0 and r > mask_max) or (A < 0 and r < mask_min), else 1
//
// sg() is held constant, so d l / d logprob = -clip(r) M A.
#pragma once

#include <span>

#include "trainer/loss/loss.h"

namespace longhaul::trainer {

// Adds the loss of every masked token times its scale to result->loss, and its gradient to
// result->dlogprobs. scale: [num_tokens], 0 under the mask.
template <typename T>
void CispoLoss(const LossSettings& settings, const LossInputs<T>& inputs,
               std::span<const double> scale, LossResult<T>* result);

}  // namespace longhaul::trainer
