// SPDX-License-Identifier: Apache-2.0
//
// What the layers of one pass share: where to run, sizes, and the attention itself, which is the
// one thing in which training and generation differ. model/ only.
#pragma once

#include <span>

#include "kernels/matmul.h"
#include "kernels/segments.h"
#include "kernels/stream.h"
#include "model/layer_weights.h"
#include "model/model_config.h"
#include "model/parameters.h"

namespace longhaul::model {

struct SoftmaxCoreArgs {
  TensorView q, k, v;  // [num_tokens, heads, head_dim]
  float scale = 0;
  MutableTensorView o;    // [num_tokens, num_attention_heads, head_dim]
  MutableTensorView lse;  // [num_tokens, num_attention_heads] fp32, written for a backward
};
struct LightningCoreArgs {
  TensorView qkv;  // [num_tokens, heads, 3, head_dim]
  std::span<const double> decay_rates;
  MutableTensorView o;       // [num_tokens, heads, head_dim]
  MutableTensorView states;  // [num_states, heads, head_dim, head_dim] fp32; none for a cache
};
// Attention over what came before: packed segments, or a cache.
class AttentionCore {
 public:
  virtual ~AttentionCore() = default;
  virtual void Softmax(kernels::Stream& stream, int64_t layer, const SoftmaxCoreArgs& args) = 0;
  virtual void Lightning(kernels::Stream& stream, int64_t layer, const LightningCoreArgs& args) = 0;
};

// Whether activations stay for a backward pass or only until the layer is done.
enum class Keep { kForBackward, kForward };

// Sizes that activations are laid out for.
struct LayerSizes {
  int64_t num_tokens = 0;
  int64_t num_lightning_states = 0;
  DType dtype = DType::kF32;  // of activations
  Keep keep = Keep::kForBackward;
};

struct LayerRun {
  kernels::Stream* stream = nullptr;
  const ModelConfig* config = nullptr;
  AttentionCore* core = nullptr;
  TensorView cos_sin;  // [num_tokens, rotary_dim] fp32; empty without softmax layers
  int64_t layer = 0;
};

struct BackwardRun {
  kernels::Stream* stream = nullptr;
  const ModelConfig* config = nullptr;
  kernels::Segments segments;
  TensorView cos_sin;
  double aux_loss_coef = 0;
  Gradients* gradients = nullptr;
};

inline TensorView Reshape(const TensorView& view, const Shape& shape) {
  CHECK_EQ(view.numel(), shape.numel());
  return TensorView(view.data, shape, view.dtype);
}
inline MutableTensorView Reshape(const MutableTensorView& view, const Shape& shape) {
  CHECK_EQ(view.numel(), shape.numel());
  return MutableTensorView(view.data, shape, view.dtype);
}
// [num_tokens, everything else]
inline TensorView AsRows(const TensorView& view) {
  return Reshape(view, Shape{view.dim(0), view.numel() / view.dim(0)});
}
inline MutableTensorView AsRows(const MutableTensorView& view) {
  return Reshape(view, Shape{view.dim(0), view.numel() / view.dim(0)});
}

// y = x W^T + b
inline void LinearForward(kernels::Stream& stream, const LinearWeight& w, const TensorView& x,
                          const MutableTensorView& y) {
  kernels::Linear(stream, {.x = x, .weight = &w.forward, .bias = w.bias.view(), .y = AsRows(y)});
}

struct LinearBackwardArgs {
  const LinearWeight* weight = nullptr;
  TensorView dy;  // [num_tokens, out]
  TensorView x;   // [num_tokens, in]
  kernels::Accumulate accumulate = kernels::Accumulate::kOverwrite;
  MutableTensorView dx;  // [num_tokens, in]
};
// Both gradients of a product; that of the weight is added to its parameter's.
inline void LinearBackward(const BackwardRun& run, const LinearBackwardArgs& args) {
  const LinearWeight& w = *args.weight;
  const TensorView dy = AsRows(args.dy), x = AsRows(args.x);
  MutableTensorView dbias;
  if (w.bias_parameter >= 0) dbias = GradientOf(run.gradients, w.bias_parameter);
  kernels::LinearWeightGradient(
      *run.stream,
      {.dy = dy, .x = x, .dweight = GradientOf(run.gradients, w.parameter), .dbias = dbias});
  kernels::LinearInputGradient(*run.stream, {.dy = dy,
                                             .weight = &w.input_gradient,
                                             .accumulate = args.accumulate,
                                             .dx = AsRows(args.dx)});
}

}  // namespace longhaul::model
