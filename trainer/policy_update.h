// SPDX-License-Identifier: Apache-2.0
//
// The RL loss as a LossFunction of the learner: streams of the sequences in a packed batch, through
// PolicyLoss, under the denominators of the whole minibatch.
#pragma once

#include <span>
#include <vector>

#include "trainer/learner.h"
#include "trainer/loss/loss.h"

namespace longhaul::trainer {

// Counted once, over all sequences of an update.
Denominators CountDenominators(std::span<const TrainSequence> minibatch);

enum class OldLogprobs {
  kStored,   // TrainSequence::old_logprobs
  kCurrent,  // the first and only update of a batch: those of this very forward, then stored
};

// Accumulates loss and metrics over the packed batches of one update.
class PolicyUpdate {
 public:
  PolicyUpdate(const LossSettings& settings, std::span<TrainSequence> minibatch, OldLogprobs old);

  BatchGradients operator()(const PackedBatch& batch, std::span<const float> logprobs,
                            std::span<const float> entropies);

  double loss() const { return loss_; }
  const LossMetrics& metrics() const { return metrics_; }

 private:
  const LossSettings& settings_;
  std::span<TrainSequence> minibatch_;
  OldLogprobs old_;
  Denominators denominators_;
  double loss_ = 0;
  LossMetrics metrics_;
};

}  // namespace longhaul::trainer
