// SPDX-License-Identifier: Apache-2.0
#include "model/dense_mlp.h"

#include "kernels/swiglu.h"

namespace longhaul::model {

DenseMlpActivations DenseMlpActivations::Layout(Arena* arena, const ModelConfig& config,
                                                const LayerSizes& sizes) {
  const Shape shape{sizes.num_tokens, config.intermediate_size};
  DenseMlpActivations a;
  a.gate = arena->Take(shape, sizes.dtype);
  a.up = arena->Take(shape, sizes.dtype);
  a.product = arena->Take(shape, sizes.dtype);
  return a;
}

DenseMlpScratch DenseMlpScratch::Layout(Arena* arena, const ModelConfig& config,
                                        const LayerSizes& sizes) {
  const Shape shape{sizes.num_tokens, config.intermediate_size};
  DenseMlpScratch s;
  s.dproduct = arena->Take(shape, sizes.dtype);
  s.dgate = arena->Take(shape, sizes.dtype);
  s.dup = arena->Take(shape, sizes.dtype);
  return s;
}

void DenseMlpForward(const LayerRun& run, const DenseMlpForwardArgs& args) {
  const DenseMlpWeights& w = *args.weights;
  DenseMlpActivations& a = *args.activations;
  LinearForward(*run.stream, w.gate, args.x, a.gate);
  LinearForward(*run.stream, w.up, args.x, a.up);
  kernels::Swiglu(*run.stream, {.gate = a.gate, .up = a.up, .y = a.product});
  LinearForward(*run.stream, w.down, a.product, args.y);
}

void DenseMlpBackward(const BackwardRun& run, const DenseMlpBackwardArgs& args) {
  const DenseMlpWeights& w = *args.weights;
  const DenseMlpActivations& a = *args.activations;
  DenseMlpScratch& s = *args.scratch;
  LinearBackward(run, {.weight = &w.down, .dy = args.dy, .x = a.product, .dx = s.dproduct});
  kernels::SwigluBackward(
      *run.stream, {.dy = s.dproduct, .gate = a.gate, .up = a.up, .dgate = s.dgate, .dup = s.dup});
  LinearBackward(run, {.weight = &w.gate, .dy = s.dgate, .x = args.x, .dx = args.dx});
  LinearBackward(run, {.weight = &w.up,
                       .dy = s.dup,
                       .x = args.x,
                       .accumulate = kernels::Accumulate::kAdd,
                       .dx = args.dx});
}

}  // namespace longhaul::model
