// SPDX-License-Identifier: Apache-2.0
#include "model/inference_pass.h"

#include <algorithm>

#include "kernels/cast.h"
#include "kernels/embedding.h"
#include "kernels/logprob.h"
#include "kernels/rms_norm.h"
#include "kernels/rotary.h"
#include "model/arena.h"
#include "model/decoder_layer.h"
#include "model/memory_plan.h"
#include "model/paged_core.h"

namespace longhaul::model {
namespace {

// The memory of one call; the layers share it.
struct InferenceBuffers {
  Arena arena;
  MutableTensorView x, final_hidden;  // [num_tokens, hidden_size]
  MutableTensorView cos_sin;          // [num_tokens, rotary_dim] fp32
  std::vector<DecoderLayerActivations> layers;
  DecoderLayerScratch scratch;

  void Layout(const ModelConfig& config, const WeightsOptions& weights, int64_t num_tokens) {
    const LayerSizes sizes{num_tokens, 0, ComputeDType(weights), Keep::kForward};
    const Shape rows{num_tokens, config.hidden_size};
    arena.Rewind(0);
    x = arena.Take(rows, sizes.dtype);
    final_hidden = arena.Take(rows, sizes.dtype);
    if (config.HasSoftmax()) {
      cos_sin = arena.Take(Shape{num_tokens, config.rotary_dim}, DType::kF32);
    }
    scratch = DecoderLayerScratch::Layout(&arena, config, sizes);
    const int64_t mark = arena.mark();
    layers.resize(static_cast<size_t>(config.num_hidden_layers));
    for (int64_t layer = 0; layer < config.num_hidden_layers; ++layer) {
      arena.Rewind(mark);
      layers[static_cast<size_t>(layer)] =
          DecoderLayerActivations::Layout(&arena, config, layer, sizes);
    }
  }
};

}  // namespace

struct InferencePass::Impl {
  Impl(const ModelConfig& c, const WeightsOptions& w, const InferencePassOptions& o)
      : config(c), weights_options(w), options(o), core(config, ComputeDType(w), options) {}

  ModelConfig config;
  WeightsOptions weights_options;
  InferencePassOptions options;
  PagedCore core;
  InferenceBuffers buffers;
  kernels::ExpertPlan plan;
  std::vector<int32_t> token_ids;
  std::vector<int64_t> positions;
  HiddenObserver observer = nullptr;
  void* observer_context = nullptr;

  void Prepare(kernels::Stream& stream, std::span<const SequenceRows> sequences);
  void Observe(kernels::Stream& stream, int64_t layer);
};

std::vector<MemoryLine> PlanInferenceMemory(const ModelConfig& config,
                                            const WeightsOptions& weights,
                                            const InferencePassOptions& options) {
  InferenceBuffers planned;
  planned.Layout(config, weights, options.max_batch_tokens);
  return {
      {"activations", planned.arena.peak_bytes()},
      {"keys and values", options.num_kv_blocks * KvBlockBytesAllLayers(config, weights.precision)},
      {"lightning states",
       options.num_state_slots * StateSlotBytesAllLayers(config, weights.precision)}};
}

StatusOr<std::unique_ptr<InferencePass>> InferencePass::Create(
    const ModelConfig& config, const WeightsOptions& weights, const InferencePassOptions& options) {
  if (options.max_batch_tokens < 1) {
    return InvalidArgument("an inference pass needs max_batch_tokens of at least 1 (got {})",
                           options.max_batch_tokens);
  }
  if (config.HasSoftmax() && options.num_kv_blocks < 1) {
    return InvalidArgument("a model with softmax attention needs num_kv_blocks of at least 1");
  }
  if (config.HasLightning() && options.num_state_slots < 1) {
    return InvalidArgument("a model with lightning attention needs num_state_slots of at least 1");
  }
  const std::vector<MemoryLine> lines = PlanInferenceMemory(config, weights, options);
  RETURN_IF_ERROR(CheckFits("the inference pass", lines));
  auto impl = std::make_unique<Impl>(config, weights, options);
  impl->buffers.arena = Arena(lines[0].bytes);
  impl->token_ids.reserve(static_cast<size_t>(options.max_batch_tokens));
  impl->positions.reserve(static_cast<size_t>(options.max_batch_tokens));
  return std::unique_ptr<InferencePass>(new InferencePass(std::move(impl)));
}

InferencePass::InferencePass(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
InferencePass::~InferencePass() = default;

void InferencePass::Impl::Prepare(kernels::Stream& stream,
                                  std::span<const SequenceRows> sequences) {
  token_ids.clear();
  positions.clear();
  for (const SequenceRows& s : sequences) {
    token_ids.insert(token_ids.end(), s.token_ids.begin(), s.token_ids.end());
    for (size_t i = 0; i < s.token_ids.size(); ++i) {
      positions.push_back(s.position + static_cast<int64_t>(i));
    }
  }
  const int64_t num_tokens = static_cast<int64_t>(token_ids.size());
  CHECK(num_tokens >= 1 && num_tokens <= options.max_batch_tokens) << num_tokens << " rows";
  core.Begin(sequences);
  buffers.Layout(config, weights_options, num_tokens);
  if (!config.HasSoftmax()) return;
  kernels::RotaryTable(
      stream,
      {.positions = positions, .inv_freq = config.rope_inv_freq, .cos_sin = buffers.cos_sin});
}

void InferencePass::Impl::Observe(kernels::Stream& stream, int64_t layer) {
  if (observer == nullptr) return;
  if (buffers.x.dtype == DType::kF32) {
    observer(observer_context, layer, buffers.x);
    return;
  }
  kernels::Tensor observed(buffers.x.shape, DType::kF32);
  kernels::Cast(stream, {.x = buffers.x, .y = observed.mutable_view()});
  observer(observer_context, layer, observed.view());
}

void InferencePass::Forward(kernels::Stream& stream, const Weights& weights,
                            std::span<const SequenceRows> sequences) {
  Impl& m = *impl_;
  CHECK_GE(weights.version(), 0) << "weights were never packed";
  CHECK(weights.options().precision == m.weights_options.precision);
  const Weights::Impl& w = weights.impl();
  m.Prepare(stream, sequences);
  kernels::Embedding(
      stream, {.token_ids = m.token_ids, .table = w.embedding.weight.view(), .y = m.buffers.x});
  for (int64_t layer = 0; layer < m.config.num_hidden_layers; ++layer) {
    const auto i = static_cast<size_t>(layer);
    m.buffers.layers[i].moe.plan = &m.plan;
    DecoderLayerForward({&stream, &m.config, &m.core, m.buffers.cos_sin, layer},
                        {.weights = &w.layers[i],
                         .x = m.buffers.x,
                         .activations = &m.buffers.layers[i],
                         .scratch = &m.buffers.scratch,
                         .y = m.buffers.x});
    m.Observe(stream, layer);
  }
  kernels::RmsNorm(stream, {.x = m.buffers.x,
                            .weight = w.final_norm.weight.view(),
                            .eps = static_cast<float>(m.config.rms_norm_eps),
                            .y = m.buffers.final_hidden,
                            .rstd = {}});
}

void InferencePass::Logits(kernels::Stream& stream, const Weights& weights,
                           std::span<const int32_t> rows, MutableTensorView logits) {
  CHECK(impl_->options.max_logits_rows <= 0 ||
        static_cast<int64_t>(rows.size()) <= impl_->options.max_logits_rows);
  kernels::HeadLogits(stream, {.hidden = impl_->buffers.final_hidden,
                               .rows = rows,
                               .head = &weights.impl().head,
                               .logits = logits});
}

void InferencePass::CopyKvBlock(int32_t from, int32_t to) { impl_->core.CopyKvBlock(from, to); }

void InferencePass::CopyStateSlot(int32_t from, int32_t to) { impl_->core.CopyStateSlot(from, to); }

void InferencePass::LightningState(kernels::Stream& stream, int64_t layer, int32_t slot,
                                   int64_t position, MutableTensorView state) {
  const Impl& m = *impl_;
  CHECK(m.config.attention[static_cast<size_t>(layer)] == AttentionKind::kLightning);
  const std::vector<double> rates = m.config.DecayRates(layer);
  kernels::LightningState(stream, {.pool = m.core.StatePool(layer),
                                   .slot = slot,
                                   .position = position,
                                   .chunk_size = m.config.block_size,
                                   .dtype = ComputeDType(m.weights_options),
                                   .decay_rates = rates,
                                   .state = state});
}

void InferencePass::set_hidden_observer(HiddenObserver observer, void* context) {
  impl_->observer = observer;
  impl_->observer_context = context;
}

}  // namespace longhaul::model
