// SPDX-License-Identifier: Apache-2.0
//
// The mixture of experts: a router in fp32 chooses top_k experts a token, each a SwiGLU MLP, and
// their outputs are added with the router's weights. No token is dropped. model/ only.
#pragma once

#include "kernels/expert_dispatch.h"
#include "model/arena.h"
#include "model/layer_run.h"

namespace longhaul::model {

struct MoeMlpActivations {
  MutableTensorView logits;             // [num_tokens, num_experts] fp32
  MutableTensorView probs;              // [num_tokens, num_experts] fp32
  MutableTensorView expert_ids;         // [num_tokens, top_k] int32
  MutableTensorView weights;            // [num_tokens, top_k] fp32
  MutableTensorView x_sorted;           // [slots, hidden_size], slots = num_tokens * top_k
  MutableTensorView gate, up, product;  // [slots, moe_intermediate_size]
  MutableTensorView y_sorted;           // [slots, hidden_size]
  MutableTensorView x_fp32;  // [num_tokens, hidden_size]: the router's input; empty in fp32
  kernels::ExpertPlan* plan = nullptr;  // owned by the pass

  static MoeMlpActivations Layout(Arena* arena, const ModelConfig& config, const LayerSizes& sizes);
};
struct MoeMlpScratch {
  MutableTensorView dy_sorted, dproduct, dgate, dup;
  MutableTensorView dx_sorted;  // [slots, hidden_size] fp32
  MutableTensorView dweights;   // [num_tokens, top_k] fp32
  MutableTensorView dlogits;    // [num_tokens, num_experts] fp32

  static MoeMlpScratch Layout(Arena* arena, const ModelConfig& config, const LayerSizes& sizes);
};

struct MoeMlpForwardArgs {
  const MoeMlpWeights* weights = nullptr;
  TensorView x;  // [num_tokens, hidden_size]
  MoeMlpActivations* activations = nullptr;
  MutableTensorView y;  // [num_tokens, hidden_size]
};
void MoeMlpForward(const LayerRun& run, const MoeMlpForwardArgs& args);

struct MoeMlpBackwardArgs {
  const MoeMlpWeights* weights = nullptr;
  TensorView dy;
  TensorView x;
  const MoeMlpActivations* activations = nullptr;
  MoeMlpScratch* scratch = nullptr;
  MutableTensorView dx;  // [num_tokens, hidden_size] fp32, overwritten
};
void MoeMlpBackward(const BackwardRun& run, const MoeMlpBackwardArgs& args);

}  // namespace longhaul::model
