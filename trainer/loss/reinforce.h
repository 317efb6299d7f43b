// SPDX-License-Identifier: Apache-2.0
//
// REINFORCE: l = -A logprob, or with importance_sampling l = -sg(r) A logprob.
#pragma once

#include <span>

#include "trainer/loss/loss.h"

namespace longhaul::trainer {

// Adds the loss of every masked token times its scale to result->loss, and its gradient to
// result->dlogprobs. scale: [num_tokens], 0 under the mask.
template <typename T>
void ReinforceLoss(const LossSettings& settings, const LossInputs<T>& inputs,
                   std::span<const double> scale, LossResult<T>* result);

}  // namespace longhaul::trainer
