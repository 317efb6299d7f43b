// SPDX-License-Identifier: Apache-2.0
//
// One decoder layer: norm, attention, residual, norm, MLP, residual.
//
//   u = RMSNorm(x)     x' = alpha r + beta Attention(u)     r = u with postnorm, else x
//   w = RMSNorm(x')    y  = alpha r' + beta MLP(w)          r' = w with postnorm, else x'
//
// The gradient of the residual stream is fp32 in every precision. model/ only.
#pragma once

#include "model/arena.h"
#include "model/dense_mlp.h"
#include "model/layer_run.h"
#include "model/lightning_layer.h"
#include "model/moe_mlp.h"
#include "model/softmax_attention_layer.h"

namespace longhaul::model {

struct DecoderLayerActivations {
  MutableTensorView u, u_rstd;  // [num_tokens, hidden_size], [num_tokens] fp32
  MutableTensorView middle;     // x', [num_tokens, hidden_size]
  MutableTensorView w, w_rstd;
  SoftmaxAttentionActivations softmax;
  LightningActivations lightning;
  DenseMlpActivations dense;
  MoeMlpActivations moe;

  // Where nothing is kept, attention and MLP share their memory.
  static DecoderLayerActivations Layout(Arena* arena, const ModelConfig& config, int64_t layer,
                                        const LayerSizes& sizes);
};

// What a layer needs while it runs; the layers of a pass share one.
struct DecoderLayerScratch {
  MutableTensorView branch;   // [num_tokens, hidden_size], output or gradient of attention or MLP
  MutableTensorView dbranch;  // [num_tokens, hidden_size] fp32, gradient of their input
  MutableTensorView dnormed;  // [num_tokens, hidden_size], gradient of a norm's output and input
  SoftmaxAttentionScratch softmax;
  LightningScratch lightning;
  DenseMlpScratch dense;
  MoeMlpScratch moe;

  static DecoderLayerScratch Layout(Arena* arena, const ModelConfig& config,
                                    const LayerSizes& sizes);
};

struct DecoderLayerForwardArgs {
  const DecoderLayerWeights* weights = nullptr;
  TensorView x;  // [num_tokens, hidden_size]
  DecoderLayerActivations* activations = nullptr;
  DecoderLayerScratch* scratch = nullptr;
  MutableTensorView y;  // [num_tokens, hidden_size]; may be x where nothing is kept
};
void DecoderLayerForward(const LayerRun& run, const DecoderLayerForwardArgs& args);

struct DecoderLayerBackwardArgs {
  const DecoderLayerWeights* weights = nullptr;
  int64_t layer = 0;
  TensorView x;
  DecoderLayerActivations* activations = nullptr;
  DecoderLayerScratch* scratch = nullptr;
  MutableTensorView dx;  // [num_tokens, hidden_size] fp32: of y on entry, of x on return
};
void DecoderLayerBackward(const BackwardRun& run, const DecoderLayerBackwardArgs& args);

}  // namespace longhaul::model
