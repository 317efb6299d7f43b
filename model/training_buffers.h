// SPDX-License-Identifier: Apache-2.0
//
// The memory of a training pass: what is in it and where. model/ only.
#pragma once

#include <vector>

#include "kernels/expert_dispatch.h"
#include "model/arena.h"
#include "model/decoder_layer.h"
#include "model/training_pass.h"

namespace longhaul::model {

// Sizes of one batch, or of the largest.
struct TrainingSizes {
  int64_t num_tokens = 0;
  int64_t num_targets = 0;
  int64_t num_lightning_states = 0;

  static TrainingSizes Largest(const ModelConfig& config, const TrainingPassOptions& options);
};

struct TrainingBuffers {
  Arena stream, activations, scratch, head;

  std::vector<MutableTensorView> x;  // [num_hidden_layers + 1] of [num_tokens, hidden_size]
  MutableTensorView final_hidden, final_rstd;   // [num_tokens, hidden_size], [num_tokens] fp32
  MutableTensorView cos_sin;                    // [num_tokens, rotary_dim] fp32
  std::vector<MutableTensorView> router_probs;  // by layer, [num_tokens, num_experts] fp32
  std::vector<DecoderLayerActivations> layers;
  DecoderLayerScratch layer_scratch;
  MutableTensorView dx;                      // [num_tokens, hidden_size] fp32
  MutableTensorView logprobs, entropy, lse;  // [num_targets] fp32

  // Places everything for a batch of these sizes.
  void Layout(const ModelConfig& config, const WeightsOptions& weights, Recompute recompute,
              const TrainingSizes& sizes);
  std::vector<MemoryLine> Lines() const;
};

}  // namespace longhaul::model
