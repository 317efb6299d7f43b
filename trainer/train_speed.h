// SPDX-License-Identifier: Apache-2.0
//
// How fast training is against what the machine can do.
#pragma once

#include <span>

#include "common/metrics.h"
#include "model/cost_model.h"
#include "trainer/batch/train_sequence.h"

namespace longhaul::trainer {

struct TrainWork {
  int64_t tokens = 0;       // computed, prompts of a group once where they are shared
  double mean_context = 0;  // positions a token attends to, over tokens
  double seconds = 0;
};

// Mean over the tokens of these sequences of their position, from 1.
double MeanContext(std::span<const TrainSequence> sequences);

// perf/tok_s_train, perf/train_tflops: arithmetic of the model (model/cost_model.h; recomputation
// not counted) over the seconds. With a peak in TFLOP/s also perf/mfu_train, their quotient.
void ReportTrainSpeed(const model::ModelConfig& config, const TrainWork& work, double peak_tflops,
                      MetricSet& metrics);

}  // namespace longhaul::trainer
