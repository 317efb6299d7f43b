// SPDX-License-Identifier: Apache-2.0
#include "trainer/train_speed.h"

namespace longhaul::trainer {

double MeanContext(std::span<const TrainSequence> sequences) {
  double tokens = 0, positions = 0;
  for (const TrainSequence& sequence : sequences) {
    const double n = static_cast<double>(sequence.num_tokens());
    tokens += n;
    positions += n * (n + 1) / 2;
  }
  return tokens > 0 ? positions / tokens : 0;
}

void ReportTrainSpeed(const model::ModelConfig& config, const TrainWork& work, double peak_tflops,
                      MetricSet& metrics) {
  if (work.seconds <= 0) return;
  const double rate = static_cast<double>(work.tokens) / work.seconds;
  const double tflops = rate * model::TrainingFlopsPerToken(config, work.mean_context) * 1e-12;
  metrics.SetLast("perf/tok_s_train", rate);
  metrics.SetLast("perf/train_tflops", tflops);
  if (peak_tflops > 0) metrics.SetLast("perf/mfu_train", tflops / peak_tflops);
}

}  // namespace longhaul::trainer
