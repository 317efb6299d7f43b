// SPDX-License-Identifier: Apache-2.0
//
// How far the trainer's log-probs are from those the rollout recorded. On one CPU with one set of
// kernels the difference is exactly 0 for tokens of the current weights.
#pragma once

#include <span>

#include "common/metrics.h"
#include "trainer/batch/train_sequence.h"

namespace longhaul::trainer {

// mismatch/*, over masked tokens, from old_logprobs (trainer) and rollout_logprobs. k3_gen_train,
// k3_train_gen and js are what NeMo-RL calls gen_kl_error, policy_kl_error and js_divergence_error.
void ReportMismatch(std::span<const TrainSequence> sequences, MetricSet& metrics);

}  // namespace longhaul::trainer
