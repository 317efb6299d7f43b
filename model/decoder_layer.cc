// SPDX-License-Identifier: Apache-2.0
#include "model/decoder_layer.h"

#include "kernels/residual.h"
#include "kernels/rms_norm.h"

namespace longhaul::model {
namespace {

bool IsLightning(const ModelConfig& config, int64_t layer) {
  return config.attention[static_cast<size_t>(layer)] == AttentionKind::kLightning;
}
bool IsMoe(const ModelConfig& config, int64_t layer) {
  return config.mlp[static_cast<size_t>(layer)] == MlpKind::kMoe;
}
const ResidualScale& AttentionScale(const ModelConfig& config, int64_t layer) {
  return IsLightning(config, layer) ? config.lightning_scale : config.softmax_scale;
}

void Norm(const LayerRun& run, const NormWeight& weight, const TensorView& x,
          const MutableTensorView& y, const MutableTensorView& rstd) {
  kernels::RmsNorm(*run.stream, {.x = x,
                                 .weight = weight.weight.view(),
                                 .eps = static_cast<float>(run.config->rms_norm_eps),
                                 .y = y,
                                 .rstd = rstd});
}

// The gradient that enters a branch, in the compute dtype: beta * dx. No copy where that is dx
// itself.
TensorView BranchGradient(const BackwardRun& run, double beta, const TensorView& dx,
                          const DecoderLayerScratch& scratch) {
  if (beta == 1 && scratch.branch.dtype == DType::kF32) return dx;
  kernels::AddScaled(*run.stream,
                     {.a = dx, .alpha = static_cast<float>(beta), .b = {}, .y = scratch.branch});
  return scratch.branch;
}

struct ResidualBackwardArgs {
  const NormWeight* norm;
  double alpha;
  TensorView x;  // input of the norm
  TensorView rstd;
  DecoderLayerScratch* scratch;
  MutableTensorView dx;  // of the sum on entry, of the norm's input on return
};

// Through y = alpha * residual + branch(norm(x)), given dbranch: the gradient of norm(x) through
// the branch.
void ResidualBackward(const BackwardRun& run, const ResidualBackwardArgs& args) {
  kernels::Stream& stream = *run.stream;
  DecoderLayerScratch& s = *args.scratch;
  const bool fp32 = s.branch.dtype == DType::kF32, postnorm = run.config->postnorm;
  const float alpha = static_cast<float>(args.alpha);
  TensorView dnormed = s.dbranch;
  if (postnorm || !fp32) {
    kernels::AddScaled(stream, {.a = s.dbranch,
                                .b = postnorm ? TensorView(args.dx) : TensorView(),
                                .beta = alpha,
                                .y = s.dnormed});
    dnormed = s.dnormed;
  }
  const MutableTensorView dinput = postnorm && fp32 ? args.dx : s.dnormed;
  kernels::RmsNormBackward(stream, {.dy = dnormed,
                                    .x = args.x,
                                    .weight = args.norm->weight.view(),
                                    .rstd = args.rstd,
                                    .dx = dinput,
                                    .dweight = GradientOf(run.gradients, args.norm->parameter)});
  if (postnorm && fp32) return;
  if (postnorm) {
    kernels::AddScaled(stream, {.a = dinput, .b = {}, .y = args.dx});
  } else {
    kernels::AddScaled(stream, {.a = args.dx, .alpha = alpha, .b = dinput, .y = args.dx});
  }
}

}  // namespace

DecoderLayerActivations DecoderLayerActivations::Layout(Arena* arena, const ModelConfig& config,
                                                        int64_t layer, const LayerSizes& sizes) {
  const int64_t n = sizes.num_tokens;
  const Shape rows{n, config.hidden_size};
  const bool keep = sizes.keep == Keep::kForBackward;
  DecoderLayerActivations a;
  a.u = arena->Take(rows, sizes.dtype);
  a.middle = arena->Take(rows, sizes.dtype);
  a.w = keep ? arena->Take(rows, sizes.dtype) : a.u;
  if (keep) {
    a.u_rstd = arena->Take(Shape{n}, DType::kF32);
    a.w_rstd = arena->Take(Shape{n}, DType::kF32);
  }
  const int64_t mark = arena->mark();
  if (IsLightning(config, layer)) {
    a.lightning = LightningActivations::Layout(arena, config, sizes);
  } else {
    a.softmax = SoftmaxAttentionActivations::Layout(arena, config, sizes);
  }
  if (!keep) arena->Rewind(mark);
  if (IsMoe(config, layer)) {
    a.moe = MoeMlpActivations::Layout(arena, config, sizes);
  } else {
    a.dense = DenseMlpActivations::Layout(arena, config, sizes);
  }
  return a;
}

DecoderLayerScratch DecoderLayerScratch::Layout(Arena* arena, const ModelConfig& config,
                                                const LayerSizes& sizes) {
  const Shape rows{sizes.num_tokens, config.hidden_size};
  DecoderLayerScratch s;
  s.branch = arena->Take(rows, sizes.dtype);
  if (sizes.keep == Keep::kForward) return s;
  s.dbranch = arena->Take(rows, DType::kF32);
  s.dnormed = arena->Take(rows, sizes.dtype);
  const int64_t mark = arena->mark();
  bool dense = false, moe = false;
  for (MlpKind kind : config.mlp) (kind == MlpKind::kMoe ? moe : dense) = true;
  if (config.HasSoftmax()) s.softmax = SoftmaxAttentionScratch::Layout(arena, config, sizes);
  arena->Rewind(mark);
  if (config.HasLightning()) s.lightning = LightningScratch::Layout(arena, config, sizes);
  arena->Rewind(mark);
  if (dense) s.dense = DenseMlpScratch::Layout(arena, config, sizes);
  arena->Rewind(mark);
  if (moe) s.moe = MoeMlpScratch::Layout(arena, config, sizes);
  return s;
}

void DecoderLayerForward(const LayerRun& run, const DecoderLayerForwardArgs& args) {
  kernels::Stream& stream = *run.stream;
  const ModelConfig& config = *run.config;
  const DecoderLayerWeights& w = *args.weights;
  DecoderLayerActivations& a = *args.activations;
  const MutableTensorView branch = args.scratch->branch;
  Norm(run, w.input_norm, args.x, a.u, a.u_rstd);
  if (IsLightning(config, run.layer)) {
    LightningForward(run,
                     {.weights = &w.lightning, .x = a.u, .activations = &a.lightning, .y = branch});
  } else {
    SoftmaxAttentionForward(
        run, {.weights = &w.softmax, .x = a.u, .activations = &a.softmax, .y = branch});
  }
  const ResidualScale& attention = AttentionScale(config, run.layer);
  kernels::AddScaled(stream, {.a = config.postnorm ? TensorView(a.u) : args.x,
                              .alpha = static_cast<float>(attention.alpha),
                              .b = branch,
                              .beta = static_cast<float>(attention.beta),
                              .y = a.middle});
  Norm(run, w.post_attention_norm, a.middle, a.w, a.w_rstd);
  if (IsMoe(config, run.layer)) {
    MoeMlpForward(run, {.weights = &w.moe, .x = a.w, .activations = &a.moe, .y = branch});
  } else {
    DenseMlpForward(run, {.weights = &w.dense, .x = a.w, .activations = &a.dense, .y = branch});
  }
  kernels::AddScaled(stream, {.a = config.postnorm ? a.w : a.middle,
                              .alpha = static_cast<float>(config.mlp_scale.alpha),
                              .b = branch,
                              .beta = static_cast<float>(config.mlp_scale.beta),
                              .y = args.y});
}

void DecoderLayerBackward(const BackwardRun& run, const DecoderLayerBackwardArgs& args) {
  const ModelConfig& config = *run.config;
  const DecoderLayerWeights& w = *args.weights;
  DecoderLayerActivations& a = *args.activations;
  DecoderLayerScratch& s = *args.scratch;
  TensorView dy = BranchGradient(run, config.mlp_scale.beta, args.dx, s);
  if (IsMoe(config, args.layer)) {
    MoeMlpBackward(run, {&w.moe, dy, a.w, &a.moe, &s.moe, s.dbranch});
  } else {
    DenseMlpBackward(run, {&w.dense, dy, a.w, &a.dense, &s.dense, s.dbranch});
  }
  ResidualBackward(
      run, {&w.post_attention_norm, config.mlp_scale.alpha, a.middle, a.w_rstd, &s, args.dx});
  const ResidualScale& attention = AttentionScale(config, args.layer);
  dy = BranchGradient(run, attention.beta, args.dx, s);
  if (IsLightning(config, args.layer)) {
    LightningBackward(run, {&w.lightning, dy, a.u, &a.lightning, &s.lightning, s.dbranch});
  } else {
    SoftmaxAttentionBackward(run, {&w.softmax, dy, a.u, &a.softmax, &s.softmax, s.dbranch});
  }
  ResidualBackward(run, {&w.input_norm, attention.alpha, args.x, a.u_rstd, &s, args.dx});
}

}  // namespace longhaul::model
