// SPDX-License-Identifier: Apache-2.0
//
// Learner: the weights and everything that changes them. An update is forward, loss gradient and
// backward over the packed batches of one minibatch, then one optimizer step and fresh packed
// weights. What the loss is, the caller says.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "common/status.h"
#include "kernels/stream.h"
#include "model/parameters.h"
#include "model/training_pass.h"
#include "model/weights.h"
#include "trainer/batch/pack.h"
#include "trainer/optimizer/optimizer.h"

namespace longhaul::trainer {

// Streams of one packed batch: [num_targets] each, in the order of PackedBatch::sequences.
struct BatchGradients {
  std::vector<float> dlogprobs;
  std::vector<float> dentropies;  // may stay empty
};
using LossFunction = std::function<BatchGradients(
    const PackedBatch& batch, std::span<const float> logprobs, std::span<const float> entropies)>;

struct LearnerReport {
  OptimizerReport optimizer;
  double lr = 0;
  int64_t packed_tokens = 0;
  double router_max_violation = 0;
  double router_entropy = 0;  // mean over tokens and layers
};

// Thread-compatible.
class Learner {
 public:
  struct Args {
    const model::ModelConfig* model_config = nullptr;
    model::Parameters* parameters = nullptr;
    model::Weights* weights = nullptr;
    kernels::Stream* stream = nullptr;
    model::TrainingPassOptions pass;
    PackShape shape = PackShape::kTree;
    float temperature = 1;
    double router_aux_loss_coef = 0;  // of the load-balance loss, a mean over tokens
    OptimizerConfig optimizer;
  };
  static StatusOr<std::unique_ptr<Learner>> Create(const Args& args);

  // A fresh optimizer, for the next phase of a run.
  void ResetOptimizer(const OptimizerConfig& config, float temperature);
  Optimizer& optimizer() { return *optimizer_; }

  // Packs *parameters as this version.
  void PackWeights(int64_t version);

  // One update; the weights become `version`.
  LearnerReport Update(std::span<const TrainSequence> minibatch, const LossFunction& loss,
                       double lr, int64_t version);
  // Log-probs of the responses under the current weights, or under others.
  std::vector<std::vector<float>> Score(std::span<const TrainSequence> sequences);
  std::vector<std::vector<float>> ScoreWith(const model::Weights& weights,
                                            std::span<const TrainSequence> sequences);

 private:
  explicit Learner(const Args& args) : args_(args) {}
  PackOptions pack_options() const;

  Args args_;
  std::unique_ptr<model::TrainingPass> pass_;
  model::Gradients gradients_;
  std::unique_ptr<Optimizer> optimizer_;
};

}  // namespace longhaul::trainer
