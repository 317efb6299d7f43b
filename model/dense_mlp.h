// SPDX-License-Identifier: Apache-2.0
//
// The dense SwiGLU MLP: y = W_down (SiLU(W_gate x) * (W_up x)). model/ only.
#pragma once

#include "model/arena.h"
#include "model/layer_run.h"

namespace longhaul::model {

struct DenseMlpActivations {
  MutableTensorView gate, up, product;  // [num_tokens, intermediate_size]

  static DenseMlpActivations Layout(Arena* arena, const ModelConfig& config,
                                    const LayerSizes& sizes);
};
struct DenseMlpScratch {
  MutableTensorView dproduct, dgate, dup;

  static DenseMlpScratch Layout(Arena* arena, const ModelConfig& config, const LayerSizes& sizes);
};

struct DenseMlpForwardArgs {
  const DenseMlpWeights* weights = nullptr;
  TensorView x;  // [num_tokens, hidden_size]
  DenseMlpActivations* activations = nullptr;
  MutableTensorView y;  // [num_tokens, hidden_size]
};
void DenseMlpForward(const LayerRun& run, const DenseMlpForwardArgs& args);

struct DenseMlpBackwardArgs {
  const DenseMlpWeights* weights = nullptr;
  TensorView dy;
  TensorView x;
  const DenseMlpActivations* activations = nullptr;
  DenseMlpScratch* scratch = nullptr;
  MutableTensorView dx;  // [num_tokens, hidden_size] fp32, overwritten
};
void DenseMlpBackward(const BackwardRun& run, const DenseMlpBackwardArgs& args);

}  // namespace longhaul::model
