// SPDX-License-Identifier: Apache-2.0
#include "trainer/learner.h"

#include <algorithm>

#include "common/check.h"

namespace longhaul::trainer {

StatusOr<std::unique_ptr<Learner>> Learner::Create(const Args& args) {
  std::unique_ptr<Learner> learner(new Learner(args));
  ASSIGN_OR_RETURN(learner->pass_, model::TrainingPass::Create(*args.model_config,
                                                               args.weights->options(), args.pass));
  learner->gradients_ = model::Gradients::Create(*args.model_config);
  learner->ResetOptimizer(args.optimizer, args.temperature);
  return learner;
}

void Learner::ResetOptimizer(const OptimizerConfig& config, float temperature) {
  args_.optimizer = config;
  args_.temperature = temperature;
  optimizer_.reset();  // before the new moments are allocated
  optimizer_ = std::make_unique<Optimizer>(config, args_.parameters);
}

void Learner::PackWeights(int64_t version) {
  args_.weights->Pack(*args_.stream, *args_.parameters, version);
}

PackOptions Learner::pack_options() const {
  return {.max_tokens = args_.pass.max_tokens,
          .max_segments = args_.pass.max_segments,
          .shape = args_.shape};
}

LearnerReport Learner::Update(std::span<const TrainSequence> minibatch, const LossFunction& loss,
                              double lr, int64_t version) {
  LearnerReport report;
  report.lr = lr;
  gradients_.FillZero();
  const std::vector<PackedBatch> batches = PackSequences(minibatch, pack_options());
  for (const PackedBatch& batch : batches) report.packed_tokens += batch.tokens.num_tokens();
  for (const PackedBatch& batch : batches) {
    // What a mean over the tokens of a pass counts in the mean over those of the update.
    const double share =
        static_cast<double>(batch.tokens.num_tokens()) / static_cast<double>(report.packed_tokens);
    pass_->set_aux_loss_coef(args_.router_aux_loss_coef * share);
    std::vector<float> logprobs(static_cast<size_t>(batch.tokens.num_targets()));
    std::vector<float> entropies(logprobs.size());
    pass_->Forward(*args_.stream, *args_.weights, batch.tokens);
    pass_->Logprobs(*args_.stream, args_.temperature, logprobs, entropies);
    const BatchGradients gradients = loss(batch, logprobs, entropies);
    CHECK_EQ(gradients.dlogprobs.size(), logprobs.size());
    pass_->Backward(*args_.stream, gradients.dlogprobs, gradients.dentropies, &gradients_);
    const model::TrainingPass::RouterStats router = pass_->router_stats();
    report.router_max_violation = std::max(report.router_max_violation, router.max_violation);
    report.router_entropy += share * router.entropy;
  }
  report.optimizer = optimizer_->Step(*args_.stream, lr, gradients_);
  PackWeights(version);
  return report;
}

std::vector<std::vector<float>> Learner::Score(std::span<const TrainSequence> sequences) {
  return ScoreWith(*args_.weights, sequences);
}

std::vector<std::vector<float>> Learner::ScoreWith(const model::Weights& weights,
                                                   std::span<const TrainSequence> sequences) {
  std::vector<std::vector<float>> scores(sequences.size());
  for (const PackedBatch& batch : PackSequences(sequences, pack_options())) {
    std::vector<float> logprobs(static_cast<size_t>(batch.tokens.num_targets()));
    std::vector<float> entropies(logprobs.size());
    pass_->Forward(*args_.stream, weights, batch.tokens);
    pass_->Logprobs(*args_.stream, args_.temperature, logprobs, entropies);
    auto next = logprobs.begin();
    for (int32_t sequence : batch.sequences) {
      const auto end = next + static_cast<int64_t>(sequences[sequence].response.size());
      scores[sequence].assign(next, end);
      next = end;
    }
  }
  return scores;
}

}  // namespace longhaul::trainer
