// SPDX-License-Identifier: Apache-2.0
//
// A loaded model with both passes around it, for checks that run whole sequences. model/ only.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/thread_pool.h"
#include "kernels/stream.h"
#include "model/inference_pass.h"
#include "model/training_pass.h"

namespace longhaul::model {

class ParityModel {
 public:
  static StatusOr<std::unique_ptr<ParityModel>> Load(const std::string& model_dir,
                                                     const WeightsOptions& options,
                                                     int num_threads);

  const ModelConfig& config() const { return config_; }
  const Parameters& parameters() const { return parameters_; }
  const Weights& weights() const { return *weights_; }
  kernels::Stream& stream() { return stream_; }

  // A training pass that fits one batch.
  StatusOr<std::unique_ptr<TrainingPass>> TrainingPassFor(const TokenBatch& batch) const;

  // Starts a sequence of at most `max_tokens`, alone in a cache of its own.
  Status Begin(int64_t max_tokens);
  // Runs its next tokens; logits after each, [tokens, vocab_size].
  std::vector<float> Advance(std::span<const int32_t> tokens);
  // State of every lightning layer now, [heads, head_dim, head_dim] fp32.
  std::map<int64_t, std::vector<float>> LightningStates();

 private:
  ParityModel(ModelConfig config, Parameters parameters, const WeightsOptions& options,
              int num_threads);

  ModelConfig config_;
  Parameters parameters_;
  ThreadPool pool_;
  kernels::Stream stream_;
  std::unique_ptr<Weights> weights_;
  std::unique_ptr<InferencePass> inference_;
  std::vector<int32_t> blocks_;
  int64_t position_ = 0;
};

}  // namespace longhaul::model
