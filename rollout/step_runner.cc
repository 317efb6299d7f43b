// SPDX-License-Identifier: Apache-2.0
#include "rollout/step_runner.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace longhaul::rollout {

StatusOr<std::unique_ptr<StepRunner>> StepRunner::Create(const model::ModelConfig& config,
                                                         const model::WeightsOptions& weights,
                                                         const model::InferencePassOptions& options,
                                                         int num_threads) {
  ASSIGN_OR_RETURN(auto pass, model::InferencePass::Create(config, weights, options));
  const int threads = num_threads > 0 ? num_threads : AvailableCpus();
  return std::unique_ptr<StepRunner>(new StepRunner(std::move(pass), config, options, threads));
}

StepRunner::StepRunner(std::unique_ptr<model::InferencePass> pass, const model::ModelConfig& config,
                       const model::InferencePassOptions& options, int num_threads)
    : pool_(num_threads),
      stream_(&pool_),
      pass_(std::move(pass)),
      vocab_size_(config.vocab_size),
      max_logits_rows_(static_cast<size_t>(options.max_logits_rows)),
      logits_(Shape{options.max_logits_rows, config.vocab_size}, DType::kF32) {}

std::span<const DrawnToken> StepRunner::Run(const model::Weights& weights,
                                            const Schedule& schedule) {
  CopyCaches(schedule);
  CollectRows(schedule);
  pass_->Forward(stream_, weights, sequences_);
  tokens_.resize(rows_.size());
  for (size_t first = 0; first < rows_.size(); first += max_logits_rows_) {
    Draw(weights, first, std::min(max_logits_rows_, rows_.size() - first));
  }
  for (size_t i = 0; i < drawn_.size(); ++i) {
    const kernels::SampledToken& token = tokens_[i];
    drawn_[i].token = token;
    drawn_[i].finite = std::isfinite(token.logprob) && std::isfinite(token.tempered_logprob) &&
                       std::isfinite(token.entropy) && token.token_id >= 0 &&
                       token.token_id < vocab_size_;
  }
  return drawn_;
}

void StepRunner::CopyCaches(const Schedule& schedule) {
  for (const CacheCopy& copy : schedule.block_copies) pass_->CopyKvBlock(copy.from, copy.to);
  for (const CacheCopy& copy : schedule.slot_copies) pass_->CopyStateSlot(copy.from, copy.to);
}

void StepRunner::CollectRows(const Schedule& schedule) {
  sequences_.clear();
  rows_.clear();
  sample_rows_.clear();
  drawn_.clear();
  num_rows_ = 0;
  for (const ScheduledRows& rows : schedule.rows) {
    auto* sample = static_cast<LiveSample*>(rows.sequence);
    const std::span<const int32_t> path = sample->path;
    sequences_.push_back({.token_ids = path.subspan(static_cast<size_t>(rows.first),
                                                    static_cast<size_t>(rows.count)),
                          .position = rows.first,
                          .kv_blocks = sample->blocks,
                          .state_slot = sample->slot});
    num_rows_ += rows.count;
    if (!rows.draws) continue;
    rows_.push_back(static_cast<int32_t>(num_rows_ - 1));
    sample_rows_.push_back(sample->owner->row);
    sample_rows_.back().sample = static_cast<uint32_t>(sample->sample);
    sample_rows_.back().position = static_cast<uint32_t>(sample->length());
    drawn_.push_back({.sample = sample, .token = {}, .finite = true});
  }
}

void StepRunner::Draw(const model::Weights& weights, size_t first, size_t count) {
  const Shape shape{static_cast<int64_t>(count), vocab_size_};
  const MutableTensorView logits(logits_.as<float>(), shape);
  pass_->Logits(stream_, weights, std::span<const int32_t>(rows_).subspan(first, count), logits);
  kernels::Sample(stream_,
                  {.logits = TensorView(logits_.view().as<float>(), shape),
                   .rows = std::span<const kernels::SampleRow>(sample_rows_).subspan(first, count),
                   .tokens = std::span<kernels::SampledToken>(tokens_).subspan(first, count)});
}

}  // namespace longhaul::rollout
