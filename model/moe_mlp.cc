// SPDX-License-Identifier: Apache-2.0
#include "model/moe_mlp.h"

#include <vector>

#include "kernels/cast.h"
#include "kernels/grouped_matmul.h"
#include "kernels/router.h"
#include "kernels/swiglu.h"

namespace longhaul::model {
namespace {

kernels::TopKWeights WeightsRule(const ModelConfig& config) {
  return config.norm_topk_prob ? kernels::TopKWeights::kRenormalised : kernels::TopKWeights::kPlain;
}

void ExpertsForward(const LayerRun& run, const ExpertWeights& w, const MoeMlpActivations& a,
                    const TensorView& x, const MutableTensorView& y) {
  kernels::GroupedLinear(*run.stream,
                         {.x = x, .offsets = a.plan->offsets, .weights = w.forward, .y = y});
}

struct ExpertsBackwardArgs {
  const ExpertWeights* weights;
  TensorView dy;
  TensorView x;
  kernels::Accumulate accumulate = kernels::Accumulate::kOverwrite;
  MutableTensorView dx;
};

void ExpertsBackward(const BackwardRun& run, const kernels::ExpertPlan& plan,
                     const ExpertsBackwardArgs& args) {
  std::vector<MutableTensorView> dweights;
  dweights.reserve(args.weights->experts.size());
  for (const LinearWeight& expert : args.weights->experts) {
    dweights.push_back(GradientOf(run.gradients, expert.parameter));
  }
  kernels::GroupedLinearWeightGradient(
      *run.stream, {.dy = args.dy, .x = args.x, .offsets = plan.offsets, .dweights = dweights});
  kernels::GroupedLinearInputGradient(*run.stream, {.dy = args.dy,
                                                    .offsets = plan.offsets,
                                                    .weights = args.weights->input_gradient,
                                                    .accumulate = args.accumulate,
                                                    .dx = args.dx});
}

}  // namespace

MoeMlpActivations MoeMlpActivations::Layout(Arena* arena, const ModelConfig& config,
                                            const LayerSizes& sizes) {
  const int64_t n = sizes.num_tokens, slots = n * config.num_experts_per_tok;
  const Shape choice{n, config.num_experts_per_tok}, router{n, config.num_experts};
  const Shape inner{slots, config.moe_intermediate_size}, outer{slots, config.hidden_size};
  MoeMlpActivations a;
  a.logits = arena->Take(router, DType::kF32);
  a.probs = arena->Take(router, DType::kF32);
  a.expert_ids = arena->Take(choice, DType::kI32);
  a.weights = arena->Take(choice, DType::kF32);
  a.x_sorted = arena->Take(outer, sizes.dtype);
  a.gate = arena->Take(inner, sizes.dtype);
  a.up = arena->Take(inner, sizes.dtype);
  a.product = arena->Take(inner, sizes.dtype);
  a.y_sorted = arena->Take(outer, sizes.dtype);
  if (sizes.dtype != DType::kF32) {
    a.x_fp32 = arena->Take(Shape{n, config.hidden_size}, DType::kF32);
  }
  return a;
}

MoeMlpScratch MoeMlpScratch::Layout(Arena* arena, const ModelConfig& config,
                                    const LayerSizes& sizes) {
  const int64_t n = sizes.num_tokens, slots = n * config.num_experts_per_tok;
  const Shape inner{slots, config.moe_intermediate_size}, outer{slots, config.hidden_size};
  MoeMlpScratch s;
  s.dy_sorted = arena->Take(outer, sizes.dtype);
  s.dproduct = arena->Take(inner, sizes.dtype);
  s.dgate = arena->Take(inner, sizes.dtype);
  s.dup = arena->Take(inner, sizes.dtype);
  s.dx_sorted = arena->Take(outer, DType::kF32);
  s.dweights = arena->Take(Shape{n, config.num_experts_per_tok}, DType::kF32);
  s.dlogits = arena->Take(Shape{n, config.num_experts}, DType::kF32);
  return s;
}

void MoeMlpForward(const LayerRun& run, const MoeMlpForwardArgs& args) {
  kernels::Stream& stream = *run.stream;
  const MoeMlpWeights& w = *args.weights;
  MoeMlpActivations& a = *args.activations;
  TensorView router_x = args.x;
  if (!a.x_fp32.empty()) {
    kernels::Cast(stream, {.x = args.x, .y = a.x_fp32});
    router_x = a.x_fp32;
  }
  LinearForward(stream, w.router, router_x, a.logits);
  kernels::Router(stream, {.logits = a.logits,
                           .weights_rule = WeightsRule(*run.config),
                           .probs = a.probs,
                           .expert_ids = a.expert_ids,
                           .weights = a.weights});
  kernels::PlanExperts(a.expert_ids, run.config->num_experts, a.plan);
  kernels::Dispatch(stream, {.x = args.x, .plan = a.plan, .x_sorted = a.x_sorted});
  ExpertsForward(run, w.gate, a, a.x_sorted, a.gate);
  ExpertsForward(run, w.up, a, a.x_sorted, a.up);
  kernels::Swiglu(stream, {.gate = a.gate, .up = a.up, .y = a.product});
  ExpertsForward(run, w.down, a, a.product, a.y_sorted);
  kernels::Combine(stream,
                   {.y_sorted = a.y_sorted, .weights = a.weights, .plan = a.plan, .y = args.y});
}

void MoeMlpBackward(const BackwardRun& run, const MoeMlpBackwardArgs& args) {
  kernels::Stream& stream = *run.stream;
  const MoeMlpWeights& w = *args.weights;
  const MoeMlpActivations& a = *args.activations;
  MoeMlpScratch& s = *args.scratch;
  kernels::CombineBackward(stream, {.dy = args.dy,
                                    .y_sorted = a.y_sorted,
                                    .weights = a.weights,
                                    .plan = a.plan,
                                    .dy_sorted = s.dy_sorted,
                                    .dweights = s.dweights});
  ExpertsBackward(run, *a.plan,
                  {.weights = &w.down, .dy = s.dy_sorted, .x = a.product, .dx = s.dproduct});
  kernels::SwigluBackward(
      stream, {.dy = s.dproduct, .gate = a.gate, .up = a.up, .dgate = s.dgate, .dup = s.dup});
  ExpertsBackward(run, *a.plan,
                  {.weights = &w.gate, .dy = s.dgate, .x = a.x_sorted, .dx = s.dx_sorted});
  ExpertsBackward(run, *a.plan,
                  {.weights = &w.up,
                   .dy = s.dup,
                   .x = a.x_sorted,
                   .accumulate = kernels::Accumulate::kAdd,
                   .dx = s.dx_sorted});
  kernels::DispatchBackward(stream, {.dx_sorted = s.dx_sorted, .plan = a.plan, .dx = args.dx});
  kernels::RouterBackward(stream, {.probs = a.probs,
                                   .expert_ids = a.expert_ids,
                                   .dweights = s.dweights,
                                   .weights_rule = WeightsRule(*run.config),
                                   .aux_loss_coef = static_cast<float>(run.aux_loss_coef),
                                   .dlogits = s.dlogits});
  LinearBackward(run, {.weight = &w.router,
                       .dy = s.dlogits,
                       .x = a.x_fp32.empty() ? args.x : TensorView(a.x_fp32),
                       .accumulate = kernels::Accumulate::kAdd,
                       .dx = args.dx});
}

}  // namespace longhaul::model
