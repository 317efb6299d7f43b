// SPDX-License-Identifier: Apache-2.0
//
// Softmax attention as a layer: projections, optional norm of q and k per head, partial rotation,
// causal attention with grouped key-value heads, output projection. model/ only.
#pragma once

#include "model/arena.h"
#include "model/layer_run.h"

namespace longhaul::model {

struct SoftmaxAttentionActivations {
  MutableTensorView q_raw, k_raw;    // before the norm; empty without qk_norm
  MutableTensorView q_rstd, k_rstd;  // fp32, one a row and head
  MutableTensorView q, k, v, o;      // [num_tokens, heads, head_dim], q and k rotated
  MutableTensorView lse;             // [num_tokens, heads] fp32

  static SoftmaxAttentionActivations Layout(Arena* arena, const ModelConfig& config,
                                            const LayerSizes& sizes);
};
struct SoftmaxAttentionScratch {
  MutableTensorView dout, dq, dk, dv;

  static SoftmaxAttentionScratch Layout(Arena* arena, const ModelConfig& config,
                                        const LayerSizes& sizes);
};

struct SoftmaxAttentionForwardArgs {
  const SoftmaxAttentionWeights* weights = nullptr;
  TensorView x;  // [num_tokens, hidden_size]
  SoftmaxAttentionActivations* activations = nullptr;
  MutableTensorView y;  // [num_tokens, hidden_size]
};
void SoftmaxAttentionForward(const LayerRun& run, const SoftmaxAttentionForwardArgs& args);

struct SoftmaxAttentionBackwardArgs {
  const SoftmaxAttentionWeights* weights = nullptr;
  TensorView dy;  // [num_tokens, hidden_size]
  TensorView x;
  const SoftmaxAttentionActivations* activations = nullptr;
  SoftmaxAttentionScratch* scratch = nullptr;
  MutableTensorView dx;  // [num_tokens, hidden_size] fp32, overwritten
};
void SoftmaxAttentionBackward(const BackwardRun& run, const SoftmaxAttentionBackwardArgs& args);

}  // namespace longhaul::model
