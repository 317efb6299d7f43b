// SPDX-License-Identifier: Apache-2.0
#include "model/parity_model.h"

#include <numeric>

#include "kernels/softmax_attention.h"

namespace longhaul::model {

StatusOr<std::unique_ptr<ParityModel>> ParityModel::Load(const std::string& model_dir,
                                                         const WeightsOptions& options,
                                                         int num_threads) {
  ASSIGN_OR_RETURN(ModelConfig config, ModelConfig::Load(model_dir));
  ASSIGN_OR_RETURN(Parameters parameters, Parameters::Load(config, model_dir));
  return std::unique_ptr<ParityModel>(
      new ParityModel(std::move(config), std::move(parameters), options, num_threads));
}

ParityModel::ParityModel(ModelConfig config, Parameters parameters, const WeightsOptions& options,
                         int num_threads)
    : config_(std::move(config)),
      parameters_(std::move(parameters)),
      pool_(num_threads),
      stream_(&pool_),
      weights_(std::make_unique<Weights>(config_, options)) {
  weights_->Pack(stream_, parameters_, 0);
}

StatusOr<std::unique_ptr<TrainingPass>> ParityModel::TrainingPassFor(
    const TokenBatch& batch) const {
  return TrainingPass::Create(config_, weights_->options(),
                              {.max_tokens = batch.num_tokens(),
                               .max_targets = batch.num_targets(),
                               .max_segments = static_cast<int64_t>(batch.segments.size())});
}

Status ParityModel::Begin(int64_t max_tokens) {
  const int64_t blocks = (max_tokens + kernels::kKvBlockTokens - 1) / kernels::kKvBlockTokens;
  ASSIGN_OR_RETURN(inference_, InferencePass::Create(config_, weights_->options(),
                                                     {.max_batch_tokens = max_tokens,
                                                      .max_logits_rows = max_tokens,
                                                      .num_kv_blocks = blocks,
                                                      .num_state_slots = 1}));
  blocks_.resize(static_cast<size_t>(blocks));
  std::iota(blocks_.begin(), blocks_.end(), 0);
  position_ = 0;
  return OkStatus();
}

std::vector<float> ParityModel::Advance(std::span<const int32_t> tokens) {
  const SequenceRows rows{
      .token_ids = tokens, .position = position_, .kv_blocks = blocks_, .state_slot = 0};
  inference_->Forward(stream_, *weights_, {&rows, 1});
  std::vector<int32_t> all(tokens.size());
  std::iota(all.begin(), all.end(), 0);
  std::vector<float> logits(tokens.size() * static_cast<size_t>(config_.vocab_size));
  const Shape shape{static_cast<int64_t>(tokens.size()), config_.vocab_size};
  inference_->Logits(stream_, *weights_, all, MutableTensorView(logits.data(), shape));
  position_ += static_cast<int64_t>(tokens.size());
  return logits;
}

std::map<int64_t, std::vector<float>> ParityModel::LightningStates() {
  std::map<int64_t, std::vector<float>> states;
  const Shape shape{config_.num_attention_heads, config_.head_dim, config_.head_dim};
  for (int64_t layer = 0; layer < config_.num_hidden_layers; ++layer) {
    if (config_.attention[static_cast<size_t>(layer)] != AttentionKind::kLightning) continue;
    std::vector<float>& state = states[layer];
    state.resize(static_cast<size_t>(shape.numel()));
    inference_->LightningState(stream_, layer, 0, position_,
                               MutableTensorView(state.data(), shape));
  }
  return states;
}

}  // namespace longhaul::model
