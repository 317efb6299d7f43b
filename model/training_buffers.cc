// SPDX-License-Identifier: Apache-2.0
#include "model/training_buffers.h"

#include <algorithm>

namespace longhaul::model {

TrainingSizes TrainingSizes::Largest(const ModelConfig& config,
                                     const TrainingPassOptions& options) {
  TrainingSizes sizes{options.max_tokens, options.max_targets, 0};
  if (config.HasLightning()) {
    // A segment of n tokens holds at most (n + block_size - 1) / block_size boundaries.
    const int64_t slack = options.max_segments * (config.block_size - 1);
    sizes.num_lightning_states =
        std::min(options.max_tokens, (options.max_tokens + slack) / config.block_size);
  }
  return sizes;
}

void TrainingBuffers::Layout(const ModelConfig& config, const WeightsOptions& weights,
                             Recompute recompute, const TrainingSizes& sizes) {
  const int64_t n = sizes.num_tokens, num_layers = config.num_hidden_layers;
  const Shape rows{n, config.hidden_size};
  LayerSizes layer_sizes{n, sizes.num_lightning_states, ComputeDType(weights)};
  const bool training = weights.use == WeightsUse::kTraining;
  if (!training) layer_sizes.keep = Keep::kForward;
  const bool share_x = !training, share_activations = !training || recompute == Recompute::kLayer;
  for (Arena* arena : {&stream, &activations, &scratch, &head}) arena->Rewind(0);

  x.resize(static_cast<size_t>(num_layers) + 1);
  for (size_t i = 0; i < x.size(); ++i) {
    x[i] = share_x && i > 0 ? x[0] : stream.Take(rows, layer_sizes.dtype);
  }
  final_hidden = stream.Take(rows, layer_sizes.dtype);
  final_rstd = stream.Take(Shape{n}, DType::kF32);
  if (config.HasSoftmax()) cos_sin = stream.Take(Shape{n, config.rotary_dim}, DType::kF32);

  layers.resize(static_cast<size_t>(num_layers));
  router_probs.resize(static_cast<size_t>(num_layers));
  for (int64_t l = 0; l < num_layers; ++l) {
    const auto i = static_cast<size_t>(l);
    kernels::ExpertPlan* plan = layers[i].moe.plan;
    if (share_activations) activations.Rewind(0);
    layers[i] = DecoderLayerActivations::Layout(&activations, config, l, layer_sizes);
    layers[i].moe.plan = plan;
    if (config.mlp[i] != MlpKind::kMoe) continue;
    if (share_activations) {
      layers[i].moe.probs = stream.Take(Shape{n, config.num_experts}, DType::kF32);
    }
    router_probs[i] = layers[i].moe.probs;
  }
  layer_scratch = DecoderLayerScratch::Layout(&scratch, config, layer_sizes);
  if (training) dx = stream.Take(rows, DType::kF32);
  for (MutableTensorView* view : {&logprobs, &entropy, &lse}) {
    *view = head.Take(Shape{sizes.num_targets}, DType::kF32);
  }
}

std::vector<MemoryLine> TrainingBuffers::Lines() const {
  return {{"residual stream", stream.peak_bytes()},
          {"layer activations", activations.peak_bytes()},
          {"scratch of one layer", scratch.peak_bytes()},
          {"log-probs", head.peak_bytes()}};
}

}  // namespace longhaul::model
