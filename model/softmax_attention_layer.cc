// SPDX-License-Identifier: Apache-2.0
#include "model/softmax_attention_layer.h"

#include <cmath>

#include "kernels/rms_norm.h"
#include "kernels/rotary.h"
#include "kernels/softmax_attention.h"

namespace longhaul::model {
namespace {

float ScaleOf(const ModelConfig& config) {
  return static_cast<float>(1.0 / std::sqrt(static_cast<double>(config.head_dim)));
}

// One row a head, as the norm over head_dim sees it.
template <typename View>
View PerHead(const View& view) {
  return Reshape(view, Shape{view.dim(0) * view.dim(1), view.dim(2)});
}

struct HeadNorm {
  const NormWeight* weight;
  MutableTensorView raw, rstd, normed;
};

void HeadNormForward(const LayerRun& run, const HeadNorm& norm) {
  kernels::RmsNorm(*run.stream, {.x = PerHead(norm.raw),
                                 .weight = norm.weight->weight.view(),
                                 .eps = static_cast<float>(run.config->rms_norm_eps),
                                 .y = PerHead(norm.normed),
                                 .rstd = norm.rstd});
}

void HeadNormBackward(const BackwardRun& run, const HeadNorm& norm, const MutableTensorView& d) {
  kernels::RmsNormBackward(*run.stream,
                           {.dy = PerHead(d),
                            .x = PerHead(norm.raw),
                            .weight = norm.weight->weight.view(),
                            .rstd = norm.rstd,
                            .dx = PerHead(d),
                            .dweight = GradientOf(run.gradients, norm.weight->parameter)});
}

}  // namespace

SoftmaxAttentionActivations SoftmaxAttentionActivations::Layout(Arena* arena,
                                                                const ModelConfig& config,
                                                                const LayerSizes& sizes) {
  const int64_t n = sizes.num_tokens, heads = config.num_attention_heads;
  const Shape q_shape{n, heads, config.head_dim};
  const Shape kv_shape{n, config.num_key_value_heads, config.head_dim};
  const bool keep = sizes.keep == Keep::kForBackward;
  SoftmaxAttentionActivations a;
  a.q = arena->Take(q_shape, sizes.dtype);
  a.k = arena->Take(kv_shape, sizes.dtype);
  a.v = arena->Take(kv_shape, sizes.dtype);
  a.o = arena->Take(q_shape, sizes.dtype);
  a.q_raw = a.q;
  a.k_raw = a.k;
  a.lse = arena->Take(Shape{n, heads}, DType::kF32);
  if (!keep || !config.qk_norm) return a;
  a.q_raw = arena->Take(q_shape, sizes.dtype);
  a.k_raw = arena->Take(kv_shape, sizes.dtype);
  a.q_rstd = arena->Take(Shape{n * heads}, DType::kF32);
  a.k_rstd = arena->Take(Shape{n * config.num_key_value_heads}, DType::kF32);
  return a;
}

SoftmaxAttentionScratch SoftmaxAttentionScratch::Layout(Arena* arena, const ModelConfig& config,
                                                        const LayerSizes& sizes) {
  const Shape q_shape{sizes.num_tokens, config.num_attention_heads, config.head_dim};
  const Shape kv_shape{sizes.num_tokens, config.num_key_value_heads, config.head_dim};
  SoftmaxAttentionScratch s;
  s.dout = arena->Take(q_shape, sizes.dtype);
  s.dq = arena->Take(q_shape, sizes.dtype);
  s.dk = arena->Take(kv_shape, sizes.dtype);
  s.dv = arena->Take(kv_shape, sizes.dtype);
  return s;
}

void SoftmaxAttentionForward(const LayerRun& run, const SoftmaxAttentionForwardArgs& args) {
  kernels::Stream& stream = *run.stream;
  const SoftmaxAttentionWeights& w = *args.weights;
  SoftmaxAttentionActivations& a = *args.activations;
  LinearForward(stream, w.q, args.x, a.q_raw);
  LinearForward(stream, w.k, args.x, a.k_raw);
  LinearForward(stream, w.v, args.x, a.v);
  if (run.config->qk_norm) {
    HeadNormForward(run, {&w.q_norm, a.q_raw, a.q_rstd, a.q});
    HeadNormForward(run, {&w.k_norm, a.k_raw, a.k_rstd, a.k});
  }
  for (const MutableTensorView& x : {a.q, a.k}) {
    kernels::Rotary(stream, {.cos_sin = run.cos_sin, .x = x});
  }
  run.core->Softmax(
      stream, run.layer,
      {.q = a.q, .k = a.k, .v = a.v, .scale = ScaleOf(*run.config), .o = a.o, .lse = a.lse});
  LinearForward(stream, w.o, AsRows(a.o), args.y);
}

void SoftmaxAttentionBackward(const BackwardRun& run, const SoftmaxAttentionBackwardArgs& args) {
  kernels::Stream& stream = *run.stream;
  const SoftmaxAttentionWeights& w = *args.weights;
  const SoftmaxAttentionActivations& a = *args.activations;
  SoftmaxAttentionScratch& s = *args.scratch;
  LinearBackward(run, {.weight = &w.o, .dy = args.dy, .x = a.o, .dx = s.dout});
  kernels::SoftmaxAttentionBackward(stream, {.dout = s.dout,
                                             .q = a.q,
                                             .k = a.k,
                                             .v = a.v,
                                             .o = a.o,
                                             .lse = a.lse,
                                             .segments = run.segments,
                                             .scale = ScaleOf(*run.config),
                                             .dq = s.dq,
                                             .dk = s.dk,
                                             .dv = s.dv});
  for (const MutableTensorView& d : {s.dq, s.dk}) {
    kernels::Rotary(
        stream, {.cos_sin = run.cos_sin, .direction = kernels::RotaryDirection::kBackward, .x = d});
  }
  if (run.config->qk_norm) {
    HeadNormBackward(run, {&w.q_norm, a.q_raw, a.q_rstd, a.q}, s.dq);
    HeadNormBackward(run, {&w.k_norm, a.k_raw, a.k_rstd, a.k}, s.dk);
  }
  const auto add = kernels::Accumulate::kAdd;
  LinearBackward(run, {.weight = &w.q, .dy = s.dq, .x = args.x, .dx = args.dx});
  LinearBackward(run, {.weight = &w.k, .dy = s.dk, .x = args.x, .accumulate = add, .dx = args.dx});
  LinearBackward(run, {.weight = &w.v, .dy = s.dv, .x = args.x, .accumulate = add, .dx = args.dx});
}

}  // namespace longhaul::model
