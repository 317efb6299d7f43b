// SPDX-License-Identifier: Apache-2.0
#include "model/training_pass.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/cast.h"
#include "kernels/embedding.h"
#include "kernels/lightning_attention.h"
#include "kernels/logprob.h"
#include "kernels/rms_norm.h"
#include "kernels/rotary.h"
#include "model/memory_plan.h"
#include "model/segment_core.h"
#include "model/training_buffers.h"

namespace longhaul::model {
namespace {

TensorView FloatSpan(std::span<const float> values) {
  return TensorView(values.data(), Shape{static_cast<int64_t>(values.size())}, DType::kF32);
}

// The workspace of the lightning backward depends on the shape of the tree; these are its extremes.
int64_t LargestLightningWorkspace(const ModelConfig& config, const TrainingPassOptions& options) {
  if (!config.HasLightning()) return 0;
  const int64_t n = options.max_tokens;
  const int64_t count = std::clamp<int64_t>(options.max_segments, 1, n);
  int64_t largest = 0;
  for (int32_t parent : {-1, 0}) {
    std::vector<kernels::Segment> segments;
    for (int64_t i = 0, start = 0; i < count; ++i) {
      kernels::Segment s{start, i + 1 < count ? n / count : n - start};
      if (parent >= 0 && i > 0) {
        s.parent = parent;
        s.position = segments[0].length;
      }
      segments.push_back(s);
      start += s.length;
    }
    largest = std::max(
        largest, kernels::LightningBackwardWorkspace(segments, config.block_size,
                                                     config.num_attention_heads, config.head_dim));
  }
  return largest;
}

void AddLayerStats(const std::vector<int64_t>& loads, const TensorView& probs,
                   TrainingPass::RouterStats* stats) {
  const size_t experts = loads.size();
  const int64_t rows = probs.dim(0);
  std::vector<double> mean_probs(experts, 0.0);
  const float* p = probs.as<float>();
  double entropy = 0;
  for (int64_t i = 0; i < probs.numel(); ++i) {
    mean_probs[static_cast<size_t>(i) % experts] += p[i];
    if (p[i] > 0) entropy -= static_cast<double>(p[i] * std::log(p[i]));
  }
  double slots = 0;
  for (int64_t load : loads) slots += static_cast<double>(load);
  double largest = 0, balance = 0;
  for (size_t e = 0; e < experts; ++e) {
    const double share = static_cast<double>(loads[e]) / slots;
    largest = std::max(largest, share);
    balance += share * mean_probs[e] / static_cast<double>(rows);
  }
  stats->max_violation = std::max(stats->max_violation, largest * static_cast<double>(experts) - 1);
  stats->entropy += entropy / static_cast<double>(rows);
  stats->balance_loss += balance * static_cast<double>(experts);
}

}  // namespace

struct TrainingPass::Impl {
  ModelConfig config;
  WeightsOptions weights_options;
  TrainingPassOptions options;
  TrainingBuffers buffers;
  kernels::Tensor workspace;  // of the lightning backward, fp32
  std::vector<kernels::ExpertPlan> plans;
  std::vector<std::vector<int64_t>> loads;  // by layer: rows of every expert
  std::vector<int64_t> positions;
  HiddenObserver observer = nullptr;
  void* observer_context = nullptr;
  kernels::Tensor observed;  // fp32 copy of a layer's output, for bf16
  double aux_loss_coef = 0;
  const Weights::Impl* weights = nullptr;  // of the last Forward
  const TokenBatch* batch = nullptr;
  float temperature = 1;

  bool recompute() const { return options.recompute == Recompute::kLayer; }

  void Prepare(kernels::Stream& stream);
  void RunLayer(kernels::Stream& stream, int64_t layer, AttentionCore* core);
  void Observe(kernels::Stream& stream, int64_t layer);
  void HeadBackward(const BackwardRun& run, std::span<const float> dlogprobs,
                    std::span<const float> dentropy);
};

std::vector<MemoryLine> PlanTrainingMemory(const ModelConfig& config, const WeightsOptions& weights,
                                           const TrainingPassOptions& options) {
  TrainingBuffers planned;
  planned.Layout(config, weights, options.recompute, TrainingSizes::Largest(config, options));
  std::vector<MemoryLine> lines = planned.Lines();
  if (weights.use == WeightsUse::kTraining) {
    lines.push_back({"lightning backward", LargestLightningWorkspace(config, options) * 4});
  }
  return lines;
}

StatusOr<std::unique_ptr<TrainingPass>> TrainingPass::Create(const ModelConfig& config,
                                                             const WeightsOptions& weights,
                                                             const TrainingPassOptions& options) {
  if (options.max_tokens < 1 || options.max_segments < 1 || options.max_targets < 0) {
    return InvalidArgument(
        "a training pass needs max_tokens and max_segments of at least 1 (got {} and {})",
        options.max_tokens, options.max_segments);
  }
  const std::vector<MemoryLine> lines = PlanTrainingMemory(config, weights, options);
  RETURN_IF_ERROR(CheckFits("the training pass", lines));
  auto impl = std::make_unique<Impl>();
  impl->config = config;
  impl->weights_options = weights;
  impl->options = options;
  TrainingBuffers& buffers = impl->buffers;
  buffers.stream = Arena(lines[0].bytes);
  buffers.activations = Arena(lines[1].bytes);
  buffers.scratch = Arena(lines[2].bytes);
  buffers.head = Arena(lines[3].bytes);
  if (lines.size() > 4) impl->workspace = kernels::Tensor(Shape{lines[4].bytes / 4}, DType::kF32);
  const auto layers = static_cast<size_t>(config.num_hidden_layers);
  impl->plans.resize(layers);
  impl->loads.resize(layers);
  buffers.layers.resize(layers);
  for (size_t i = 0; i < layers; ++i) {
    buffers.layers[i].moe.plan = &impl->plans[impl->recompute() ? 0 : i];
  }
  impl->positions.reserve(static_cast<size_t>(options.max_tokens));
  return std::unique_ptr<TrainingPass>(new TrainingPass(std::move(impl)));
}

TrainingPass::TrainingPass(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TrainingPass::~TrainingPass() = default;

void TrainingPass::Impl::Prepare(kernels::Stream& stream) {
  kernels::CheckSegments(batch->segments, batch->num_tokens());
  CHECK(batch->num_tokens() >= 1 && batch->num_tokens() <= options.max_tokens)
      << batch->num_tokens() << " tokens";
  CHECK_LE(batch->num_targets(), options.max_targets);
  CHECK_LE(static_cast<int64_t>(batch->segments.size()), options.max_segments);
  TrainingSizes sizes{batch->num_tokens(), batch->num_targets(), 0};
  if (config.HasLightning()) {
    sizes.num_lightning_states = kernels::CountLightningStates(batch->segments, config.block_size);
  }
  buffers.Layout(config, weights_options, options.recompute, sizes);
  if (!config.HasSoftmax()) return;
  positions.clear();
  for (const kernels::Segment& s : batch->segments) {
    for (int64_t i = 0; i < s.length; ++i) positions.push_back(s.position + i);
  }
  kernels::RotaryTable(
      stream,
      {.positions = positions, .inv_freq = config.rope_inv_freq, .cos_sin = buffers.cos_sin});
}

void TrainingPass::Impl::RunLayer(kernels::Stream& stream, int64_t layer, AttentionCore* core) {
  const auto i = static_cast<size_t>(layer);
  const LayerRun run{&stream, &config, core, buffers.cos_sin, layer};
  DecoderLayerForward(run, {.weights = &weights->layers[i],
                            .x = buffers.x[i],
                            .activations = &buffers.layers[i],
                            .scratch = &buffers.layer_scratch,
                            .y = buffers.x[i + 1]});
}

void TrainingPass::Impl::Observe(kernels::Stream& stream, int64_t layer) {
  if (observer == nullptr) return;
  const MutableTensorView& x = buffers.x[static_cast<size_t>(layer) + 1];
  if (x.dtype == DType::kF32) {
    observer(observer_context, layer, x);
    return;
  }
  observed = kernels::Tensor(x.shape, DType::kF32);
  kernels::Cast(stream, {.x = x, .y = observed.mutable_view()});
  observer(observer_context, layer, observed.view());
}

void TrainingPass::Forward(kernels::Stream& stream, const Weights& weights,
                           const TokenBatch& batch) {
  Impl& m = *impl_;
  CHECK_GE(weights.version(), 0) << "weights were never packed";
  CHECK(weights.options().precision == m.weights_options.precision);
  m.weights = &weights.impl();
  m.batch = &batch;
  m.Prepare(stream);
  kernels::Embedding(stream, {.token_ids = batch.token_ids,
                              .table = m.weights->embedding.weight.view(),
                              .y = m.buffers.x[0]});
  SegmentCore core(batch.segments, m.config.block_size);
  for (int64_t layer = 0; layer < m.config.num_hidden_layers; ++layer) {
    m.RunLayer(stream, layer, &core);
    const auto i = static_cast<size_t>(layer);
    if (m.config.mlp[i] == MlpKind::kMoe) {
      const std::vector<int64_t>& offsets = m.buffers.layers[i].moe.plan->offsets;
      m.loads[i].resize(static_cast<size_t>(m.config.num_experts));
      for (size_t e = 0; e + 1 < offsets.size(); ++e) m.loads[i][e] = offsets[e + 1] - offsets[e];
    }
    m.Observe(stream, layer);
  }
  kernels::RmsNorm(stream, {.x = m.buffers.x.back(),
                            .weight = m.weights->final_norm.weight.view(),
                            .eps = static_cast<float>(m.config.rms_norm_eps),
                            .y = m.buffers.final_hidden,
                            .rstd = m.buffers.final_rstd});
}

void TrainingPass::Logprobs(kernels::Stream& stream, float temperature, std::span<float> logprobs,
                            std::span<float> entropy) {
  Impl& m = *impl_;
  CHECK(m.batch != nullptr) << "Logprobs before Forward";
  CHECK_EQ(static_cast<int64_t>(logprobs.size()), m.batch->num_targets());
  CHECK_EQ(logprobs.size(), entropy.size());
  m.temperature = temperature;
  if (logprobs.empty()) return;
  kernels::Logprob(stream, {.hidden = m.buffers.final_hidden,
                            .rows = m.batch->rows,
                            .targets = m.batch->targets,
                            .head = &m.weights->head,
                            .temperature = temperature,
                            .logprobs = m.buffers.logprobs,
                            .entropy = m.buffers.entropy,
                            .lse = m.buffers.lse});
  std::copy_n(m.buffers.logprobs.as<float>(), logprobs.size(), logprobs.begin());
  std::copy_n(m.buffers.entropy.as<float>(), entropy.size(), entropy.begin());
}

void TrainingPass::Impl::HeadBackward(const BackwardRun& run, std::span<const float> dlogprobs,
                                      std::span<const float> dentropy) {
  kernels::Stream& stream = *run.stream;
  DecoderLayerScratch& s = buffers.layer_scratch;
  std::memset(s.dbranch.data, 0, static_cast<size_t>(s.dbranch.bytes()));
  if (!dlogprobs.empty()) {
    kernels::LogprobBackward(stream,
                             {.hidden = buffers.final_hidden,
                              .rows = batch->rows,
                              .targets = batch->targets,
                              .head = &weights->head,
                              .temperature = temperature,
                              .lse = buffers.lse,
                              .entropy = buffers.entropy,
                              .dlogprobs = FloatSpan(dlogprobs),
                              .dentropy = dentropy.empty() ? TensorView() : FloatSpan(dentropy),
                              .dhidden = s.dbranch,
                              .dweight = GradientOf(run.gradients, weights->head_parameter)});
  }
  const bool fp32 = buffers.final_hidden.dtype == DType::kF32;
  if (!fp32) kernels::Cast(stream, {.x = s.dbranch, .y = s.dnormed});
  const MutableTensorView dinput = fp32 ? buffers.dx : s.dnormed;
  kernels::RmsNormBackward(stream,
                           {.dy = fp32 ? s.dbranch : s.dnormed,
                            .x = buffers.x.back(),
                            .weight = weights->final_norm.weight.view(),
                            .rstd = buffers.final_rstd,
                            .dx = dinput,
                            .dweight = GradientOf(run.gradients, weights->final_norm.parameter)});
  if (!fp32) kernels::Cast(stream, {.x = s.dnormed, .y = buffers.dx});
}

void TrainingPass::Backward(kernels::Stream& stream, std::span<const float> dlogprobs,
                            std::span<const float> dentropy, Gradients* gradients) {
  Impl& m = *impl_;
  CHECK(m.batch != nullptr) << "Backward before Forward";
  CHECK(m.weights_options.use == WeightsUse::kTraining) << "weights are packed for inference only";
  CHECK_EQ(static_cast<int64_t>(dlogprobs.size()), m.batch->num_targets());
  CHECK(dentropy.empty() || dentropy.size() == dlogprobs.size());
  const BackwardRun run{&stream,           &m.config,       m.batch->segments,
                        m.buffers.cos_sin, m.aux_loss_coef, gradients};
  if (m.config.HasLightning()) {
    const int64_t size = kernels::LightningBackwardWorkspace(
        m.batch->segments, m.config.block_size, m.config.num_attention_heads, m.config.head_dim);
    if (size > m.workspace.numel()) m.workspace = kernels::Tensor(Shape{size}, DType::kF32);
    m.buffers.layer_scratch.lightning.workspace =
        MutableTensorView(m.workspace.mutable_view().data, Shape{size}, DType::kF32);
  }
  m.HeadBackward(run, dlogprobs, dentropy);
  SegmentCore core(m.batch->segments, m.config.block_size);
  for (int64_t layer = m.config.num_hidden_layers - 1; layer >= 0; --layer) {
    const auto i = static_cast<size_t>(layer);
    if (m.recompute()) m.RunLayer(stream, layer, &core);
    DecoderLayerBackward(run, {.weights = &m.weights->layers[i],
                               .layer = layer,
                               .x = m.buffers.x[i],
                               .activations = &m.buffers.layers[i],
                               .scratch = &m.buffers.layer_scratch,
                               .dx = m.buffers.dx});
  }
  kernels::EmbeddingBackward(stream,
                             {.token_ids = m.batch->token_ids,
                              .dy = m.buffers.dx,
                              .dtable = GradientOf(gradients, m.weights->embedding.parameter)});
}

void TrainingPass::set_hidden_observer(HiddenObserver observer, void* context) {
  impl_->observer = observer;
  impl_->observer_context = context;
}

void TrainingPass::set_aux_loss_coef(double coef) { impl_->aux_loss_coef = coef; }

TensorView TrainingPass::final_hidden() const { return impl_->buffers.final_hidden; }

void TrainingPass::Logits(kernels::Stream& stream, std::span<const int32_t> rows,
                          MutableTensorView logits) {
  CHECK(impl_->batch != nullptr) << "Logits before Forward";
  kernels::HeadLogits(stream, {.hidden = impl_->buffers.final_hidden,
                               .rows = rows,
                               .head = &impl_->weights->head,
                               .logits = logits});
}

TrainingPass::RouterStats TrainingPass::router_stats() const {
  const Impl& m = *impl_;
  RouterStats stats;
  double layers = 0;
  for (size_t i = 0; i < m.loads.size(); ++i) {
    if (m.loads[i].empty()) continue;
    AddLayerStats(m.loads[i], m.buffers.router_probs[i], &stats);
    ++layers;
  }
  if (layers > 0) stats.entropy /= layers;
  return stats;
}

}  // namespace longhaul::model
