// SPDX-License-Identifier: Apache-2.0
//
// DAPO (Yu et al. 2025, arXiv 2503.14476): the clipped surrogate with a higher upper bound
// ("clip-higher", 0.2 / 0.28 by default) and every token of the batch weighing the same.
//
//   l = -min(r A, clip(r, ratio_min, ratio_max) A)
#pragma once

#include <span>

#include "trainer/loss/loss.h"

namespace longhaul::trainer {

// Adds the loss of every masked token times its scale to result->loss, and its gradient to
// result->dlogprobs. scale: [num_tokens], 0 under the mask.
template <typename T>
void DapoLoss(const LossSettings& settings, const LossInputs<T>& inputs,
              std::span<const double> scale, LossResult<T>* result);

}  // namespace longhaul::trainer
