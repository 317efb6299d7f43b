// SPDX-License-Identifier: Apache-2.0
#include "model/lightning_layer.h"

#include "kernels/activation.h"
#include "kernels/lightning_attention.h"
#include "kernels/rms_norm.h"

namespace longhaul::model {

LightningActivations LightningActivations::Layout(Arena* arena, const ModelConfig& config,
                                                  const LayerSizes& sizes) {
  const int64_t n = sizes.num_tokens, heads = config.num_attention_heads, d = config.head_dim;
  const bool keep = sizes.keep == Keep::kForBackward;
  const Shape rows{n, heads * d};
  LightningActivations a;
  a.z = arena->Take(Shape{n, heads, 3, d}, sizes.dtype);
  a.qkv = keep ? arena->Take(Shape{n, heads, 3, d}, sizes.dtype) : a.z;
  a.o = arena->Take(Shape{n, heads, d}, sizes.dtype);
  a.normed = keep ? arena->Take(rows, sizes.dtype) : Reshape(a.o, rows);
  a.gate = arena->Take(rows, sizes.dtype);
  a.gated = keep ? arena->Take(rows, sizes.dtype) : a.gate;
  a.states = arena->Take(Shape{sizes.num_lightning_states, heads, d, d}, DType::kF32);
  if (keep) a.rstd = arena->Take(Shape{n}, DType::kF32);
  return a;
}

LightningScratch LightningScratch::Layout(Arena* arena, const ModelConfig& config,
                                          const LayerSizes& sizes) {
  const int64_t n = sizes.num_tokens, heads = config.num_attention_heads, d = config.head_dim;
  const Shape rows{n, heads * d};
  LightningScratch s;
  s.dgated = arena->Take(rows, sizes.dtype);
  s.dgate = arena->Take(rows, sizes.dtype);
  s.dnormed = arena->Take(rows, sizes.dtype);
  s.dqkv = arena->Take(Shape{n, heads, 3, d}, sizes.dtype);
  return s;
}

void LightningForward(const LayerRun& run, const LightningForwardArgs& args) {
  kernels::Stream& stream = *run.stream;
  const LightningAttentionWeights& w = *args.weights;
  LightningActivations& a = *args.activations;
  LinearForward(stream, w.qkv, args.x, a.z);
  kernels::Silu(stream, {.x = a.z, .y = a.qkv});
  run.core->Lightning(stream, run.layer,
                      {.qkv = a.qkv, .decay_rates = w.decay_rates, .o = a.o, .states = a.states});
  kernels::RmsNorm(stream, {.x = AsRows(a.o),
                            .weight = w.norm.weight.view(),
                            .eps = static_cast<float>(run.config->lightning_norm_eps),
                            .y = a.normed,
                            .rstd = a.rstd});
  LinearForward(stream, w.gate, args.x, a.gate);
  kernels::SigmoidGate(stream, {.gate = a.gate, .x = a.normed, .y = a.gated});
  LinearForward(stream, w.out, a.gated, args.y);
}

void LightningBackward(const BackwardRun& run, const LightningBackwardArgs& args) {
  kernels::Stream& stream = *run.stream;
  const LightningAttentionWeights& w = *args.weights;
  const LightningActivations& a = *args.activations;
  LightningScratch& s = *args.scratch;
  LinearBackward(run, {.weight = &w.out, .dy = args.dy, .x = a.gated, .dx = s.dgated});
  kernels::SigmoidGateBackward(
      stream, {.dy = s.dgated, .gate = a.gate, .x = a.normed, .dgate = s.dgate, .dx = s.dnormed});
  kernels::RmsNormBackward(stream, {.dy = s.dnormed,
                                    .x = AsRows(a.o),
                                    .weight = w.norm.weight.view(),
                                    .rstd = a.rstd,
                                    .dx = s.dnormed,
                                    .dweight = GradientOf(run.gradients, w.norm.parameter)});
  kernels::LightningAttentionBackward(stream, {.dout = Reshape(s.dnormed, a.o.shape),
                                               .qkv = a.qkv,
                                               .decay_rates = w.decay_rates,
                                               .segments = run.segments,
                                               .chunk_size = run.config->block_size,
                                               .states = a.states,
                                               .dqkv = s.dqkv,
                                               .workspace = s.workspace});
  kernels::SiluBackward(stream, {.dy = s.dqkv, .x = a.z, .dx = s.dqkv});
  LinearBackward(run, {.weight = &w.qkv, .dy = s.dqkv, .x = args.x, .dx = args.dx});
  LinearBackward(run, {.weight = &w.gate,
                       .dy = s.dgate,
                       .x = args.x,
                       .accumulate = kernels::Accumulate::kAdd,
                       .dx = args.dx});
}

}  // namespace longhaul::model
