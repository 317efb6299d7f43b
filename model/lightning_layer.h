// SPDX-License-Identifier: Apache-2.0
//
// Lightning attention as a layer (MiniMax-01, arXiv 2501.08313, section 2.2):
//
//   qkv = SiLU(W_qkv x)     o = lightning(qkv)     y = W_out (sigmoid(W_gate x) * RMSNorm(o))
//
// The norm runs over all heads together, its eps is lightning_norm_eps, and the gate comes from the
// layer's input. model/ only.
#pragma once

#include "model/arena.h"
#include "model/layer_run.h"

namespace longhaul::model {

struct LightningActivations {
  MutableTensorView
      z;  // [num_tokens, heads, 3, head_dim] before SiLU; the same as qkv where not kept
  MutableTensorView qkv;     // after SiLU
  MutableTensorView states;  // [num_states, heads, head_dim, head_dim] fp32
  MutableTensorView o;       // [num_tokens, heads, head_dim]
  MutableTensorView rstd;    // [num_tokens] fp32
  MutableTensorView normed;  // [num_tokens, heads * head_dim]
  MutableTensorView gate;    // before sigmoid
  MutableTensorView gated;

  static LightningActivations Layout(Arena* arena, const ModelConfig& config,
                                     const LayerSizes& sizes);
};
struct LightningScratch {
  MutableTensorView dgated, dgate, dnormed, dqkv;
  MutableTensorView workspace;  // fp32, of the size the batch asks for; set by the pass

  static LightningScratch Layout(Arena* arena, const ModelConfig& config, const LayerSizes& sizes);
};

struct LightningForwardArgs {
  const LightningAttentionWeights* weights = nullptr;
  TensorView x;  // [num_tokens, hidden_size]
  LightningActivations* activations = nullptr;
  MutableTensorView y;  // [num_tokens, hidden_size]
};
void LightningForward(const LayerRun& run, const LightningForwardArgs& args);

struct LightningBackwardArgs {
  const LightningAttentionWeights* weights = nullptr;
  TensorView dy;
  TensorView x;
  const LightningActivations* activations = nullptr;
  LightningScratch* scratch = nullptr;
  MutableTensorView dx;  // [num_tokens, hidden_size] fp32, overwritten
};
void LightningBackward(const BackwardRun& run, const LightningBackwardArgs& args);

}  // namespace longhaul::model
