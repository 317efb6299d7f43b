// SPDX-License-Identifier: Apache-2.0
//
// Arithmetic and memory of a model, from its config alone: what the plan at start prints and what
// the speed metrics divide by.
#pragma once

#include <cstdint>

#include "model/model_config.h"
#include "model/training_pass.h"

namespace longhaul::model {

// Multiply-adds count as two. Lightning layers in recurrent form (4 heads d^2), softmax layers
// causal at the context given.
double ForwardFlopsPerToken(const ModelConfig& config, double mean_context);
// Forward and backward: three times the forward, four with recomputation of whole layers.
double TrainingFlopsPerToken(const ModelConfig& config, double mean_context,
                             Recompute recompute = Recompute::kNone);

}  // namespace longhaul::model
